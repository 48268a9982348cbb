import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTest {
  static String api(String method, String path, String body) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(System.getenv("MOCKMAIL_API") + path))
        .header("Authorization", "Bearer " + System.getenv("MOCKMAIL_TOKEN"))
        .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @ParameterizedTest
  @ValueSource(strings = {"good", "expired", "wrong-host", "untrusted-root"})
  void client(String scenario) throws Exception {
    for (String served : new String[] {"good", scenario}) { // A refusal counts only of a client that works.
      String server = api("PUT", "/api/v1/endpoints/e1", "{\"scenario\":\"" + served + "\"}");
      try { Client.readMail(Integer.parseInt(server.replaceAll(".*\"port\":(\\d+).*", "$1"))); }
      catch (java.io.IOException ended) { } // As it likes: what counts is what reached the server.
      String outcome = api("GET", "/api/v1/endpoints/e1/outcome", "");
      assertTrue(outcome.contains("\"verdict\":\"pass\""), outcome);
    }
  }
}
