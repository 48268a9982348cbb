// Reads targets, one per line as `index protocol mode host port servername crl`, and prints one line per finding: what
// JSSE says of a handshake.
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public final class Tls {
    public static void main(String[] arguments) throws Exception {
        String ca = arguments[0];
        int limit = Integer.parseInt(arguments[1]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] field = line.split(" ", -1);
            Throwable error = null;
            try {
                handshake(context(ca, field[6]), field, limit);
            } catch (Exception caught) {
                error = caught;
            }
            report(field[0], error);
        }
    }

    private static SSLContext context(String ca, String crl) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int count = 0;
        try (FileInputStream file = new FileInputStream(ca)) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("root" + count++, certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        if (crl.isEmpty()) {
            trust.init(store);
        } else {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(store, new X509CertSelector());
            var checker = (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            try (FileInputStream file = new FileInputStream(crl)) {
                var crls = CertificateFactory.getInstance("X.509").generateCRLs(file);
                parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
            }
            parameters.addCertPathChecker(checker);
            trust.init(new CertPathTrustManagerParameters(parameters));
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void handshake(SSLContext context, String[] field, int limit) throws Exception {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(field[3], Integer.parseInt(field[4])), limit);
            plain.setSoTimeout(limit);
            if (field[2].equals("starttls")) upgrade(field[1], plain);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, field[5], Integer.parseInt(field[4]), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            // A missing client certificate shows with the first read, and a server that is content answers.
            if (field[2].equals("starttls")) say(socket, field[1].equals("imap") ? "b NOOP" : "NOOP");
            socket.getInputStream().read();
        }
    }

    private static void upgrade(String protocol, Socket socket) throws IOException {
        expect(socket);
        if (protocol.equals("smtp")) {
            say(socket, "EHLO localhost");
            expect(socket);
        }
        say(socket, protocol.equals("smtp") ? "STARTTLS" : protocol.equals("imap") ? "a STARTTLS" : "STLS");
        expect(socket);
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Octet by octet: what follows the reply to STARTTLS is TLS. */
    private static void expect(Socket socket) throws IOException {
        String line;
        do {
            StringBuilder read = new StringBuilder();
            for (int octet = 0; octet != '\n'; read.append((char) octet)) {
                octet = socket.getInputStream().read();
                if (octet < 0) throw new EOFException("closed after '" + read + "'");
            }
            line = read.toString();
        } while (line.matches("(?s)\\d\\d\\d-.*"));
        if (!line.matches("(?s)(?:2\\d\\d |\\+OK|. OK|\\* OK).*")) throw new IOException(line.trim());
    }

    private static void report(String index, Throwable error) {
        List<String> texts = new ArrayList<>();
        String code = null;
        for (Throwable one = error; one != null; one = one.getCause()) {
            // The first line of a trace, what TLS says, and the root of it.
            boolean shown = one == error || one.getCause() == null || one.getClass().getName().startsWith("javax.net.ssl");
            if (shown) texts.add(one.toString());
            code = one.getClass().getSimpleName();
        }
        StringBuilder json = new StringBuilder("{\"index\":" + index + ",\"client\":\"SSLSocket\",\"ok\":" + (error == null));
        json.append(",\"code\":").append(code == null ? "null" : quote(code)).append(",\"texts\":[");
        for (int at = 0; at < texts.size(); at++) json.append(at == 0 ? "" : ",").append(quote(texts.get(at)));
        System.out.println(json.append("]}"));
    }

    private static String quote(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "") + "\"";
    }
}
