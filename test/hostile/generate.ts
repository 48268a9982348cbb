import type { Protocol } from '../../src/index.ts'

/** What one hostile client does. */
export interface Assault {
  readonly name: string
  /** Before the handshake that the mode wants, or after it. */
  readonly where: 'raw' | 'inside'
  readonly segments: readonly Buffer[]
  readonly ending: 'fin' | 'rst' | 'close'
}

const lines: Readonly<Record<Protocol, readonly string[]>> = {
  smtp: [
    'EHLO c',
    'HELO c',
    'MAIL FROM:<a@example.com>',
    'RCPT TO:<b@example.com>',
    'DATA',
    '.',
    'RSET',
    'NOOP',
    'AUTH PLAIN',
    'AUTH LOGIN',
    '*',
    'STARTTLS',
    'VRFY x',
    'BDAT 10',
    'QUIT',
  ],
  imap: [
    'a CAPABILITY',
    'a LOGIN u p',
    'a LOGIN {1}',
    'a LOGIN {5+}',
    'a SELECT INBOX',
    'a FETCH 1:* (BODY[] FLAGS)',
    'a FETCH 1:* (ENVELOPE BODYSTRUCTURE UID MODSEQ)',
    'a SEARCH ALL',
    'a SEARCH OR FROM a (NOT BODY b) TEXT c',
    'a STORE 1 +FLAGS (\\Deleted)',
    'a UID STORE 1:* (UNCHANGEDSINCE 1) FLAGS.SILENT (a b c)',
    'a COPY 1:* INBOX',
    'a UID MOVE 1:* Trash',
    'a EXPUNGE',
    'a EXAMINE INBOX (CONDSTORE)',
    'a STATUS INBOX (MESSAGES HIGHESTMODSEQ)',
    'a CLOSE',
    'a APPEND INBOX {100}',
    'a IDLE',
    'DONE',
    'a AUTHENTICATE PLAIN',
    '*',
    'a STARTTLS',
    'a LIST "" *',
    'a LOGOUT',
  ],
  pop3: [
    'CAPA',
    'USER u',
    'PASS p',
    'STAT',
    'LIST',
    'RETR 1',
    'TOP 1 9999999999',
    'UIDL',
    'DELE 1',
    'RSET',
    'AUTH PLAIN',
    '*',
    'APOP u 00',
    'STLS',
    'QUIT',
  ],
}

/** One hostile client, drawn from the seed's numbers. */
export function generate(protocol: Protocol, random: () => number): Assault {
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const noise = (size: number): Buffer => Buffer.from(Array.from({ length: size }, () => below(256)))
  const text = (written: string): Buffer => Buffer.from(written, 'latin1')
  const line = (): string => pick(lines[protocol])
  const mutated = (): string => {
    const whole = line()
    const at = below(whole.length + 1)
    return pick([
      whole.slice(0, at),
      whole.slice(0, at) + noise(1 + below(5)).toString('latin1') + whole.slice(at),
      `${whole} ${line()}`,
      whole.repeat(1 + below(50)),
      whole.replaceAll(' ', '\t'),
    ])
  }
  const ends = ['\r\n', '\r\n', '\n', '\r', '', '\0\r\n', '\r\n.\r\n'] as const
  const kinds: Readonly<Record<string, () => readonly Buffer[]>> = {
    'binary noise': () => Array.from({ length: 1 + below(5) }, () => noise(below(2000))),
    'noise in lines': () => [
      Buffer.concat(Array.from({ length: below(20) }, () => Buffer.concat([noise(below(60)), text('\r\n')]))),
    ],
    'pipelined garbage': () => [text(Array.from({ length: below(200) }, () => mutated() + pick(ends)).join(''))],
    'a dialogue out of order': () => [text(Array.from({ length: below(40) }, () => `${line()}\r\n`).join(''))],
    'an over-long line': () => [
      text(line()),
      Buffer.alloc(below(300_000), pick(['A', ' ', '(', '"', '\0', '{'])),
      text(pick(ends)),
    ],
    'an unterminated line': () => [text(mutated())],
    'a literal that never comes': () => [
      text(
        `${line()} {${pick(['0', '1', '70000', '67108865', '99999999999999999999', '-1', 'x'])}${pick(['', '+', '-'])}}\r\n`,
      ),
      noise(below(100)),
    ],
    'tiny segments': () =>
      [
        ...text(
          Array.from({ length: 3 }, () => `${mutated()}${pick(ends)}`)
            .join('')
            .slice(0, 200),
        ),
      ].map((byte) => Buffer.of(byte)),
    'a ClientHello that is none': () => [
      Buffer.concat([Buffer.of(0x16, 3, 1, below(256), below(256), 1), noise(below(600))]),
    ],
    'a TLS record of another kind': () => [
      Buffer.concat([Buffer.of(pick([0x14, 0x15, 0x17, 0x18, 0x80]), 3, below(5), 0, 2), noise(below(40))]),
    ],
    'another protocol': () => [
      text(
        pick([
          'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
          'SSH-2.0-x\r\n',
          '\x05\x01\x00',
          'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n',
          '\xff\xfb\x01\xff\xfd\x01',
        ]),
      ),
    ],
    nothing: () => [],
  }
  const name = pick(Object.keys(kinds))
  return {
    name,
    where: pick(['raw', 'inside', 'inside']),
    segments: kinds[name]?.() ?? [],
    ending: pick(['fin', 'fin', 'rst', 'close']),
  }
}
