import java.io.*;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;

/**
 * One TLS handshake for each line of stdin, {@code protocol mode host port crl|-}. Trusts the roots of the file named
 * first, checks the name as HTTPS does, and looks at revocation where a file of CRLs is named. Prints a line for each:
 * {@code OK}, or the class of what was thrown and the exception it began with.
 */
class Handshakes {
  public static void main(String[] args) throws Exception {
    var roots = trustStore(Path.of(args[0]));
    for (var line : new BufferedReader(new InputStreamReader(System.in)).lines().toList()) {
      var words = line.split(" ");
      try {
        shake(words[0], words[1], words[2], Integer.parseInt(words[3]), contextFor(roots, words[4]));
        System.out.println("OK");
      } catch (IOException error) {
        System.out.println(describe(error));
      }
    }
  }

  static void shake(String protocol, String mode, String host, int port, SSLContext context) throws Exception {
    try (var plain = new Socket(host, port)) {
      plain.setSoTimeout(10_000);
      if (mode.equals("starttls")) upgrade(protocol, plain);
      try (var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        // Application data is what the other side takes for acceptance.
        say(socket, protocol.equals("imap") ? "a NOOP" : "NOOP");
        if (mode.equals("implicit")) read(socket);
        read(socket);
      }
    }
  }

  static void upgrade(String protocol, Socket socket) throws IOException {
    read(socket);
    if (protocol.equals("smtp")) {
      say(socket, "EHLO localhost");
      while (read(socket).charAt(3) == '-') {}
    }
    say(socket, protocol.equals("smtp") ? "STARTTLS" : protocol.equals("imap") ? "a STARTTLS" : "STLS");
    read(socket);
  }

  static void say(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** A line, byte by byte, so that nothing of what follows is taken away from TLS. */
  static String read(Socket socket) throws IOException {
    var line = new StringBuilder();
    for (int octet = 0; octet != '\n'; line.append((char) octet)) {
      octet = socket.getInputStream().read();
      if (octet < 0) throw new EOFException("closed after '" + line + "'");
    }
    return line.toString();
  }

  static KeyStore trustStore(Path pem) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var stream = Files.newInputStream(pem)) {
      for (var root : CertificateFactory.getInstance("X.509").generateCertificates(stream)) {
        store.setCertificateEntry("root" + store.size(), root);
      }
    }
    return store;
  }

  static SSLContext contextFor(KeyStore roots, String crl) throws Exception {
    var managers = TrustManagerFactory.getInstance("PKIX");
    if (crl.equals("-")) {
      managers.init(roots);
    } else {
      var parameters = new PKIXBuilderParameters(roots, new X509CertSelector());
      try (var stream = Files.newInputStream(Path.of(crl))) {
        var crls = CertificateFactory.getInstance("X.509").generateCRLs(stream);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
      }
      managers.init(new CertPathTrustManagerParameters(parameters));
    }
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  static String describe(Throwable error) {
    var first = error;
    while (first.getCause() != null) first = first.getCause();
    return error.getClass().getSimpleName() + ": " + first.getClass().getSimpleName() + ": " + first.getMessage();
  }
}
