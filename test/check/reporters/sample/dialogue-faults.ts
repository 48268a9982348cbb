import type { CheckCell } from '../../../../src/check/report.ts'
import { cell, completed } from './cell.ts'
import { imapOffered, imapTls, lines, smtpClear, smtpOffered, smtpTls } from './dialogues.ts'

export function good(): readonly CheckCell[] {
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

export function starttls(): readonly CheckCell[] {
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
      known: 'the old archive server knows nothing but CRAM-MD5, see #790',
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
