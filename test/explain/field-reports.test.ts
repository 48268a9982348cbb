import { describe, expect, it } from 'vitest'
import { type ErrorExplanation, explain } from '../../src/explain/explain.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'

/** What a support engineer has in hand, and the scenarios that must be among what `explain` finds. */
const reports: readonly (readonly [sentence: string, scenarios: readonly string[]])[] = [
  // 1. Mail.dll: "The remote certificate is invalid according to the validation procedure"
  [
    'The remote certificate is invalid according to the validation procedure',
    ['wrong-host', 'self-signed', 'self-signed+wrong-host', 'expired', 'untrusted-root'],
  ],
  ['RemoteCertificateNameMismatch', ['wrong-host']],
  ['RemoteCertificateChainErrors', ['self-signed']],
  ['RemoteCertificateNameMismatch, RemoteCertificateChainErrors', ['self-signed+wrong-host']],
  ['connection actively refused', ['port-closed']],
  ['No connection could be made because the target machine actively refused it 127.0.0.1:993', ['port-closed']],
  // 2. Mail.dll: "The handshake failed due to an unexpected packet format"
  [
    'The handshake failed due to an unexpected packet format',
    ['plaintext-on-implicit', 'starttls-stripped', 'sslv3-only', 'tls10-only', 'tls11-only', 'version-intolerant'],
  ],
  ['a port that speaks plain text first and wants STARTTLS/STLS', ['plaintext-on-implicit']],
  ['the client waits for a greeting that never comes', ['implicit-on-starttls']],
  // 3. Exchange, diagnosed with openssl s_client
  ['verify error:num=20:unable to get local issuer certificate', ['untrusted-root', 'missing-intermediate']],
  ['Verify return code: 20 (unable to get local issuer certificate)', ['untrusted-root']],
  ['20', ['untrusted-root', 'missing-intermediate']],
  ['21', ['missing-intermediate']],
  ['Verify return code: 21 (unable to verify the first certificate)', ['missing-intermediate']],
  [
    'not within its validity period when verifying against the current system clock or the timestamp in the signed file',
    ['expired', 'not-yet-valid', 'expired-intermediate', 'expired-root'],
  ],
  ['10', ['expired', 'expired-intermediate', 'expired-root']],
  ['9', ['not-yet-valid']],
  ['62', ['wrong-host']],
  ['23', ['revoked']],
  ['18', ['self-signed']],
  // 4. MailBee.NET: SSL guide
  ['server that does not support STARTTLS', ['starttls-stripped']],
  ['530 5.7.0 Must issue a STARTTLS command first', ['starttls-required']],
  ['NO [PRIVACYREQUIRED]', ['starttls-required']],
  ['503 Bad sequence of commands', ['ehlo-required-after-tls']],
  ['IsUntrustedRoot', ['untrusted-root', 'self-signed']],
  ['NameMismatch', ['wrong-host']],
  ['IsNotTimeValid', ['expired', 'not-yet-valid']],
  ['IsRevoked', ['revoked']],
  ['MailBeeSslNegotiationException', ['plaintext-on-implicit', 'version-intolerant', 'sslv3-only', 'sslv2-only']],
  ['MailBeeCertificateValidationException', ['untrusted-root', 'wrong-host', 'expired', 'revoked']],
  ['Received fatal alert: certificate_required', ['client-cert-required']],
  // 5. Missive
  [
    'I get an invalid SSL / TLS certificate error when trying to add my email account',
    ['expired', 'self-signed', 'certificate-changed'],
  ],
]

describe('a sentence of the field reports', () => {
  it.each(reports)('%j leads to its scenarios', (sentence, scenarios) => {
    const explanation = explain(sentence) as ErrorExplanation
    expect(explanation.kind).toBe('error')
    const found = explanation.scenarios.map(({ id }) => id)
    expect(found).toEqual(expect.arrayContaining([...scenarios]))
  })

  it('names only scenarios that can be started', () => {
    for (const [sentence] of reports) {
      for (const { id } of (explain(sentence) as ErrorExplanation).scenarios) expect(resolveScenario(id).id).toBe(id)
    }
  })

  it('is not found in what is about something else', () => {
    const found = (text: string): readonly string[] => (explain(text) as ErrorExplanation).scenarios.map(({ id }) => id)
    expect(found('RemoteCertificateNameMismatch')).not.toContain('self-signed')
    expect(found('RemoteCertificateChainErrors')).not.toContain('wrong-host')
    expect(found('RemoteCertificateNameMismatch, RemoteCertificateChainErrors')).not.toContain('wrong-host')
    expect(found('23')).toEqual(['revoked'])
    expect(found('connection actively refused')).toEqual(['port-closed'])
  })
})
