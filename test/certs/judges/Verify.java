import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.*;
import java.util.*;

/**
 * Prints `<folder> <OK or the reason: its first message>` for each folder, as PKIX judges it: `plain` without revocation, `crl` with
 * crl-chain.pem, `ocsp` by asking the responder.
 */
class Verify {
  public static void main(String[] args) throws Exception {
    var factory = CertificateFactory.getInstance("X.509");
    var anchors = new HashSet<TrustAnchor>();
    for (var root : read(factory, Path.of(args[0], "ca.pem"))) anchors.add(new TrustAnchor((X509Certificate) root, null));
    for (var id : Arrays.copyOfRange(args, 2, args.length)) {
      var folder = Path.of(args[0], id);
      var parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(args[1].equals("crl"));
      if (args[1].equals("ocsp")) {
        var checker = (PKIXRevocationChecker) CertPathValidator.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK));
        parameters.addCertPathChecker(checker);
      }
      if (args[1].equals("crl")) try (var crls = new FileInputStream(folder.resolve("crl-chain.pem").toFile())) {
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(factory.generateCRLs(crls))));
      }
      var path = factory.generateCertPath(new ArrayList<>(read(factory, folder.resolve("fullchain.pem"))));
      try {
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
        System.out.println(id + " OK");
      } catch (CertPathValidatorException error) {
        Throwable first = error;
        while (first.getCause() != null) first = first.getCause();
        System.out.println(id + " " + error.getReason() + ": " + first.toString().split("\n")[0]);
      }
    }
  }

  static Collection<? extends Certificate> read(CertificateFactory factory, Path file) throws Exception {
    try (var stream = Files.newInputStream(file)) {
      return factory.generateCertificates(stream);
    }
  }
}
