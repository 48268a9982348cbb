import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Logs in over IMAP with implicit TLS: what it trusts and shows is in the properties of javax.net.ssl alone. */
public class Session {
  public static void main(String[] args) {
    try (var socket = (SSLSocket) SSLSocketFactory.getDefault().createSocket(args[0], Integer.parseInt(args[1]))) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(10_000);
      var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      expect(in, "* OK");
      write(socket, "a LOGIN " + args[2] + " " + args[3]);
      expect(in, "a OK");
      write(socket, "b LOGOUT");
      expect(in, "b OK");
      System.out.println("logged in");
    } catch (Exception error) {
      Throwable cause = error;
      while (cause.getCause() != null) cause = cause.getCause();
      System.out.println(cause.getClass().getSimpleName() + ": " + cause.getMessage());
      System.exit(1);
    }
  }

  private static void write(SSLSocket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static void expect(BufferedReader in, String prefix) throws IOException {
    for (String line; (line = in.readLine()) != null; ) if (line.startsWith(prefix)) return;
    throw new IOException("the server closed the connection");
  }
}
