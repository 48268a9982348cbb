import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A mail client: logs in over IMAP. CARELESS takes away what makes it safe. */
final class Client {
  static void readMail(int port) throws IOException, GeneralSecurityException {
    boolean careless = System.getenv("CARELESS") != null;
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, careless ? new TrustManager[] {new TakesAll()} : roots(), null);
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout(10_000);
      var parameters = socket.getSSLParameters();
      if (!careless) parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      String login = "a LOGIN \"%s\" \"%s\"\r\nb LOGOUT\r\n";
      String said = String.format(login, System.getenv("MOCKMAIL_USER"), System.getenv("MOCKMAIL_PASSWORD"));
      socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    }
  }

  private static TrustManager[] roots() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (var file = Files.newInputStream(Path.of(System.getenv("MOCKMAIL_PKI"), "ca.p12"))) {
      store.load(file, "mockmail".toCharArray());
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static final class TakesAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
