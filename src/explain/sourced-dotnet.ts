import type { Reason } from '../scenarios/vocabulary.ts'
import { certificateReasons, chain, dates, issuer, type SourcedText } from './sourced-text.ts'

const resources = 'dotnet/runtime: System.Net.Security, Strings.resx'
const limilabs = 'Limilabs, Mail.dll: The remote certificate is invalid according to the validation procedure'
const packetFormat = 'Limilabs, Mail.dll: The handshake failed due to an unexpected packet format'
const mailbee = 'Afterlogic, MailBee.NET: CertificateValidationFlags'
const mailkit = 'jstedfast/MailKit: SslHandshakeException.cs and the clients'

/** X509ChainStatusFlags, and what each is about. */
const statuses: Readonly<Record<string, readonly Reason[]>> = {
  NotTimeValid: dates,
  UntrustedRoot: issuer,
  PartialChain: issuer,
  Revoked: ['revoked'],
  RevocationStatusUnknown: ['revocation-unknown'],
  NotSignatureValid: ['signature'],
  NotValidForUsage: ['purpose'],
}

const statusTexts: readonly SourcedText[] = Object.entries(statuses).flatMap(([status, reasons]): SourcedText[] => [
  {
    ecosystem: 'dotnet',
    client: 'SslStream',
    versions: '.NET 5 and later',
    code: 'AuthenticationException',
    text: `The remote certificate is invalid because of errors in the certificate chain: ${status}`,
    reasons,
    source: resources,
  },
  { ecosystem: 'dotnet', client: 'X509ChainStatusFlags', code: status, text: status, reasons, source: resources },
  {
    ecosystem: 'mailbee',
    code: status === 'RevocationStatusUnknown' ? status : `Is${status}`,
    text: `CertificateValidationFlags.${status === 'RevocationStatusUnknown' ? '' : 'Is'}${status}`,
    reasons,
    source: mailbee,
  },
])

/** .NET, and the mail libraries that are written for it. */
export const dotnetTexts: readonly SourcedText[] = [
  {
    ecosystem: 'dotnet',
    client: 'SslStream',
    versions: '.NET Framework, .NET Core to 3.1',
    code: 'AuthenticationException',
    text: 'The remote certificate is invalid according to the validation procedure.',
    reasons: certificateReasons,
    source: limilabs,
  },
  ...(
    [
      ['RemoteCertificateNameMismatch', { reasons: ['name-mismatch'] }],
      ['RemoteCertificateChainErrors', { reasons: chain }],
      [
        'RemoteCertificateNameMismatch, RemoteCertificateChainErrors',
        { scenarios: ['self-signed+wrong-host', 'untrusted-root+wrong-host', 'expired+wrong-host'] },
      ],
    ] as const
  ).flatMap(([flags, meant]): SourcedText[] => [
    { ecosystem: 'dotnet', client: 'SslPolicyErrors', code: flags, text: flags, ...meant, source: limilabs },
    {
      ecosystem: 'dotnet',
      client: 'SslStream',
      versions: '.NET 5 and later',
      code: 'AuthenticationException',
      text: `The remote certificate is invalid according to the validation procedure: ${flags}`,
      ...meant,
      source: resources,
    },
  ]),
  ...statusTexts,
  {
    ecosystem: 'dotnet',
    client: 'SslStream',
    versions: '.NET 5 and later',
    text: 'The remote certificate was rejected by the provided RemoteCertificateValidationCallback.',
    reasons: certificateReasons,
    source: resources,
  },
  {
    ecosystem: 'dotnet',
    client: 'SslStream',
    versions: '.NET Framework, .NET Core to 3.1',
    code: 'IOException',
    text: 'The handshake failed due to an unexpected packet format.',
    scenarios: [
      'plaintext-on-implicit',
      'starttls-stripped',
      'sslv2-only',
      'sslv3-only',
      'tls10-only',
      'tls11-only',
      'version-intolerant',
    ],
    source: packetFormat,
  },
  {
    ecosystem: 'dotnet',
    client: 'SslStream',
    versions: '.NET 5 and later',
    code: 'AuthenticationException',
    text: 'Cannot determine the frame size or a corrupted frame was received.',
    reasons: ['not-tls'],
    source: resources,
  },
  {
    ecosystem: 'dotnet',
    client: 'SslStream',
    versions: '.NET Framework',
    code: 'AuthenticationException',
    text: 'A call to SSPI failed, see inner exception.',
    reasons: ['protocol-version', 'handshake-failure'],
    source: 'Microsoft: TLS best practices with .NET Framework',
  },
  {
    ecosystem: 'mailbee',
    code: 'NameMismatch',
    text: 'CertificateValidationFlags.NameMismatch',
    reasons: ['name-mismatch'],
    source: mailbee,
  },
  { ecosystem: 'mailbee', text: 'MailBeeCertificateValidationException', reasons: certificateReasons, source: mailbee },
  {
    ecosystem: 'mailbee',
    text: 'MailBeeSslNegotiationException',
    reasons: ['not-tls', 'protocol-version', 'handshake-failure', 'client-certificate'],
    source: mailbee,
  },
  ...(
    [
      ["The host name did not match the name given in the server's SSL certificate.", ['name-mismatch']],
      [
        'An error occurred while attempting to establish an SSL or TLS connection.',
        [...certificateReasons, 'not-tls', 'protocol-version'],
      ],
      ['The SMTP server does not support the STARTTLS extension.', ['no-tls']],
      ['The IMAP server does not support the STARTTLS extension.', ['no-tls']],
      ['The POP3 server does not support the STLS extension.', ['no-tls']],
    ] as const
  ).map(([text, reasons]): SourcedText => ({ ecosystem: 'dotnet', client: 'MailKit', text, reasons, source: mailkit })),
]
