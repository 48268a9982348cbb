import type { CheckCell, CheckReport, ClientEnd } from '../../../src/check/report.ts'

function ended(end: Partial<ClientEnd>): ClientEnd {
  return { exit: 0, signal: null, error: null, output: '', timedOut: false, ...end }
}

type Given = Pick<CheckCell, 'scenario' | 'protocol' | 'mode'> &
  Partial<Omit<CheckCell, 'client'>> & {
    readonly client?: Partial<ClientEnd>
  }

/** A cell that refused as it should, but for what is given. */
function cell({ client, ...given }: Given): CheckCell {
  return {
    ...expectations[given.scenario as keyof typeof expectations],
    outcome: 'refused',
    detail: 'safe-abort',
    grade: 'safe',
    qualifier: 'silent-close',
    flags: [],
    verdict: 'pass',
    reason: null,
    transcripts: [''],
    baseline: null,
    duration: 212,
    ...given,
    client: ended({ exit: 1, ...client }),
  }
}

const completed = {
  outcome: 'accepted',
  detail: 'safe-continue',
  grade: 'safe',
  qualifier: null,
  client: { exit: 0 },
} as const
const leakedInTls = {
  outcome: 'leaked',
  detail: 'leak-credentials-untrusted-tls',
  grade: 'exposed',
  qualifier: null,
  verdict: 'fail',
  client: { exit: 0, output: 'sent 1 report\n' },
} as const

const expectations = {
  good: { expect: 'accept', because: 'the chain ends at a trusted root, the dates hold and the name matches' },
  expired: { expect: 'reject', because: 'the current time is after notAfter' },
  'self-signed': { expect: 'reject', because: 'no trusted authority vouches for the key' },
  'self-signed+wrong-host': {
    expect: 'reject',
    because:
      'no trusted authority vouches for the key; the name that was dialled is not among the dNSNames of the leaf',
  },
  'untrusted-root': { expect: 'reject', because: 'the chain ends at no trusted root' },
  revoked: { expect: 'reject', because: 'the issuer says that the key is compromised' },
  'tls10-only': { expect: 'reject', because: 'TLS 1.0 must not be used any more' },
  'tls13-only': { expect: 'accept', because: 'TLS 1.3 is the current version' },
  'client-cert-required': {
    expect: 'either',
    because: 'a client that has a certificate for this server may use it, and one that has none says so',
  },
  'auth-never': { expect: 'either', because: 'a client that wants to log in cannot, and one that need not may go on' },
  'starttls-stripped': { expect: 'reject', because: 'a client told to use TLS must not go on without it' },
  'starttls-refused': {
    expect: 'reject',
    because: 'a client told to use TLS must not go on without it, whatever the reason of the refusal',
  },
  'plaintext-on-implicit': {
    expect: 'reject',
    because: 'text is no ServerHello, and a client that expects TLS says nothing in clear',
  },
  'implicit-on-starttls': { expect: 'reject', because: 'a client that waits for a greeting gives up in its own time' },
} as const

