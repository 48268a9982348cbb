import { bothTls, defineReport, everyMode } from './report.ts'

export const mailbee = defineReport({
  slug: 'mailbee',
  title: 'MailBee.NET: the guide to SSL in its SMTP client',
  rows: {
    'startup-modes': {
      said: '`SslStartupMode`: `OnConnect`, `UseStartTls`, `UseStartTlsIfSupported`.',
      scenarios: ['good', 'starttls-stripped'],
      modes: bothTls,
      evidence: 'An opportunistic client may go on in clear, but must not send credentials there without saying so.',
      shown:
        'curl --ssl-reqd is `refused` on `starttls-stripped`; curl --ssl sends its password in clear: `leaked`, `fail`. Both complete `good` inside TLS.',
    },
    'port-detection': {
      said: 'Ports are detected: 465 implicit, 587 with STARTTLS if supported, 25 never tried.',
      scenarios: ['good'],
      modes: bothTls,
      evidence: 'The ports 25, 465, 587, 110, 995, 143 and 993, plus an offset.',
      shown: 'Each listens and speaks its protocol in its mode; nothing comes to the port that is never tried.',
    },
    'submission-without-starttls': {
      said: 'A server on 587 without STARTTLS.',
      scenarios: ['starttls-stripped'],
      modes: ['starttls'],
      evidence: 'No STARTTLS in the list.',
      shown: 'On offset + 587 the list lacks it, and curl --ssl-reqd stops.',
    },
    'starttls-required': {
      said: 'A server that requires STARTTLS on 25: the protocol says “supports”, not “requires”.',
      scenarios: ['starttls-required'],
      modes: ['starttls'],
      evidence: '530, `NO [PRIVACYREQUIRED]` or `-ERR` until TLS is on.',
      shown: 'The replies to a login, and to MAIL, in clear; where `good` takes MAIL.',
    },
    'auth-after-tls': {
      said: 'STARTTLS is offered, and no mechanism to log in until TLS is on.',
      scenarios: ['good'],
      modes: ['starttls'],
      evidence: 'Capabilities must be asked for again after TLS.',
      shown: 'The list in clear has STARTTLS and no login, the one inside TLS a login and no STARTTLS.',
    },
    'auth-never': {
      said: 'No mechanism to log in, before TLS or after it.',
      scenarios: ['auth-never'],
      modes: everyMode,
      evidence: 'None in either list, and the command is refused.',
      shown: 'The lists and the reply; Python: `SMTP AUTH extension not supported by server`.',
    },
    'ports-mixed-up': {
      said: 'The administrator has mixed up the ports: plain SMTP on 465, implicit TLS on 25.',
      scenarios: ['plaintext-on-implicit', 'implicit-on-starttls'],
      modes: bothTls,
      evidence: 'Text for a ClientHello on 465; silence on 25.',
      shown: 'On offset + 465 and offset + 25: OpenSSL’s wrong version number, and not a byte.',
    },
    'client-certificate': {
      said: 'A client certificate from a PFX file, with its password.',
      scenarios: ['client-cert-required', 'client-cert-optional'],
      modes: bothTls,
      evidence: 'Files for a good, an expired, an untrusted and a wrongly used certificate, as PEM and PKCS#12.',
      shown:
        'curl reads the PKCS#12 file: the good one gets in, the others and none are turned away; where it is optional all get in.',
    },
    'validation-flags': {
      said: 'Validation flags, each of which can be ignored by itself: untrusted root, name, time, revocation, …',
      scenarios: [
        'untrusted-root',
        'wrong-host',
        'expired',
        'revoked',
        'wrong-host+expired',
        'untrusted-root+wrong-host+expired',
        'revoked+wrong-host',
      ],
      modes: bothTls,
      evidence: 'One scenario for each flag, and combinations with `+`.',
      shown: 'OpenSSL prints exactly the codes 20, 62, 10 and 23 of the parts, no other.',
    },
    'continued-session': {
      said: 'The result is inspected without an exception, and the session goes on in the same connection.',
      scenarios: ['self-signed'],
      protocols: ['smtp'],
      modes: bothTls,
      evidence: 'The session goes on to log in and to send.',
      shown:
        'Node’s `authorizationError` is set and the client goes on: one connection, one login, one message in the record.',
    },
    'tls-not-negotiated': {
      said: 'Servers that support TLS and do not negotiate it properly; servers with SSL 3 or SSL 2 only.',
      scenarios: ['version-intolerant', 'sslv3-only', 'sslv2-only'],
      modes: bothTls,
      evidence: 'The handshake fails in three ways.',
      shown: 'OpenSSL: unexpected EOF, unsupported protocol, wrong version number; GnuTLS in its own words.',
    },
    'second-ehlo': {
      said: 'A second EHLO is needed after STARTTLS.',
      scenarios: ['ehlo-required-after-tls'],
      protocols: ['smtp'],
      modes: ['starttls'],
      evidence: '503 until EHLO.',
      shown: 'NOOP and AUTH get 503 until EHLO and an answer behind it; on `good` NOOP gets 250.',
    },
    'protocol-log': {
      said: 'The protocol is logged to a file.',
      scenarios: ['good'],
      modes: everyMode,
      evidence: 'The transcript of a session on disk.',
      shown: '`mockmail exec --log FILE` leaves a record for the connection, with both sides and what was inside TLS.',
    },
  },
})
