// Reads targets, one per line as `index protocol mode host port servername crl user password`, and prints one line per
// finding: what Angus Mail (Jakarta Mail) says.
import jakarta.mail.Service;
import jakarta.mail.Session;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public final class Mail {
    public static void main(String[] arguments) throws Exception {
        // A socket factory of one's own is given up for the default one as soon as a handshake fails.
        SSLContext.setDefault(trusting(arguments[0]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] field = line.split(" ", -1);
            if (!field[6].isEmpty()) continue;
            Throwable error = null;
            try {
                login(field, arguments[1]);
            } catch (Exception caught) {
                error = caught;
            }
            report(field[0], error);
        }
    }

    private static SSLContext trusting(String ca) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int count = 0;
        try (FileInputStream file = new FileInputStream(ca)) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("root" + count++, certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void login(String[] field, String limit) throws Exception {
        String protocol = field[1];
        Properties properties = new Properties();
        String prefix = "mail." + protocol + ".";
        properties.put(prefix + "ssl.checkserveridentity", "true");
        properties.put(prefix + "connectiontimeout", limit);
        properties.put(prefix + "timeout", limit);
        properties.put(prefix + (field[2].equals("implicit") ? "ssl.enable" : "starttls.enable"), "true");
        if (field[2].equals("starttls")) properties.put(prefix + "starttls.required", "true");
        if (protocol.equals("smtp")) properties.put(prefix + "auth", "true");
        Session session = Session.getInstance(properties);
        Service service = protocol.equals("smtp") ? session.getTransport("smtp") : session.getStore(protocol);
        service.connect(field[5], Integer.parseInt(field[4]), field[7], field[8]);
        service.close();
    }

    private static void report(String index, Throwable error) {
        StringBuilder json = new StringBuilder("{\"index\":" + index + ",\"client\":\"Angus Mail\",\"ok\":" + (error == null));
        String code = "null";
        StringBuilder texts = new StringBuilder();
        for (Throwable one = error; one != null; one = one.getCause()) {
            // The first line of a trace, what TLS says, and the root of it.
            boolean shown = one == error || one.getCause() == null || one.getClass().getName().startsWith("javax.net.ssl");
            if (shown) texts.append(texts.length() == 0 ? "" : ",").append(quote(one.toString()));
            code = quote(one.getClass().getSimpleName());
        }
        System.out.println(json.append(",\"code\":").append(code).append(",\"texts\":[").append(texts).append("]}"));
    }

    private static String quote(String text) {
        String flat = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\r", "").replace("\n", "\\n").replace("\t", " ");
        return "\"" + flat + "\"";
    }
}