const smtpClear = [
  'S: 220 localhost ESMTP mockmail',
  'C: EHLO [127.0.0.1]',
  'S: 250-localhost greets [127.0.0.1]',
  'S: 250-PIPELINING',
  'S: 250-8BITMIME',
  'S: 250-SMTPUTF8',
  'S: 250-ENHANCEDSTATUSCODES',
  'S: 250-SIZE 67108864',
]
const smtpOffered = [...smtpClear, 'S: 250 STARTTLS', 'C: STARTTLS', 'S: 220 2.0.0 Ready to start TLS']
const smtpTls = [
  'C*: EHLO [127.0.0.1]',
  'S*: 250-localhost greets [127.0.0.1]',
  'S*: 250-PIPELINING',
  'S*: 250-8BITMIME',
  'S*: 250-SMTPUTF8',
  'S*: 250-ENHANCEDSTATUSCODES',
  'S*: 250-SIZE 67108864',
  'S*: 250 AUTH PLAIN LOGIN',
  'C*: AUTH PLAIN AHVzZXJAbW9ja21haWwudGVzdABtb2NrbWFpbA==',
  'S*: 235 2.7.0 Authentication successful',
  'C*: MAIL FROM:<reports@example.com>',
  'C*: RCPT TO:<boss@example.com>',
  'C*: DATA',
  'S*: 250 2.1.0 Accepted',
  'S*: 250 2.1.5 Accepted',
  'S*: 354 End data with <CR><LF>.<CR><LF>',
  'C*: From: reports@example.com',
  'C*: To: boss@example.com',
  'C*: Subject: Weekly report',
  'C*: Date: Sat, 21 Nov 2026 11:28:47 +0000',
  'C*: MIME-Version: 1.0',
  'C*: Content-Type: text/plain; charset=utf-8',
  'C*: All is well.',
  'C*: .',
  'S*: 250 2.6.0 OK: message queued',
  'C*: QUIT',
  'S*: 221 2.0.0 Bye',
]
const imapOffered = [
  'S: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE STARTTLS LOGINDISABLED] mockmail ready',
  'C: 1 STARTTLS',
  'S: 1 OK Begin TLS negotiation now',
]
const imapTls = [
  'C*: 2 CAPABILITY',
  'S*: * CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN',
  'S*: 2 OK CAPABILITY completed',
  'C*: 3 AUTHENTICATE PLAIN',
  'S*: + ',
  'C*: AHVzZXJAbW9ja21haWwudGVzdABtb2NrbWFpbA==',
  'S*: 3 OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE NAMESPACE UIDPLUS MOVE SPECIAL-USE UNSELECT] Logged in',
  'C*: 4 SELECT INBOX',
  'S*: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)',
  'S*: * 12 EXISTS',
  'S*: * OK [UIDVALIDITY 1795260527] UIDs are valid',
  'S*: 4 OK [READ-WRITE] SELECT completed',
  'C*: 5 LOGOUT',
  'S*: * BYE mockmail is logging out',
  'S*: 5 OK LOGOUT completed',
]
const lines = (...all: readonly (string | readonly string[])[]): string => all.flat().join('\n')

function cellsOf(): readonly CheckCell[] {
  return [...good(), ...certificates(), ...starttls(), ...versionsAndSessions()]
}

function good(): readonly CheckCell[] {
  const greeting =
    'S*: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN] mockmail ready'
  return [
    cell({
      scenario: 'good',
      protocol: 'smtp',
      mode: 'implicit',
      ...completed,
      transcripts: [lines('S*: 220 localhost ESMTP mockmail', smtpTls)],
      duration: 318.4,
    }),
    cell({
      scenario: 'good',
      protocol: 'smtp',
      mode: 'starttls',
      ...completed,
      transcripts: [lines(smtpOffered, smtpTls)],
      flags: ['client-hello-early', 'starttls-twice'],
    }),
    cell({
      scenario: 'good',
      protocol: 'smtp',
      mode: 'plain',
      ...completed,
      flags: ['clear-by-mode'],
      transcripts: [
        lines(
          smtpClear,
          'S: 250 AUTH PLAIN LOGIN',
          'C: AUTH PLAIN AHVzZXJAbW9ja21haWwudGVzdABtb2NrbWFpbA==',
          'S: 235 2.7.0 Authentication successful',
          'C: QUIT',
          'S: 221 2.0.0 Bye',
        ),
      ],
    }),
    cell({
      scenario: 'good',
      protocol: 'imap',
      mode: 'implicit',
      ...completed,
      transcripts: [lines(greeting, imapTls)],
      flags: ['resumed'],
    }),
    cell({
      scenario: 'good',
      protocol: 'imap',
      mode: 'starttls',
      ...completed,
      transcripts: [lines(imapOffered, imapTls)],
      flags: ['no-re-ehlo', 'left-children'],
    }),
  ]
}

