import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.security.*;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;

/** Holds the dialogue with each server named on a line of stdin: port, versions, suites and how often. One line of answer each. */
public class Client {
  public static void main(String[] args) throws Exception {
    for (String name : List.of("jdk.tls.disabledAlgorithms", "jdk.certpath.disabledAlgorithms", "jdk.tls.legacyAlgorithms"))
      if (args.length > 1) Security.setProperty(name, "");
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    try (InputStream file = new FileInputStream(args[0])) {
      roots.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = jobs.readLine()) != null; ) {
      String[] job = line.split(" ");
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      String said = "";
      for (int i = 0; i < Integer.parseInt(job[3]); i++) said = hold(context, job);
      System.out.println(said.replace('\n', ' '));
    }
  }

  static String hold(SSLContext context, String[] job) {
    boolean finished = false;
    try (Socket raw = new Socket("127.0.0.1", Integer.parseInt(job[0]))) {
      raw.setSoTimeout(4000);
      SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      if (job.length > 4 && !job[4].equals("-")) parameters.setApplicationProtocols(job[4].split(","));
      if (!job[1].equals("-")) parameters.setProtocols(job[1].split(","));
      if (!job[2].equals("-")) {
        parameters.setCipherSuites(job[2].split(","));
        if (job[2].contains("anon")) parameters.setEndpointIdentificationAlgorithm(null);
      }
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      finished = true;
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      OutputStream out = socket.getOutputStream();
      in.readLine();
      out.write("a CAPABILITY\r\n".getBytes());
      for (String line; !"a OK done".equals(line = in.readLine()); ) if (line == null) throw new EOFException("no answer");
      out.write("b LOGOUT\r\n".getBytes());
      while (in.readLine() != null) {}
      String agreed = socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite();
      socket.close();
      return "ok " + agreed;
    } catch (Throwable error) {
      Throwable first = error;
      while (first.getCause() != null && first.getCause() != first) first = first.getCause();
      String message = error.getMessage() == null ? first.toString() : error.getMessage();
      return (finished ? "later: " : "") + message;
    }
  }
}
