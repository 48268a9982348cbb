/** A wording that says more than its reason does. */
export interface Narrowing {
  readonly pattern: RegExp
  /** Those scenarios of its reason that it is said of; none where the catalogue has none that makes a client say so. */
  readonly scenarios: readonly string[]
  /** Nothing in the wording makes one of them surer than another, whatever the clients are that were measured. */
  readonly equally?: true
  /** What the wording means beside its reason, as a sentence. */
  readonly note?: string
}

const ownSettings =
  "The client's own settings leave it nothing to offer: it says so before it has heard of any server, and no server is at fault."

/** What is told of some of the scenarios with a reason only, or of none. A later scenario takes its line here. */
export const narrowings: readonly Narrowing[] = [
  {
    pattern:
      /No appropriate protocol|no[ _]protocols[ _]available|no supported versions satisfy|No or insufficient priorities/i,
    scenarios: [],
    note: ownSettings,
  },
  {
    pattern: /TLS 1\.0 and 1\.1 are not supported/i,
    scenarios: [],
    note: 'The server has completed a handshake of an old version, and turns the client away in its own protocol.',
  },
  {
    pattern: /inappropriate[ _]?fallback|downgrade attempt detected|version downgrade attack|tls13[ _]downgrade/i,
    scenarios: [],
    note: 'A version was negotiated that is lower than both sides speak: somebody between them, or a client that retries with less.',
  },
  {
    pattern: /selected unsupported protocol version 301|selected protocol version TLS10\b/,
    scenarios: ['tls10-only'],
  },
  {
    pattern: /selected unsupported protocol version 302|selected protocol version TLS11\b/,
    scenarios: ['tls11-only'],
  },
  {
    pattern: /selected unsupported protocol version 300|selected protocol version SSL30\b/,
    scenarios: ['sslv3-only'],
  },
  {
    pattern: /SSL ?v?2(?:\.0)? servers are not supported|unsupported SSLv2 handshake|SSL_ERROR_SSL2_DISABLED/i,
    scenarios: ['sslv2-only'],
  },
  {
    pattern:
      /alert[ _]protocol[ _]version|fatal alert: (?:protocol_version|ProtocolVersion)|tls: protocol version not supported|alert \[70\]|alert number 70|^protocol_version$|_PROTOCOL_VERSION_ALERT|errSSLPeerProtocolVersion/i,
    scenarios: ['tls10-only', 'tls11-only', 'tls12-only', 'tls13-only'],
    equally: true,
    note: 'The side that sent this alert does not speak the version that the other offered: either may be the older one.',
  },
  {
    pattern: /0x800CCC1A|does not support the connection encryption type/i,
    scenarios: ['plaintext-on-implicit', 'starttls-stripped', 'tls12-only', 'tls13-only'],
    note: 'Outlook says so when it is set to the wrong kind of encryption for the port, and on systems whose newest TLS is older than what the server takes.',
  },
  {
    pattern:
      /doesn't advertise that feature|doesn't offer STARTTLS|STARTTLS (?:not available|extension not supported|is not supported)|(?:STARTTLS|STLS)\b[^\n]{0,20}not advertised|does not support the ST(?:ARTT)?LS extension|did not advertise STARTTLS|TLS via the STARTTLS command|STARTTLS is required but host|STLS required but not supported|server doesn't support STARTTLS|IXP_E_SMTP_NO_ST|0x800CCC7[DE]/i,
    scenarios: ['starttls-stripped'],
  },
  {
    pattern:
      /TLS (?:currently |is )?(?:not available|unavailable)|STARTTLS unavailable|(?:STARTTLS|STLS) denied|STLS required but failed|command STARTTLS failed|STARTTLS not accepted/i,
    scenarios: ['starttls-refused'],
  },
  {
    pattern: /EXPIRED_ISSUER|certificate (?:[2-9]|\d\d) of \d+ has expired/i,
    scenarios: ['expired-intermediate', 'expired-root'],
    note: "A certificate above the server's own has expired.",
  },
  {
    pattern: /NOT_YET_VALID_ISSUER/,
    scenarios: ['not-yet-valid'],
    note: "A certificate above the server's own is not yet valid; the scenario is that of the server's own.",
  },
  {
    pattern:
      /\bconnect(?:ion)? timed out|connect ETIMEDOUT|dial tcp [^\n]{0,200}i\/o timeout|WSAETIMEDOUT|\b10060\b|did not properly respond after/i,
    scenarios: [],
    note: 'Not even the connection was answered: a firewall or a wrong address does that, and no server of mockmail.',
  },
  {
    pattern: /signed by unknown authority \(possibly because of/,
    scenarios: [],
    note: 'An authority of that name is known and could not be used; the words in brackets say why.',
  },
  {
    pattern: /secure read\b[^\n]*unexpected eof/i,
    scenarios: [],
    note: 'The session was up, and the server ended it without the close_notify of TLS.',
  },
  {
    pattern: /A TLS fatal alert has been received(?!\.: \w)|OpenSSL error - SSL_ERROR_SSL/i,
    scenarios: [],
    note: 'Which alert or error it was stands in another line.',
  },
  {
    pattern: /\b535\b|AUTHENTICATIONFAILED|\b5\.7\.8\b|\bInvalid login\b|\bEAUTH\b/,
    scenarios: [],
    note: 'The server offers logins and refused this one, as it does with a wrong password.',
  },
]