function certificates(): readonly CheckCell[] {
  const smtp = lines('S*: 220 localhost ESMTP mockmail', smtpTls)
  const smtpStart = lines(smtpOffered, smtpTls)
  const imapGreeting =
    'S*: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN] mockmail ready'
  const says = (error: string): Partial<ClientEnd> => ({
    exit: 1,
    error,
    output: `send-report: could not connect\nError: ${error}\n    at TLSSocket.onConnectSecure (node:_tls_wrap:1677:34)\n    at TLSSocket.emit (node:events:524:28)\n`,
  })
  return [
    cell({ scenario: 'expired', protocol: 'smtp', mode: 'implicit', ...leakedInTls, transcripts: [smtp] }),
    cell({ scenario: 'expired', protocol: 'smtp', mode: 'starttls', ...leakedInTls, transcripts: [smtpStart] }),
    cell({
      scenario: 'expired',
      protocol: 'imap',
      mode: 'implicit',
      qualifier: 'alert:certificate_expired',
      reason: 'expired',
      client: says('certificate has expired'),
    }),
    cell({
      scenario: 'expired',
      protocol: 'imap',
      mode: 'starttls',
      qualifier: 'alert:certificate_expired',
      reason: 'expired',
      transcripts: [lines(imapOffered)],
      client: says('certificate has expired'),
    }),
    cell({
      scenario: 'self-signed',
      protocol: 'smtp',
      mode: 'implicit',
      ...leakedInTls,
      transcripts: [smtp],
      flags: ['no-sni'],
    }),
    cell({
      scenario: 'self-signed',
      protocol: 'smtp',
      mode: 'starttls',
      ...leakedInTls,
      detail: 'leak-credentials-clear',
      flags: ['retry-in-clear', 'login-refused-in-clear'],
      transcripts: [
        lines(smtpOffered),
        lines(
          smtpClear,
          'S: 250 STARTTLS',
          'C: AUTH LOGIN',
          'S: 334 VXNlcm5hbWU6',
          'C: dXNlckBtb2NrbWFpbC50ZXN0',
          'S: 334 UGFzc3dvcmQ6',
          'C: bW9ja21haWw=',
          'S: 538 5.7.11 Encryption required for requested authentication mechanism',
          'C: QUIT',
          'S: 221 2.0.0 Bye',
        ),
      ],
      client: { exit: 1, error: '538 5.7.11 Encryption required for requested authentication mechanism' },
    }),
    cell({
      scenario: 'self-signed',
      protocol: 'imap',
      mode: 'implicit',
      qualifier: 'alert:unknown_ca',
      reason: 'unknown-issuer',
      flags: ['wrong-reason'],
      client: says('unable to get local issuer certificate'),
    }),
    cell({
      scenario: 'self-signed',
      protocol: 'imap',
      mode: 'starttls',
      qualifier: 'close-after-finished',
      transcripts: [lines(imapOffered)],
      client: says('self-signed certificate'),
    }),
    cell({
      scenario: 'self-signed+wrong-host',
      protocol: 'smtp',
      mode: 'implicit',
      ...leakedInTls,
      transcripts: [smtp],
    }),
    cell({
      scenario: 'self-signed+wrong-host',
      protocol: 'smtp',
      mode: 'starttls',
      ...leakedInTls,
      detail: 'leak-message-untrusted-tls',
      transcripts: [
        lines(
          smtpOffered,
          smtpTls.filter((line) => !/AUTH|235/.test(line)),
        ),
      ],
    }),
    cell({
      scenario: 'self-signed+wrong-host',
      protocol: 'imap',
      mode: 'implicit',
      qualifier: 'rst',
      client: says('self-signed certificate'),
    }),
    cell({
      scenario: 'self-signed+wrong-host',
      protocol: 'imap',
      mode: 'starttls',
      qualifier: 'quit-in-tls',
      transcripts: [
        lines(imapOffered, 'C*: 2 LOGOUT', 'S*: * BYE mockmail is logging out', 'S*: 2 OK LOGOUT completed'),
      ],
      client: says('self-signed certificate'),
    }),
    cell({
      scenario: 'untrusted-root',
      protocol: 'smtp',
      mode: 'implicit',
      outcome: 'accepted',
      detail: 'accepted-bad-cert',
      grade: 'tampered',
      qualifier: null,
      verdict: 'fail',
      flags: ['silent-failure'],
      transcripts: [lines('S*: 220 localhost ESMTP mockmail', smtpTls.slice(0, 8), 'C*: QUIT', 'S*: 221 2.0.0 Bye')],
      client: { exit: 3, error: 'nothing to send' },
    }),
    cell({
      scenario: 'untrusted-root',
      protocol: 'smtp',
      mode: 'starttls',
      ...leakedInTls,
      transcripts: [smtpStart],
      baseline: { verdict: 'pass', outcome: 'refused', why: 'refused since release 4.1, see #812' },
    }),
    cell({
      scenario: 'untrusted-root',
      protocol: 'imap',
      mode: 'implicit',
      qualifier: 'alert:unknown_ca',
      reason: 'unknown-issuer',
      client: says('unable to get local issuer certificate'),
    }),
    cell({
      scenario: 'untrusted-root',
      protocol: 'imap',
      mode: 'starttls',
      qualifier: 'alert:unknown_ca',
      reason: 'unknown-issuer',
      transcripts: [lines(imapOffered)],
      flags: ['silent-success'],
      client: { exit: 0 },
    }),
    cell({
      scenario: 'revoked',
      protocol: 'smtp',
      mode: 'implicit',
      ...leakedInTls,
      verdict: 'note',
      transcripts: [smtp],
    }),
    cell({
      scenario: 'revoked',
      protocol: 'smtp',
      mode: 'starttls',
      ...leakedInTls,
      verdict: 'note',
      transcripts: [smtpStart],
    }),
    cell({
      scenario: 'revoked',
      protocol: 'imap',
      mode: 'implicit',
      ...leakedInTls,
      verdict: 'note',
      transcripts: [lines(imapGreeting, imapTls)],
    }),
    cell({
      scenario: 'revoked',
      protocol: 'imap',
      mode: 'starttls',
      qualifier: 'alert:certificate_revoked',
      reason: 'revoked',
      transcripts: [lines(imapOffered)],
      client: says('certificate revoked'),
      baseline: { verdict: 'note', outcome: 'leaked', why: 'no CRL is configured' },
    }),
  ]
}

