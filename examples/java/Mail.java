import java.io.IOException;
import java.nio.file.*;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Properties;
import javax.mail.*;
import javax.mail.internet.*;
import javax.net.ssl.*;

/** Sends one message, or counts those of the inbox, with JavaMail. */
class Mail {
  static final String HOST = System.getenv("MOCKMAIL_SERVERNAME");
  static final int PORT = Integer.parseInt(System.getenv("MOCKMAIL_PORT"));
  static final String PROTOCOL = System.getenv("MOCKMAIL_PROTOCOL");
  static final boolean IMPLICIT = System.getenv("MOCKMAIL_MODE").equals("implicit");
  static final String USER = System.getenv("MOCKMAIL_USER");
  static final String PASSWORD = System.getenv("MOCKMAIL_PASSWORD");

  public static void main(String[] args) throws Exception {
    try {
      var session = Session.getInstance(properties());
      if (PROTOCOL.equals("smtp")) send(session);
      else count(session);
    } catch (MessagingException error) {
      Throwable first = error;
      while (first.getCause() != null) first = first.getCause();
      System.err.println(error.getClass().getSimpleName() + ": " + first);
      System.exit(1);
    }
  }

  static Properties properties() throws IOException, GeneralSecurityException {
    var prefix = "mail." + PROTOCOL + ".";
    var properties = new Properties();
    properties.put(prefix + "ssl.socketFactory", socketFactory(Path.of(System.getenv("MOCKMAIL_CA"))));
    // JavaMail 1.6 does not check the name unless told to; Jakarta Mail 2.1 does.
    properties.put(prefix + "ssl.checkserveridentity", "true");
    properties.put(prefix + (IMPLICIT ? "ssl.enable" : "starttls.enable"), "true");
    // Without it, a server that hides STARTTLS gets the password in clear.
    if (!IMPLICIT) properties.put(prefix + "starttls.required", "true");
    // Otherwise a handshake that failed is tried again with the socket factory of the machine.
    properties.put(prefix + "socketFactory.fallback", "false");
    properties.put(prefix + "connectiontimeout", "10000");
    properties.put(prefix + "timeout", "10000");
    return properties;
  }

  static void send(Session session) throws MessagingException {
    var message = new MimeMessage(session);
    message.setFrom("sender@example.com");
    message.setRecipients(Message.RecipientType.TO, "recipient@example.com");
    message.setSubject("Hello");
    message.setText("Hello from JavaMail.");
    try (var transport = session.getTransport("smtp")) {
      transport.connect(HOST, PORT, USER, PASSWORD);
      transport.sendMessage(message, message.getAllRecipients());
    }
  }

  static void count(Session session) throws MessagingException {
    try (var store = session.getStore(PROTOCOL)) {
      store.connect(HOST, PORT, USER, PASSWORD);
      try (var inbox = store.getFolder("INBOX")) {
        inbox.open(Folder.READ_ONLY);
        System.out.println(inbox.getMessageCount() + " messages");
      }
    }
  }

  /** Trusts the roots of a PEM file and nothing else. */
  static SSLSocketFactory socketFactory(Path pem) throws IOException, GeneralSecurityException {
    var roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    try (var stream = Files.newInputStream(pem)) {
      for (var root : CertificateFactory.getInstance("X.509").generateCertificates(stream)) {
        roots.setCertificateEntry("root" + roots.size(), root);
      }
    }
    var managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(roots);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context.getSocketFactory();
  }
}
