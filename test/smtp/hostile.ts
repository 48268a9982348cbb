import { setImmediate } from 'node:timers/promises'
import type { Dialect, Session } from '../../src/servers/core/dialect.ts'
import { createRandom } from '../support/random.ts'
import { play, type Situation } from './harness.ts'

export interface Hostility {
  /** Inputs to deliver at least; a bench delivers a million. */
  readonly inputs: number
  readonly seed: number
  /** Valid lines to begin from, without CRLF. */
  readonly lines: readonly string[]
  /** What every second session begins with, to get further than noise does. */
  readonly opening: readonly string[]
  /** What every reply looks like. */
  readonly reply: RegExp
}

export interface Damage {
  readonly inputs: number
  readonly sessions: number
  readonly ends: Readonly<Record<string, number>>
  /** Replies that do not look like one. */
  readonly malformed: readonly string[]
}

const samples = [{ raw: Buffer.from('Subject: one\n\n.\n') }, { raw: Buffer.from('Subject: two\r\n\r\nx') }]

const situations: readonly Situation[] = [
  { mode: 'starttls' },
  { mode: 'starttls', secure: true },
  { mode: 'implicit' },
  { mode: 'plain' },
  { mode: 'plain', mechanisms: [] },
  { mode: 'starttls', loginOffered: false, starttlsOffered: false },
]

/** SMTP to begin from. */
export const smtpLines = [
  'EHLO client.example',
  'HELO client.example',
  'EHLO [127.0.0.1]',
  'LHLO client.example',
  'STARTTLS',
  'AUTH PLAIN AHVzZXIAcGFzcw==',
  'AUTH PLAIN',
  'AUTH LOGIN',
  'AUTH CRAM-MD5',
  'AUTH XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHdyb25nAQE=',
  '*',
  'MAIL FROM:<a@example.com>',
  'MAIL FROM:<> SIZE=1000 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=q',
  'RCPT TO:<b@example.com>',
  'RCPT TO:<b@example.com> NOTIFY=NEVER ORCPT=rfc822;x',
  'DATA',
  '.',
  '..',
  'RSET',
  'NOOP',
  'VRFY a',
  'EXPN a',
  'HELP',
  'XCLIENT ADDR=1.2.3.4',
  'GET / HTTP/1.1',
  'QUIT',
]

/** POP3 to begin from. */
export const pop3Lines = [
  'CAPA',
  'STLS',
  'USER user',
  'PASS pass',
  'PASS wrong',
  'APOP user 00112233445566778899aabbccddeeff',
  'AUTH',
  'AUTH PLAIN',
  'AUTH PLAIN AHVzZXIAcGFzcw==',
  'AUTH LOGIN',
  'AUTH CRAM-MD5',
  'AUTH XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHdyb25nAQE=',
  '*',
  'STAT',
  'LIST',
  'LIST 1',
  'UIDL',
  'UIDL 2',
  'RETR 1',
  'TOP 1 10',
  'DELE 1',
  'RSET',
  'NOOP',
  'LAST',
  'QUIT',
]

/** Sends generated inputs in sessions of up to 40 and counts how they ended. Whatever throws, throws here. */
export async function assault<S extends Session>(
  dialect: Dialect<S>,
  { inputs, seed, lines, opening, reply }: Hostility,
): Promise<Damage> {
  const random = createRandom(seed)
  const ends: Record<string, number> = {}
  const malformed: string[] = []
  let sent = 0
  let sessions = 0
  while (sent < inputs) {
    const count = 1 + Math.floor(random() * 40)
    const generated = Array.from({ length: count }, () => generate(random, lines))
    const client = sessions % 2 === 0 ? generated : [...opening, ...generated]
    const situation = situations[sessions % situations.length] ?? {}
    const run = await play({ dialect, client, samples, ...situation })
    for (const text of run.replies) if (text !== '' && !reply.test(text)) malformed.push(text)
    ends[run.end] = (ends[run.end] ?? 0) + 1
    sent += run.delivered
    sessions++
    // In memory everything happens in microtasks; what waits for a turn of the event loop would pile up.
    await setImmediate()
  }
  return { inputs: sent, sessions, ends, malformed }
}

const endings = ['\r\n', '\r\n', '\r\n', '\n', '\r', '', '\r\n\r\n', '\r\n.\r\n', '\n.\n', '\0\r\n']

function generate(random: () => number, lines: readonly string[]): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = (list: readonly string[]): string => list[below(list.length)] ?? ''
  const noise = (size: number): string => Array.from({ length: size }, () => String.fromCharCode(below(256))).join('')
  const mutate = (line: string): string => {
    const at = below(line.length + 1)
    const kinds = [
      () => line.slice(0, at) + noise(1 + below(4)) + line.slice(at),
      () => line.slice(0, at),
      () => line.slice(0, at) + line.slice(at + 1),
      () => line.slice(0, at) + line.slice(at).repeat(2),
      () => `${line} ${pick(lines)}`,
      () => line.replaceAll(' ', '\t'),
      () => line.toUpperCase(),
    ]
    return kinds[below(kinds.length)]?.() ?? line
  }
  const shapes = [
    () => pick(lines) + pick(endings),
    () => `${pick(lines)}\r\n`,
    () => mutate(pick(lines)) + pick(endings),
    () => noise(below(80)) + pick(endings),
    () => `${noise(below(40)).replaceAll('\n', '')}\r\n`,
    () => Array.from({ length: 1 + below(6) }, () => mutate(pick(lines))).join('\r\n') + pick(endings),
    () => 'A'.repeat(12_000 + below(1000)) + pick(endings),
    () => `${pick(lines)} ${noise(1).repeat(below(13_000))}\r\n`,
    () => `${Buffer.from(noise(below(60)), 'latin1').toString('base64')}\r\n`,
  ]
  return Buffer.from(shapes[below(shapes.length)]?.() ?? '', 'latin1')
}