function starttls(): readonly CheckCell[] {
  const imapStripped =
    'S: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN] mockmail ready'
  return [
    cell({
      scenario: 'starttls-stripped',
      protocol: 'smtp',
      mode: 'starttls',
      outcome: 'leaked',
      detail: 'leak-credentials-clear',
      grade: 'exposed',
      qualifier: null,
      verdict: 'fail',
      transcripts: [
        lines(
          smtpClear,
          'S: 250 AUTH PLAIN LOGIN',
          smtpTls.slice(8).map((line) => line.replace('*', '')),
        ),
      ],
      client: { exit: 0, output: 'sent 1 report\n' },
    }),
    cell({
      scenario: 'starttls-stripped',
      protocol: 'imap',
      mode: 'starttls',
      outcome: 'accepted',
      detail: 'leak-identity-clear',
      grade: 'minor',
      qualifier: null,
      verdict: 'note',
      transcripts: [
        lines(
          imapStripped,
          'C: 1 ID ("name" "send-report" "version" "4.1.0" "vendor" "Example" "support-url" "https://example.com/support")',
          'S: * ID ("name" "mockmail")',
          'S: 1 OK ID completed',
        ),
      ],
      client: { exit: 1, error: 'Server does not support STARTTLS' },
    }),
    cell({
      scenario: 'starttls-refused',
      protocol: 'smtp',
      mode: 'starttls',
      outcome: 'leaked',
      detail: 'leak-message-clear',
      grade: 'exposed',
      qualifier: null,
      verdict: 'fail',
      flags: ['pipelined-after-starttls'],
      transcripts: [
        lines(
          smtpClear,
          'S: 250-AUTH PLAIN LOGIN',
          'S: 250 STARTTLS',
          'C: STARTTLS',
          'S: 454 4.7.0 TLS not available due to temporary reason',
          smtpTls.slice(10).map((line) => line.replace('*', '')),
        ),
      ],
      client: { exit: 0, output: 'warning: no TLS, going on without\nsent 1 report\n' },
    }),
    cell({
      scenario: 'starttls-refused',
      protocol: 'imap',
      mode: 'starttls',
      outcome: 'leaked',
      detail: 'leak-hash-clear',
      grade: 'exposed',
      qualifier: null,
      verdict: 'fail',
      transcripts: [
        lines(
          'S: * OK [CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=CRAM-MD5] mockmail ready',
          'C: 1 STARTTLS',
          'S: 1 NO [UNAVAILABLE] Temporarily unavailable',
          'C: 2 AUTHENTICATE CRAM-MD5',
          'S: + PDE4OTYuNjk3MTcwOTUyQGxvY2FsaG9zdD4=',
          'C: dXNlckBtb2NrbWFpbC50ZXN0IDRlOGY3ZDY1ZTBkYzI3NDQwZTk1ZDI1MDRkMjMyNTY4',
          'S: 2 OK Logged in',
        ),
      ],
      client: { exit: 0 },
    }),
    cell({
      scenario: 'plaintext-on-implicit',
      protocol: 'smtp',
      mode: 'implicit',
      outcome: 'accepted',
      detail: 'downgraded-no-tls',
      grade: 'tampered',
      qualifier: null,
      verdict: 'fail',
      transcripts: [
        lines(
          smtpClear,
          'S: 250 STARTTLS',
          'C: NOOP',
          'S: 250 2.0.0 OK',
          'C: VRFY boss',
          'S: 252 2.1.5 Try to deliver',
        ),
      ],
      client: { exit: 0 },
    }),
    cell({
      scenario: 'plaintext-on-implicit',
      protocol: 'imap',
      mode: 'implicit',
      qualifier: 'rst',
      transcripts: [
        lines(
          'S: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE STARTTLS LOGINDISABLED] mockmail ready',
          'C: \\x16\\x03\\x01\\x01j\\x01\\x00\\x01f\\x03\\x03p\\xc8\\x88\\x9d\\xb0e\\xf2\\x1e\\xd6\\x09\\x94SMb\\xe2l$\\x95\\xd2mV\\x1a\\xe2\\xc3"J}\\xc2K',
          'S: * BAD Missing or invalid tag',
        ),
      ],
      client: {
        exit: 1,
        error:
          '803C6FF7E67F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/openssl/ssl/record/ssl3_record.c:350:',
      },
    }),
    cell({
      scenario: 'implicit-on-starttls',
      protocol: 'smtp',
      mode: 'starttls',
      outcome: 'hung',
      detail: 'hung',
      grade: 'minor',
      qualifier: null,
      verdict: 'fail',
      client: { exit: null, signal: 'SIGKILL', timedOut: true, output: 'connecting …\n' },
      duration: 20004,
    }),
    cell({
      scenario: 'implicit-on-starttls',
      protocol: 'imap',
      mode: 'starttls',
      client: { exit: 1, error: 'Failed to receive greeting from server in required time. Maybe should use TLS?' },
      duration: 16020,
    }),
  ]
}

