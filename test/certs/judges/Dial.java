// Prints, for each pair of a port of 127.0.0.1 and a name, OK or why a TLS client that dialled the name would not go on. The
// first argument is the directory of the PKI.
import java.io.FileInputStream;
import java.net.Socket;
import java.security.KeyStore;
import javax.net.ssl.*;

public class Dial {
    public static void main(String[] arguments) throws Exception {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        try (FileInputStream file = new FileInputStream(arguments[0] + "/ca.p12")) {
            roots.load(file, "mockmail".toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        for (int at = 1; at < arguments.length; at += 2) System.out.println(dial(context, Integer.parseInt(arguments[at]), arguments[at + 1]));
    }

    static String dial(SSLContext context, int port, String name) {
        try (Socket raw = new Socket("127.0.0.1", port);
             SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, name, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10000);
            socket.startHandshake();
            return "OK";
        } catch (Exception error) {
            Throwable cause = error;
            while (cause.getCause() != null) cause = cause.getCause();
            return cause.getMessage().replace('\n', ' ');
        }
    }
}
