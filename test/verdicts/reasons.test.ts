import { describe, expect, it } from 'vitest'
import measured from '../../src/explain/measured.json' with { type: 'json' }
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { type Reason, reasons } from '../../src/scenarios/vocabulary.ts'
import { agrees } from '../../src/verdicts/reasons/agrees.ts'
import { codesIn, reasonOf, reasonsOf, refusedFor } from '../../src/verdicts/reasons/reasons.ts'
import { verifyCodes } from '../../src/verdicts/reasons/verify-codes.ts'

describe('the reason of an error', () => {
  it.each<[string, Reason]>([
    // OpenSSL: number, label, name and both spellings of its text.
    ['10', 'expired'],
    ['verify error:num=10:certificate has expired', 'expired'],
    ['Verify return code: 9 (certificate is not yet valid)', 'not-yet-valid'],
    ['error 18 at 0 depth lookup: self-signed certificate', 'self-signed'],
    ['self signed certificate', 'self-signed'],
    ['verify error:num=19:self signed certificate in certificate chain', 'unknown-issuer'],
    ['X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown-issuer'],
    ['Verify return code: 21 (unable to verify the first certificate)', 'unknown-issuer'],
    ['Verify return code: 23 (certificate revoked)', 'revoked'],
    ['unable to get certificate CRL', 'revocation-unknown'],
    ['Verify return code: 62 (hostname mismatch)', 'name-mismatch'],
    ['Verify return code: 64 (IP address mismatch)', 'name-mismatch'],
    ['EE certificate key too weak', 'weak-key'],
    ['CA signature digest algorithm too weak', 'weak-signature'],
    ['unsuitable certificate purpose', 'purpose'],
    ['invalid CA certificate', 'not-a-ca'],
    ['permitted subtree violation', 'name-constraints'],
    ['path length constraint exceeded', 'path-length'],
    ['unhandled critical extension', 'critical-extension'],
    ["format error in certificate's notAfter field", 'malformed'],
    ['certificate signature failure', 'signature'],
    ['error:0A00010B:SSL routines::wrong version number', 'not-tls'],
    ['error:0A000102:SSL routines::unsupported protocol', 'protocol-version'],
    ['error:0A00042E:SSL routines::tlsv1 alert protocol version', 'protocol-version'],
    ['sslv3 alert handshake failure', 'handshake-failure'],
    ['tlsv13 alert certificate required', 'client-certificate'],
    // Node 20 and 24 spell alerts differently.
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'client-certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'client-certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'handshake-failure'],
    [
      "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b",
      'name-mismatch',
    ],
    ['Client network socket disconnected before secure TLS connection was established', 'connection-closed'],
    ['connect ECONNREFUSED 127.0.0.1:993', 'connection-refused'],
    ['Greeting never received', 'timeout'],
    ['Server does not support STARTTLS', 'no-tls'],
    // Python
    [
      "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'a'. (_ssl.c:1006)",
      'name-mismatch',
    ],
    ['STARTTLS extension not supported by server.', 'no-tls'],
    ['-ERR STLS not supported by server', 'no-tls'],
    ['TLS not supported by server', 'no-tls'],
    ['SMTP AUTH extension not supported by server.', 'authentication'],
    // curl
    ["curl: (60) SSL: no alternative certificate subject name matches target host name 'a'", 'name-mismatch'],
    ['curl: (64) STARTTLS not available.', 'no-tls'],
    ['curl: (91) SSL certificate revocation reason: keyCompromise (1)', 'revoked'],
    ["curl: (7) Failed to connect to localhost port 1 after 0 ms: Couldn't connect to server", 'connection-refused'],
    ['curl: (28) Operation timed out after 3001 milliseconds with 0 bytes received', 'timeout'],
    // Go tells both ends of the validity apart only behind the colon.
    ['x509: certificate has expired or is not yet valid: current time X is after Y', 'expired'],
    ['x509: certificate has expired or is not yet valid: current time X is before Y', 'not-yet-valid'],
    ['x509: certificate signed by unknown authority', 'unknown-issuer'],
    ['x509: certificate is valid for imap.example.com, not localhost', 'name-mismatch'],
    ['tls: first record does not look like a TLS handshake', 'not-tls'],
    ['remote error: tls: expired certificate', 'client-certificate'],
    // Java
    [
      'PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target',
      'unknown-issuer',
    ],
    ['java.security.cert.CertificateNotYetValidException: NotBefore: Sat Nov 22', 'not-yet-valid'],
    ['No subject alternative DNS name matching localhost found.', 'name-mismatch'],
    ['Unsupported or unrecognized SSL message', 'not-tls'],
    ['STARTTLS is required but host does not support STARTTLS', 'no-tls'],
    // GnuTLS
    ['The certificate is NOT trusted. The certificate chain uses expired certificate. ', 'expired'],
    ['The certificate is NOT trusted. The certificate issuer is unknown. ', 'unknown-issuer'],
    ['The name in the certificate does not match the expected.', 'name-mismatch'],
    ['The certificate chain is revoked.', 'revoked'],
    // rustls and webpki
    ['invalid peer certificate: Expired', 'expired'],
    ['invalid peer certificate: NotValidForName', 'name-mismatch'],
    ['InvalidPurposeContext (RequiredEkuNotFound)', 'purpose'],
    ['CaUsedAsEndEntity', 'purpose'],
    // .NET and MailBee
    ['RemoteCertificateNameMismatch', 'name-mismatch'],
    ['The remote certificate is invalid because of errors in the certificate chain: NotTimeValid', 'expired'],
    ['UntrustedRoot', 'unknown-issuer'],
    ['CertificateValidationFlags.IsRevoked', 'revoked'],
    ['The handshake failed due to an unexpected packet format.', 'not-tls'],
    ['Server does not support secure connections.', 'no-tls'],
    ['No connection could be made because the target machine actively refused it', 'connection-refused'],
    // Windows and Thunderbird
    ['A certificate chain could not be built to a trusted root authority.', 'unknown-issuer'],
    ['SEC_ERROR_REVOKED_CERTIFICATE', 'revoked'],
  ])('of %j is %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason)
  })

  it.each([
    '',
    'The remote certificate is invalid according to the validation procedure.',
    'RemoteCertificateChainErrors',
    'certificate verify failed',
    'Error: something went wrong',
    'revocation of privileges',
    '535 5.7.8 bad login',
    '250 OK, expires tomorrow',
  ])('is none where %j gives none', (text) => {
    expect(reasonsOf(text)).toEqual([])
    expect(reasonOf(text)).toBeNull()
  })

  it('is read from code, message and causes of an error object', () => {
    expect(reasonOf({ code: 'CERT_HAS_EXPIRED', message: 'x' })).toBe('expired')
    expect(reasonOf({ code: 'ESOCKET', message: 'self-signed certificate' })).toBe('self-signed')
    expect(reasonOf(new Error('fetch failed', { cause: new Error('certificate revoked') }))).toBe('revoked')
    const circular: { message: string; cause?: unknown } = { message: 'certificate has expired' }
    circular.cause = circular
    expect(reasonOf(circular)).toBe('expired')
    expect(reasonOf({})).toBeNull()
  })

  it('puts dates before names, names before revocation and these before the issuer, where a text names several', () => {
    expect(
      reasonsOf(
        'The certificate is NOT trusted. The certificate issuer is unknown. The certificate chain uses expired certificate. The name in the certificate does not match the expected.',
      ),
    ).toEqual(['expired', 'name-mismatch', 'unknown-issuer'])
    expect(reasonsOf('certificate revoked\nhostname mismatch')).toEqual(['name-mismatch', 'revoked'])
    expect(reasonOf('Connection unexpectedly closed: tlsv13 alert certificate required')).toBe('client-certificate')
  })

  it('does not take an alert about the own certificate for a fault of the server', () => {
    expect(reasonsOf('sslv3 alert certificate expired')).toEqual(['client-certificate'])
    expect(reasonsOf('certificate has expired')).toEqual(['expired'])
  })
})

