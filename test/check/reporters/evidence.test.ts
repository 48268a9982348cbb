import { describe, expect, it } from 'vitest'
import { evidence } from '../../../src/check/evidence.ts'
import { readTranscript } from '../../../src/check/lines.ts'
import type { CheckCell } from '../../../src/check/report.ts'
import { formatTranscript } from '../../../src/record/transcript.ts'
import { columnsOf } from '../../../src/text/printable.ts'
import { hostile } from './hostile.ts'
import { cell } from './sample/cell.ts'
import { sample } from './sample.ts'

const of = (detail: CheckCell['detail'], ...transcripts: readonly string[]): readonly string[] =>
  evidence(cell({ scenario: 'starttls-stripped', protocol: 'smtp', mode: 'starttls', detail, transcripts }))

describe('the lines that prove a cell', () => {
  it('are the password, its answer, and that STARTTLS was missing', () => {
    expect(
      of(
        'leak-credentials-clear',
        [
          'S: 220 localhost ESMTP mockmail',
          'C: EHLO me',
          'S: 250-localhost greets me',
          'S: 250-PIPELINING',
          'S: 250-8BITMIME',
          'S: 250-SIZE 67108864',
          'S: 250 AUTH PLAIN LOGIN',
          'C: AUTH PLAIN AHVzZXIAbW9ja21haWw=',
          'S: 235 2.7.0 Authentication successful',
          'C: MAIL FROM:<a@example.com>',
        ].join('\n'),
      ),
    ).toEqual([
      'C: EHLO me',
      '…',
      'S: 250-SIZE 67108864',
      'S: 250 AUTH PLAIN LOGIN',
      'C: AUTH PLAIN AHVzZXIAbW9ja21haWw=',
      'S: 235 2.7.0 Authentication successful',
    ])
  })

  it('are the login however many spaces stand in it, as in a password that went out', () => {
    const lines = (auth: string): string[] => [
      'S: 220 localhost ESMTP mockmail',
      'C: EHLO me',
      'S: 250 AUTH CRAM-MD5',
      `C: ${auth}`,
      'S: 334 PDEuMkBsb2NhbGhvc3Q+',
      'C: am9lIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm',
      'S: 235 2.7.0 Authentication successful',
      ...['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'RSET', 'NOOP', 'QUIT'].map((text) => `C: ${text}`),
    ]
    for (const auth of ['AUTH CRAM-MD5', 'AUTH  CRAM-MD5']) {
      expect(of('leak-hash-clear', lines(auth).join('\n'))).toEqual([
        'C: EHLO me',
        'S: 250 AUTH CRAM-MD5',
        ...lines(auth).slice(3, 7),
      ])
    }
  })

  it('are the injected answer and the two commands inside TLS that have none between them', () => {
    const injected = [
      'C: STARTTLS',
      'S: 220 2.0.0 Ready to start TLS',
      'S: 250-injected.example.com',
      'S: 250 AUTH PLAIN LOGIN',
      'C*: EHLO me',
      'C*: AUTH PLAIN AHVzZXIAbW9ja21haWw=',
    ]
    const before = ['S: 220 localhost ESMTP mockmail', 'C: EHLO me', 'S: 250-localhost greets me', 'S: 250 STARTTLS']
    const after = ['S*: 250-localhost greets me', 'S*: 250 AUTH PLAIN', 'S*: 235 2.7.0 Authentication successful']
    expect(of('acted-on-injected', [...before, ...injected, ...after].join('\n'))).toEqual(injected)
  })

  it('are of the connection that decided, where that is known', () => {
    const transcripts = ['one', 'two'].map((user) => `C*: a LOGIN ${user} secret\nS*: a OK Logged in`)
    const place = { scenario: 'certificate-changed', protocol: 'imap', mode: 'implicit' } as const
    const changed = { ...place, detail: 'leak-credentials-untrusted-tls', transcripts } as const
    expect(evidence(cell({ ...changed, decidedBy: 1 }))).toEqual([
      'connection 2 of 2:',
      'C*: a LOGIN two secret',
      'S*: a OK Logged in',
    ])
    expect(evidence(cell(changed))[0]).toBe('connection 1 of 2:')
  })

  it('follow a login over its continuations to the secret', () => {
    expect(
      of(
        'leak-credentials-clear',
        [
          'S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready',
          'C: 1 STARTTLS',
          'S: 1 NO [UNAVAILABLE] Temporarily unavailable',
          'C: 2 LOGIN {4}',
          'S: + go ahead',
          'C: user {8}',
          'S: + go ahead',
          'C: mockmail',
          'S: 2 OK Logged in',
          'C: 3 SELECT INBOX',
        ].join('\n'),
      ),
    ).toEqual(['C: 2 LOGIN {4}', 'S: + go ahead', 'C: user {8}', 'S: + go ahead', 'C: mockmail', 'S: 2 OK Logged in'])
  })

  it('take PASS for the secret, and USER only for what led there', () => {
    const lines = [
      'S: +OK ready',
      'C: USER user',
      'S: +OK send PASS',
      'C: PASS mockmail',
      'S: +OK logged in',
      'C: STAT',
    ]
    expect(of('leak-credentials-clear', lines.join('\n'))).toEqual(lines.slice(0, 5))
  })

  it('take no later command of a pipeline for the secret', () => {
    const lines = [
      'C: 1 LOGIN user mockmail',
      'C: 2 SELECT INBOX',
      'C: 3 NOOP',
      'C: 4 IDLE',
      'S: * OK',
      'S: 1 OK Logged in',
    ]
    expect(of('leak-credentials-clear', lines.join('\n'))).toEqual([lines[0], '…', lines[4]])
  })

  it('do not take a question for the mechanisms for a login', () => {
    const lines = ['S: +OK ready', 'C: AUTH', 'S: +OK', 'S: PLAIN', 'S: .', 'C: APOP user 0123', 'S: +OK in']
    expect(of('leak-hash-clear', lines.join('\n'))).toEqual(lines.slice(1))
  })

  it('are sought inside TLS where it crossed there', () => {
    expect(
      of(
        'leak-credentials-untrusted-tls',
        'C: STARTTLS\nS: 220 go\nC*: EHLO me\nS*: 250-a\nS*: 250-b\nS*: 250 AUTH PLAIN\nC*: AUTH PLAIN AAA=\nS*: 235 yes',
      ),
    ).toEqual(['C: STARTTLS', 'S: 220 go', 'C*: EHLO me', '…', 'C*: AUTH PLAIN AAA=', 'S*: 235 yes'])
  })

  it('are the request for the mail and its answer, also in a pipeline', () => {
    expect(
      of(
        'leak-message-clear',
        'C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: hello',
      ),
    ).toEqual(['C: MAIL FROM:<a@b>', 'C: RCPT TO:<c@d>', 'C: DATA', 'S: 250 ok', 'S: 250 ok', 'S: 354 go'])
  })

  it('come from the connection that shows it, which is named', () => {
    expect(of('leak-credentials-clear', 'C: STARTTLS\nS: 454 no', 'C: AUTH PLAIN AAA=\nS: 235 yes')).toEqual([
      'connection 2 of 2:',
      'C: AUTH PLAIN AAA=',
      'S: 235 yes',
    ])
  })

  it('are the last lines where no line proves it', () => {
    expect(of('safe-abort', 'S: 1\nS: 2\nS: 3\nS: 4\nS: 5\nS: 6\nS: 7')).toEqual([
      'S: 2',
      'S: 3',
      'S: 4',
      'S: 5',
      'S: 6',
      'S: 7',
    ])
  })

  it('are none where nothing crossed but a handshake', () => {
    expect(of('safe-abort', '')).toEqual([])
    expect(of('not-reached')).toEqual([])
  })

  it('are six at most, of the width that is asked for, whatever was said', () => {
    for (const one of [...sample.cells, ...hostile.cells]) {
      const lines = evidence(one, { width: 40 })
      expect(lines.length).toBeLessThanOrEqual(6)
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(40)
    }
  })
})

describe('a transcript', () => {
  it('is read back as it was written', () => {
    const text = formatTranscript([
      { at: 0, from: 'server', phase: 'clear', text: '220 ready\r\n' },
      { at: 1, from: 'client', phase: 'clear', text: 'STARTTLS\r\n' },
      { at: 2, from: 'client', phase: 'tls', text: 'EHLO \xe9\r\n' },
    ])
    expect(readTranscript(text)).toEqual([
      { from: 'server', phase: 'clear', text: '220 ready' },
      { from: 'client', phase: 'clear', text: 'STARTTLS' },
      { from: 'client', phase: 'tls', text: 'EHLO \\xe9' },
    ])
  })

  it('without a line is none', () => {
    expect(readTranscript('')).toEqual([])
  })
})