function versionsAndSessions(): readonly CheckCell[] {
  const downgraded = {
    outcome: 'accepted',
    detail: 'downgraded-tls',
    grade: 'minor',
    qualifier: null,
    verdict: 'note',
    client: { exit: 0 },
  } as const
  return [
    cell({
      scenario: 'tls10-only',
      protocol: 'smtp',
      mode: 'implicit',
      ...downgraded,
      transcripts: [lines('S*: 220 localhost ESMTP mockmail', smtpTls)],
    }),
    cell({
      scenario: 'tls10-only',
      protocol: 'smtp',
      mode: 'starttls',
      ...downgraded,
      transcripts: [lines(smtpOffered, smtpTls)],
    }),
    cell({
      scenario: 'tls10-only',
      protocol: 'imap',
      mode: 'implicit',
      qualifier: 'alert:protocol_version',
      reason: 'protocol-version',
      client: { exit: 1, error: 'tlsv1 alert protocol version' },
    }),
    cell({
      scenario: 'tls10-only',
      protocol: 'imap',
      mode: 'starttls',
      outcome: 'not-reached',
      detail: 'inconclusive:still-open',
      grade: 'none',
      qualifier: null,
      verdict: 'inconclusive',
      transcripts: [lines(imapOffered)],
      client: { exit: 0 },
    }),
    cell({
      scenario: 'tls13-only',
      protocol: 'smtp',
      mode: 'implicit',
      detail: 'false-reject',
      grade: 'minor',
      qualifier: 'alert:protocol_version',
      reason: 'protocol-version',
      verdict: 'fail',
      client: { exit: 1, error: 'unsupported protocol' },
    }),
    cell({
      scenario: 'tls13-only',
      protocol: 'imap',
      mode: 'implicit',
      ...completed,
      transcripts: [
        lines(
          'S*: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN] mockmail ready',
          imapTls,
        ),
      ],
    }),
    cell({
      scenario: 'client-cert-required',
      protocol: 'smtp',
      mode: 'implicit',
      outcome: 'turned-away',
      detail: 'turned-away',
      qualifier: null,
      client: { exit: 1, error: 'tlsv13 alert certificate required' },
    }),
    cell({
      scenario: 'client-cert-required',
      protocol: 'smtp',
      mode: 'starttls',
      outcome: 'turned-away',
      detail: 'turned-away',
      qualifier: null,
      transcripts: [lines(smtpOffered)],
      client: { exit: 1, error: 'tlsv13 alert certificate required' },
    }),
    cell({
      scenario: 'client-cert-required',
      protocol: 'imap',
      mode: 'implicit',
      outcome: 'not-reached',
      detail: 'not-reached',
      grade: 'none',
      qualifier: null,
      verdict: 'inconclusive',
      transcripts: [],
      client: { exit: null, error: 'spawn send-report ENOENT' },
    }),
    cell({
      scenario: 'client-cert-required',
      protocol: 'imap',
      mode: 'starttls',
      outcome: 'not-reached',
      detail: 'not-reached',
      grade: 'none',
      qualifier: null,
      verdict: 'inconclusive',
      transcripts: [
        lines(imapOffered[0] ?? '', 'C: 1 LOGOUT', 'S: * BYE mockmail is logging out', 'S: 1 OK LOGOUT completed'),
      ],
      client: { exit: 0 },
    }),
    cell({
      scenario: 'auth-never',
      protocol: 'smtp',
      mode: 'implicit',
      ...completed,
      transcripts: [
        lines(
          'S*: 220 localhost ESMTP mockmail',
          smtpTls.filter((line) => !/AUTH|235/.test(line)),
        ),
      ],
    }),
    cell({
      scenario: 'auth-never',
      protocol: 'smtp',
      mode: 'starttls',
      outcome: 'refused',
      detail: 'safe-abort',
      qualifier: 'quit-in-clear',
      transcripts: [lines(smtpClear.slice(0, 2), 'S: 250 localhost greets [127.0.0.1]', 'C: QUIT', 'S: 221 2.0.0 Bye')],
      client: { exit: 1, error: 'no way to log in' },
    }),
  ]
}

