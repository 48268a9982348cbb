import { describe, expect, it } from 'vitest'
import { nssCodes } from '../../src/verdicts/reasons/nss-codes.ts'
import { reasonOf } from '../../src/verdicts/reasons/reasons.ts'
import { codeOf, error, scenario } from './told.ts'

describe('a scenario', () => {
  it('is told with what a correct client does, what it sets, where it shows and how to start it', () => {
    expect(scenario('wrong-host')).toMatchObject({
      schema: 1,
      kind: 'scenario',
      id: 'wrong-host',
      expect: 'reject',
      because: 'the name that was dialled is not among the dNSNames of the leaf',
      reasons: ['name-mismatch'],
      runs: 1,
      protocols: ['smtp', 'imap', 'pop3'],
      modes: ['implicit', 'starttls'],
      parts: [{ id: 'wrong-host', sets: ['leaf.names'], references: ['RFC 9525 §6', 'RFC 7817 §3'] }],
      commands: ['mockmail up wrong-host', 'mockmail up wrong-host --protocol smtp --mode implicit -v'],
    })
    expect(scenario('ehlo-required-after-tls').commands[1]).toBe(
      'mockmail up ehlo-required-after-tls --protocol smtp --mode starttls -v',
    )
  })

  it('is found by the names that other suites use', () => {
    expect(scenario('incomplete-chain').id).toBe('missing-intermediate')
    expect(scenario('wrong.host').id).toBe('wrong-host')
  })

  it('has measured texts of many ecosystems, and those who accept it', () => {
    const [expired] = scenario('expired').parts
    const measured = expired?.said.filter(({ evidence }) => evidence === 'measured') ?? []
    expect([...new Set(measured.map(({ ecosystem }) => ecosystem))].sort()).toEqual(
      ['curl', 'dotnet', 'gnutls', 'go', 'java', 'node', 'openssl', 'python', 'ruby', 'rustls'].sort(),
    )
    const [revoked] = scenario('revoked').parts
    expect(revoked?.accepted.map(({ client }) => client)).toContain('tls.connect')
    expect(revoked?.said.some(({ code }) => code === 'CERT_REVOKED')).toBe(true)
  })

  it('of several parts is the sum of them, in any order, with what was measured of both together', () => {
    const both = scenario('self-signed+wrong-host')
    expect(both.parts.map(({ id }) => id)).toEqual(['self-signed', 'wrong-host'])
    expect(both.reasons).toEqual(['self-signed', 'name-mismatch'])
    const flags = 'RemoteCertificateNameMismatch, RemoteCertificateChainErrors'
    expect(both.together.map(({ text }) => text)).toContain(flags)
    expect(scenario('wrong-host+self-signed').together).toEqual(both.together)
    expect(scenario('wrong-host').together).toEqual([])
  })

  it('tells from which connection a part counts', () => {
    expect(scenario('expired@2nd').parts).toMatchObject([{ id: 'expired', from: 2 }])
    expect(scenario('certificate-changed').runs).toBe(2)
  })
})