describe('whether a client refused for the right reason', () => {
  it('takes one word for two reasons to mean the right one', () => {
    expect(refusedFor('x509: certificate signed by unknown authority', ['self-signed'])).toBe(true)
    expect(refusedFor('unable to get local issuer certificate', ['self-signed'])).toBe(false)
    expect(refusedFor('PKIX path validation failed: validity check failed', ['not-yet-valid'])).toBe(true)
    expect(refusedFor('CertificateExpiredException: NotAfter: x', ['not-yet-valid'])).toBe(false)
    expect(refusedFor('wrong version number', ['protocol-version'])).toBe(true)
  })

  it('is not known of a client that gives no reason, or lost the connection', () => {
    expect(refusedFor('certificate verify failed', ['expired'])).toBeNull()
    expect(refusedFor('EOF', ['expired'])).toBeNull()
    expect(refusedFor('EOF', ['connection-closed'])).toBe(true)
    expect(refusedFor('certificate has expired', [])).toBeNull()
  })
})

describe('a narrow word and a wider one', () => {
  it.each<[string, Reason, Reason]>([
    ['x509: certificate relies on legacy Common Name field, use SANs instead', 'no-alternative-name', 'name-mismatch'],
    ['The certificate chain length (11) exceeds the maximum allowed length (10)', 'chain-length', 'path-length'],
    ['invalid peer certificate: Other(OtherError(UnsupportedCertVersion))', 'certificate-version', 'malformed'],
    ['error:0A00018A:SSL routines::dh key too small', 'weak-dh', 'handshake-failure'],
    ['error:0A000152:SSL routines::unsafe legacy renegotiation disabled', 'legacy-renegotiation', 'handshake-failure'],
    ['remote error: tls: no application protocol', 'no-alpn', 'handshake-failure'],
    ['connect EHOSTUNREACH 192.0.2.9:993', 'unreachable', 'connection-refused'],
  ])('of %j are %s and %s, and fit each other, and nothing else', (text, narrow, wide) => {
    expect(reasonOf(text)).toBe(narrow)
    expect([refusedFor(text, [narrow]), refusedFor(text, [wide])]).toEqual([true, true])
    expect([agrees(narrow, [wide]), agrees(wide, [narrow])]).toEqual([true, true])
    expect(refusedFor(text, ['revoked'])).toBe(false)
    expect(agrees(narrow, ['revoked'])).toBe(false)
  })
})