/**
 * A report as a careless SMTP client and a careful IMAP client in one script would get it: every verdict, grade, flag and
 * way to end stands in it at least once. The dialogues are cut from real runs.
 */
export const sample: CheckReport = {
  schema: 1,
  mockmail: '0.1.0',
  client: 'node send-report.mjs --account user@mockmail.test {url}',
  startedAt: '2026-11-21T11:28:47.123Z',
  contract: 'strict',
  cells: cellsOf(),
  skipped: [
    {
      protocol: 'pop3',
      mode: 'implicit',
      why: 'exit 64: send-report: no such protocol: pop3s',
      client: ended({
        exit: 64,
        error: 'send-report: no such protocol: pop3s',
        output: 'send-report: no such protocol: pop3s\n',
      }),
    },
    {
      protocol: 'pop3',
      mode: 'starttls',
      why: 'exit 64: send-report: no such protocol: pop3',
      client: ended({
        exit: 64,
        error: 'send-report: no such protocol: pop3',
        output: 'send-report: no such protocol: pop3\n',
      }),
    },
    {
      protocol: 'imap',
      mode: 'plain',
      why: 'exit 1: refusing to log in without TLS',
      client: ended({
        exit: 1,
        error: 'refusing to log in without TLS',
        output: 'Error: refusing to log in without TLS\n',
      }),
    },
  ],
  counts: { fail: 14, inconclusive: 3, note: 6, pass: 22 },
  verdict: 'fail',
}

/** Its twin that refuses what is to be refused and goes on with the rest. */
export const clean: CheckReport = {
  ...sample,
  cells: sample.cells.filter(({ verdict, baseline }) => verdict === 'pass' && baseline === null),
  skipped: [],
  counts: { fail: 0, inconclusive: 0, note: 0, pass: 21 },
  verdict: 'pass',
}