describe('an error', () => {
  it('that is a bare number is an OpenSSL verification result first, and a TLS alert next', () => {
    const { readings, reasons, scenarios } = error('10')
    expect(readings.map(({ of, name }) => `${of}: ${name}`)).toEqual([
      'OpenSSL verification result: X509_V_ERR_CERT_HAS_EXPIRED',
      'TLS alert: unexpected_message',
    ])
    expect(reasons).toMatchObject([{ reason: 'expired' }])
    expect(scenarios[0]).toMatchObject({ id: 'expired', evidence: 'measured' })
  })

  it.each([
    ['116', 'client-cert-required'],
    ['certificate_required', 'client-cert-required'],
    ['SSL alert number 70', 'tls10-only'],
    ['unknown_ca', 'untrusted-root'],
    ['curl: (64) STARTTLS not available.', 'starttls-stripped'],
    ['CURLE_USE_SSL_FAILED', 'starttls-stripped'],
    ['X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
    ['CERT_HAS_EXPIRED', 'expired'],
    ['CertificateExpiredException', 'expired'],
    ['ETLS', 'starttls-stripped'],
    ['0x800B0109', 'untrusted-root'],
    ['SEC_ERROR_UNKNOWN_ISSUER', 'untrusted-root'],
    ['errSSLHostNameMismatch', 'wrong-host'],
  ])('%j leads to %s', (text, id) => {
    expect(error(text).scenarios.map((one) => one.id)).toContain(id)
  })

  it("is found with the names and times of someone's own server in it", () => {
    const python =
      "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'imap.corp.test'. (_ssl.c:1129)"
    expect(error(python).scenarios[0]).toMatchObject({ id: 'wrong-host', evidence: 'measured' })
    const go =
      'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2024-02-02T10:00:00Z is before 2025-01-01T00:00:00Z'
    expect(error(go).scenarios.map(({ id }) => id)).toEqual(['not-yet-valid'])
  })

  it.each([
    '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:645)',
    'error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed',
    '40A7:error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:../ssl/statem/statem_clnt.c:1889:',
  ])('that ends where newer versions give a reason leads to every certificate that fails so: %s', (text) => {
    const { scenarios } = error(text)
    expect(scenarios.map(({ id }) => id)).toEqual(expect.arrayContaining(['expired', 'self-signed', 'wrong-host']))
    expect(scenarios[0]?.evidence).toBe('measured')
  })

  it('is found in the middle of a log', () => {
    const log = `12:00:01 sending\njavax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target\n\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)`
    expect(error(log).reasons).toMatchObject([{ reason: 'unknown-issuer' }])
    expect(error(log).scenarios.map(({ id }) => id)).toEqual(expect.arrayContaining(['untrusted-root', 'self-signed']))
  })

  it('says how sure it is', () => {
    expect(error('CERT_HAS_EXPIRED').scenarios[0]?.evidence).toBe('measured')
    expect(error('CERT_E_EXPIRED').scenarios[0]?.evidence).toBe('sourced')
    expect(error('unknown_ca').scenarios[0]?.evidence).toBe('reason')
  })

  it('leaves out a scenario of which the same client gives another reason', () => {
    expect(error('21').scenarios.map(({ id }) => id)).toEqual(['missing-intermediate'])
  })

  it('does not leave out a scenario because some clients say otherwise, nothing, or go on', () => {
    const ids = (text: string): readonly string[] => error(text).scenarios.map(({ id }) => id)
    // Node has other words for a missing intermediate, and OpenSSL's own tools have these.
    expect(ids('error 20 at 0 depth lookup: unable to get local issuer certificate')).toContain('missing-intermediate')
    // Java goes on with an expired root.
    expect(ids('CertificateExpiredException')).toContain('expired-root')
    // Every client that was measured is new enough for it.
    expect(ids('Received fatal alert: protocol_version')).toEqual(
      expect.arrayContaining(['tls10-only', 'tls12-only', 'tls13-only']),
    )
  })

  it.each([
    'SSLHandshakeException',
    'javax.net.ssl.SSLHandshakeException:',
    'OpenSSL::SSL::SSLError',
    'ssl.SSLError',
    'ssl.SSLCertVerificationError',
    'javax.mail.MessagingException',
    'jakarta.mail.MessagingException: Could not convert socket to TLS',
    'System.IO.IOException',
    'ESOCKET',
    'Error',
    'Error:',
  ])('that is the name of a class is no evidence of anything: %s', (text) => {
    const { reasons, readings, scenarios, notes } = error(text)
    expect({ reasons, readings, scenarios, notes }).toEqual({ reasons: [], readings: [], scenarios: [], notes: [] })
  })

  it('claims nothing that a library only says as well, beside what it says', () => {
    const ids = (text: string): readonly string[] => error(text).scenarios.map(({ id }) => id)
    expect(ids('javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?')).toEqual([
      'plaintext-on-implicit',
    ])
    expect(ids('error:1408F10B:SSL routines:ssl3_get_record:wrong version number')).not.toContain('tls10-only')
    // Ciphers are another matter than versions, of which NSS says SSL_ERROR_UNSUPPORTED_VERSION.
    expect(ids('SSL_ERROR_NO_CYPHER_OVERLAP')).toEqual([])
    expect(ids('SSL_ERROR_UNSUPPORTED_VERSION')).toContain('tls10-only')
  })

  it('says the same with the name of a class before it or behind it as without', () => {
    const ids = (text: string): readonly string[] => error(text).scenarios.map(({ id }) => id)
    const plain = ids('hostname "localhost" does not match the server certificate')
    expect(plain).toEqual(['wrong-host'])
    expect(ids('OpenSSL::SSL::SSLError: hostname "localhost" does not match the server certificate')).toEqual(plain)
    expect(ids('hostname "localhost" does not match the server certificate (OpenSSL::SSL::SSLError)')).toEqual(plain)
  })

  it.each([
    ['10061', 'connection-refused'],
    ['Socket Error # 10061', 'connection-refused'],
    ['-9814', 'expired'],
    ['errSSLCertExpired -9814', 'expired'],
    ['0x800CCC1A', 'protocol-version'],
    ['error 20 at 0 depth lookup', 'unknown-issuer'],
    ['verify error:num=20', 'unknown-issuer'],
    ['48', 'name-constraints'],
  ])('%s is a code of its own family: %s', (text, reason) => {
    expect(error(text).reasons.map((one) => one.reason)).toEqual([reason])
  })

  it.each([
    'process 10061 ended with 21 after 48 s',
    'moved by -9814 bytes',
    '192.0.2.18:10062',
    'alert 48 of 50',
    'at line 10, column 20',
    'num 20 of 21',
  ])('with a number in it that nothing names as a code has no reading: %s', (text) => {
    const { reasons, readings, scenarios } = error(text)
    expect({ reasons, readings, scenarios }).toEqual({ reasons: [], readings: [], scenarios: [] })
  })

  it("reads each name of NSS's as itself, and not as one that it begins with", () => {
    const reasons = (text: string): readonly string[] => error(text).reasons.map(({ reason }) => reason)
    expect(reasons('MOZILLA_PKIX_ERROR_NOT_YET_VALID_ISSUER_CERTIFICATE')).toEqual(['not-yet-valid'])
    expect(reasons('SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE')).toEqual(['expired'])
    expect(error('SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE').scenarios[0]?.id).toBe('expired-intermediate')
    for (const [name, [reason]] of Object.entries(nssCodes)) expect(reasonOf(name), name).toBe(reason)
  })

  it("that is an alert in a server's log is about the chain that the server sent", () => {
    const log =
      'imap-login: Disconnected: rip=192.0.2.9, TLS handshaking: SSL_accept() failed: error:0A000418:SSL routines::tlsv1 alert unknown ca: SSL alert number 48'
    const { reasons, scenarios, notes } = error(log)
    expect(reasons.map(({ reason }) => reason)).toEqual(['self-signed', 'unknown-issuer'])
    expect(scenarios.map(({ id }) => id)).toContain('untrusted-root')
    expect(scenarios.map(({ id }) => id)).not.toContain('client-cert-required')
    expect(notes).toEqual([
      'A server says so: it received unknown_ca, so the client does not accept the chain that this server sent.',
    ])
  })

  it('that is an alert in the words of a client is about the certificate that the client sent', () => {
    const { reasons, scenarios, notes } = error('SSL_connect returned=1 errno=0 state=error: tlsv1 alert unknown ca')
    expect(reasons.map(({ reason }) => reason)).toEqual(['client-certificate'])
    expect(scenarios.map(({ id }) => id)).toEqual(['client-cert-required'])
    expect(notes).toEqual([
      'A client says so: it received unknown_ca, so the server does not accept the certificate that this client sent.',
    ])
  })

  it('that is an alert of which nobody can tell who received it is told both ways', () => {
    for (const text of ['SSL alert number 48', 'tlsv1 alert unknown ca', 'unknown_ca']) {
      const { scenarios, notes } = error(text)
      expect(scenarios.map(({ id }) => id)).toEqual(expect.arrayContaining(['untrusted-root', 'client-cert-required']))
      expect(notes).toEqual([
        "An alert that was received is the judgement of the other side. Read by a server, unknown_ca means that the client does not accept the chain that the server sent; read by a client, that the server does not accept the client's certificate.",
      ])
    }
  })

  it.each([
    'TLS error on connection from a [192.0.2.9] (gnutls_handshake): A TLS fatal alert has been received.: CA is unknown',
    'postfix/smtpd[7]: warning: TLS library problem: error:0A000418:SSL routines::tlsv1 alert unknown ca:a.c:1584:SSL alert number 48:',
    'http: TLS handshake error from 192.0.2.9:5: remote error: tls: unknown certificate authority',
    'SSL_accept(): read alert, level: fatal, description: unknown CA',
  ])('that is an alert is known in the words of every library: %s', (text) => {
    const { readings, scenarios } = error(text)
    expect(readings.map(({ name }) => name)).toEqual(['unknown_ca'])
    expect(scenarios.map(({ id }) => id)).toContain('untrusted-root')
  })

  it("that a server minds of its client's hello is no fault of a server", () => {
    const text = 'SSL_accept() failed: error:1408F09C:SSL routines:ssl3_get_record:http request'
    const { reasons, scenarios, notes } = error(text)
    expect(reasons.map(({ reason }) => reason)).toEqual(['not-tls'])
    expect(scenarios).toEqual([])
    expect(notes).toEqual([
      'A server says so of a client: it is the client that spoke no TLS, or offered nothing that the server takes.',
    ])
    expect(error('error:1408F10B:SSL routines:ssl3_get_record:wrong version number').scenarios[0]?.id).toBe(
      'plaintext-on-implicit',
    )
  })

  it('that is sent for anything names no reason, and every certificate that it may be sent for', () => {
    const { reasons, scenarios } = error('TLS handshake error from 192.0.2.9:5: remote error: tls: bad certificate')
    expect(reasons).toEqual([])
    expect(scenarios.map(({ id }) => id)).toEqual(expect.arrayContaining(['expired', 'wrong-host', 'untrusted-root']))
  })

  it.each([
    ['connect ECONNREFUSED 127.0.0.1:993', ['port-closed']],
    ['connect ECONNREFUSED 127.0.0.1:5432', []],
    ['smtp.example.com: connection refused', ['port-closed']],
    ['db.example.com: connection refused', []],
    ['Connection refused', ['port-closed']],
  ])('that any connection can have is one of mail only where it says so: %s', (text, ids) => {
    const { reasons, scenarios } = error(text)
    expect(reasons.map(({ reason }) => reason)).toEqual(['connection-refused'])
    expect(scenarios.map(({ id }) => id)).toEqual(ids)
  })

  it("that is the client's own doing has a reason, a note and no scenario", () => {
    const { reasons, scenarios, notes } = error('tls: no supported versions satisfy MinVersion and MaxVersion')
    expect(reasons.map(({ reason }) => reason)).toEqual(['protocol-version'])
    expect(scenarios).toEqual([])
    expect(notes).toEqual([expect.stringMatching(/^The client's own settings leave it nothing to offer/)])
  })

  it('that tells little comes with what tells more', () => {
    const { scenarios } = error('The remote certificate is invalid according to the validation procedure.')
    const closer = Object.fromEntries(scenarios.map(({ id, closer }) => [id, closer?.text]))
    expect(closer).toMatchObject({
      expired: 'NotTimeValid',
      'missing-intermediate': 'PartialChain',
      'wrong-host': 'RemoteCertificateNameMismatch',
    })
  })

  it('of a log that is longer than it reads is found at either end of it', () => {
    const noise = 'Nov 12 10:15:25 host app[10061]: nothing to see at 48\n'.repeat(4_000)
    const ids = (text: string): readonly string[] => error(text).scenarios.map(({ id }) => id)
    expect(ids(`x509: certificate signed by unknown authority\n${noise}`)).toContain('untrusted-root')
    expect(ids(`${noise}x509: certificate signed by unknown authority`)).toContain('untrusted-root')
    expect(ids(noise)).toEqual([])
  })

  it('that nobody knows is told as such, and one word that is written like an id as a mistyped one', () => {
    expect(codeOf('expird')).toMatchObject({ code: 'UNKNOWN_SCENARIO', exitCode: 2 })
    expect(codeOf('expird').message).toContain("Did you mean 'expired'?")
    expect(codeOf('expired+expird').message).toContain("There is no scenario 'expird'.")
    expect(codeOf('expired+not-yet-valid').code).toBe('CONFLICT')
    expect(codeOf(' ')).toMatchObject({ code: 'INVALID_OPTION', exitCode: 2 })
    const { reasons, readings, notes, scenarios, commands } = error('qwertz uiop')
    expect([reasons, readings, notes, scenarios, commands]).toEqual([[], [], [], [], []])
  })
})
