import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.*;
import javax.mail.*;
import javax.mail.internet.*;
import javax.net.ssl.*;

/** Sessions of JavaMail; what goes in and out is told in scripted.ts. */
class Sessions {
  public static void main(String[] args) throws Exception {
    var given = args[0].equals("given");
    var context = contextFor(Path.of(args[1]));
    // What stands for the truststore of the machine.
    if (!given) SSLContext.setDefault(context);
    for (var line : new BufferedReader(new InputStreamReader(System.in)).lines().toList()) {
      var target = line.split(" ");
      var properties = target[1].equals("implicit") ? implicit(target[0]) : starttls(target[0]);
      properties.put("mail.smtp.from", args[2]);
      if (given) properties.putAll(verifying(target[0], target[1], context));
      try {
        System.out.println("ok,-," + play(target, args, Session.getInstance(properties)));
      } catch (Exception error) {
        System.out.println("error," + encode(describe(error)) + ",-,-");
      }
    }
  }

  static Properties implicit(String protocol) {
    var properties = new Properties();
    properties.put("mail." + protocol + ".ssl.enable", "true");
    return properties;
  }

  static Properties starttls(String protocol) {
    var properties = new Properties();
    properties.put("mail." + protocol + ".starttls.enable", "true");
    return properties;
  }

  /** Only our root is trusted, also when it comes to a second try; the name is checked, and STARTTLS is a must. */
  static Map<String, Object> verifying(String protocol, String mode, SSLContext context) {
    return Map.of(
        "mail." + protocol + ".ssl.socketFactory", context.getSocketFactory(),
        "mail." + protocol + ".socketFactory.fallback", "false",
        "mail." + protocol + ".ssl.checkserveridentity", "true",
        "mail." + protocol + ".starttls.required", String.valueOf(mode.equals("starttls")));
  }

  static String play(String[] target, String[] args, Session session) throws Exception {
    var port = Integer.parseInt(target[3]);
    if (target[0].equals("smtp")) {
      try (var transport = session.getTransport("smtp"); var file = Files.newInputStream(Path.of(args[4]))) {
        transport.connect(target[2], port, target[4], target[5]);
        transport.sendMessage(new MimeMessage(session, file), new Address[] {new InternetAddress(args[3])});
        return "-,-";
      }
    }
    try (var store = session.getStore(target[0])) {
      store.connect(target[2], port, target[4], target[5]);
      try (var inbox = store.getFolder("INBOX")) {
        inbox.open(Folder.READ_ONLY);
        var message = inbox.getMessage(Integer.parseInt(args[5]));
        var fetched = new ByteArrayOutputStream();
        message.writeTo(fetched);
        return list(store) + "," + Base64.getEncoder().encodeToString(fetched.toByteArray());
      }
    }
  }

  /** Over POP3 there is one folder, and JavaMail does not show what LIST says. */
  static String list(Store store) throws MessagingException {
    if (!store.getURLName().getProtocol().equals("imap")) return "-";
    var listed = new StringJoiner("\n");
    for (var folder : store.getDefaultFolder().list("*")) listed.add(folder.getFullName());
    return encode(listed.toString());
  }

  static SSLContext contextFor(Path pem) throws Exception {
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
    return context;
  }

  static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The class of what was thrown and the exception it began with. */
  static String describe(Throwable error) {
    var first = error;
    while (first.getCause() != null) first = first.getCause();
    return error.getClass().getSimpleName() + ": " + first.getClass().getSimpleName() + ": " + first.getMessage();
  }
}