describe('what was measured', () => {
  // s_client goes on where STARTTLS is not offered, and meets text.
  const goesOn = (text: string, id: string): boolean =>
    id.startsWith('starttls-') && text.includes('wrong version number')

  it('is never taken for another reason than that of its scenario', () => {
    const wrong = measured.texts.flatMap(({ ecosystem, code, text, scenarios }) =>
      scenarios
        .flatMap(([id]) => id ?? [])
        .filter((id) => !goesOn(text, id))
        .filter(
          (id) => refusedFor({ code: code ?? '', message: text }, resolveScenario(id).expectation.reasons) === false,
        )
        .map((id) => `${id}: ${ecosystem} ${code} ${text}`),
    )
    expect(wrong).toEqual([])
  })

  it('gives a reason for every refused certificate in every ecosystem', () => {
    const refused = new Map<string, boolean>()
    for (const { ecosystem, code, text, scenarios } of measured.texts) {
      for (const [id] of scenarios) {
        if (id === undefined || !resolveScenario(id).parts.every(({ kind }) => kind === 'certificate')) continue
        const known = refused.get(`${ecosystem} ${id}`) ?? false
        refused.set(`${ecosystem} ${id}`, known || reasonsOf({ code: code ?? '', message: text }).length > 0)
      }
    }
    expect(refused.size).toBeGreaterThan(100)
    expect([...refused].filter(([, told]) => !told)).toEqual([])
  })
})

describe("OpenSSL's verification results", () => {
  it('are found by number, name and text, each as itself', () => {
    for (const code of verifyCodes) {
      expect(codesIn(String(code.code))).toEqual([code])
      expect(codesIn(`X509_V_ERR_${code.name}`)).toEqual([code])
      if (code.code <= 94) expect(codesIn(`error: ${code.text}`), code.text).toEqual([code])
    }
  })

  it('are reasons of the vocabulary', () => {
    for (const { reason } of verifyCodes) if (reason) expect(reasons).toContain(reason)
    expect(verifyCodes.map(({ code }) => code)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })
})
