import { clearUse, defineQuirks, hold, inject, refuse, reply } from '../define.ts'
import type { Effects } from '../effects.ts'

const everywhere = ['smtp', 'imap', 'pop3'] as const

const untilTls: Effects = ({ secure }) => (secure ? undefined : [refuse('tls-required')])

const untilSecondEhlo: Effects = ({ secure, state }) =>
  secure && state === 'session-initiation' ? [refuse('bad-sequence')] : undefined

/** Milliseconds. A client that has an answer sends its next command at once. */
const heldFor = 1000

/** Keeps the first answer inside TLS back: who goes on without it has another. */
const holdFirstAnswer: Effects = () => [hold(heldFor)]

/** What would be the right answer to the first command inside TLS, had it been asked. */
const nextAnswer: Readonly<Record<'smtp' | 'imap' | 'pop3', (tag: string) => string>> = {
  smtp: () => '250-injected.example.com\r\n250 AUTH PLAIN LOGIN\r\n',
  imap: (tag) => `* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n${tagAfter(tag)} OK injected\r\n`,
  pop3: () => '+OK injected\r\nUSER\r\nSASL PLAIN\r\n.\r\n',
}

/** The tag that a client which counts its tags uses next: A001 is followed by A002. */
const tagAfter = (tag: string): string =>
  tag.replace(/\d+$/, (digits) => String(BigInt(digits) + 1n).padStart(digits.length, '0'))

export const starttls = defineQuirks({
  'starttls-stripped': {
    summary: 'STARTTLS is missing from the capabilities and refused, as an on-path attacker would do.',
    layer: 'starttls',
    protocols: everywhere,
    modes: ['starttls'],
    expect: 'reject',
    because: 'a client told to use TLS must not go on without it',
    reason: 'no-tls',
    references: ['RFC 3207 §6', 'RFC 2595 §9', 'RFC 8314 §5', 'NO STARTTLS, USENIX Security 2021'],
    tags: ['core', 'starttls'],
    aliases: ['strip-not-advertised', 'T1', 'StripFromCapabilities'],
    shows: clearUse,
    capabilities: { remove: ['starttls'] },
    at: { 'command:starttls': () => [refuse('not-implemented')] },
  },
  'starttls-refused': {
    summary: 'STARTTLS is offered, beside logins in clear, and refused when it is asked for.',
    layer: 'starttls',
    protocols: everywhere,
    modes: ['starttls'],
    expect: 'reject',
    because: 'a client told to use TLS must not go on without it, whatever the reason of the refusal',
    reason: 'no-tls',
    references: ['RFC 3207 §4', 'RFC 9051 §6.2.1', 'RFC 2595 §4', 'NO STARTTLS, USENIX Security 2021'],
    tags: ['starttls'],
    aliases: ['strip-refuse-temporary', 'T3', 'StripWithTemporaryError'],
    shows: clearUse,
    capabilities: { add: ['auth'], phase: 'clear' },
    at: { 'command:starttls': () => [refuse('unavailable')] },
  },
  'starttls-required': {
    summary: 'Logins, mail and most other commands in clear get 530, NO [PRIVACYREQUIRED] or -ERR until TLS is on.',
    layer: 'starttls',
    protocols: everywhere,
    modes: ['starttls'],
    expect: 'accept',
    because: 'STARTTLS is offered, and the client has only to ask for it',
    references: ['RFC 3207 §4', 'RFC 9051 §7.1', 'RFC 2595 §4'],
    tags: ['starttls'],
    shows: [],
    at: {
      'command:auth': untilTls,
      'command:identify': untilTls,
      'command:envelope': untilTls,
      'command:message': untilTls,
      'command:reset': untilTls,
      'command:idle': untilTls,
      'command:other': untilTls,
    },
  },
  'starttls-injected': {
    summary: 'Behind the answer to STARTTLS, in clear and in the same segment, stands an answer to the next command.',
    layer: 'starttls',
    protocols: everywhere,
    modes: ['starttls'],
    expect: 'either',
    because: 'what came in clear must be gone after the handshake: a client gives up, or discards it and goes on',
    references: [
      'RFC 3207 §6',
      'RFC 2595 §4',
      'RFC 9051 §6.2.1',
      'CVE-2020-15685',
      'CVE-2021-38371',
      'CVE-2021-22947',
      'NO STARTTLS, USENIX Security 2021',
    ],
    tags: ['starttls', 'injection'],
    aliases: ['inject-next-answer', 'B_1'],
    shows: ['acted-on-injected'],
    twin: 'first-answer-held',
    at: {
      'command:starttls': ({ protocol, tag }) => [reply(), inject(nextAnswer[protocol](tag))],
      'after-tls': holdFirstAnswer,
    },
  },
  'first-answer-held': {
    summary: 'The first answer inside TLS comes a second late, or as soon as the client says more without it.',
    layer: 'starttls',
    protocols: everywhere,
    modes: ['starttls'],
    expect: 'accept',
    because: 'a client waits a second for an answer',
    references: ['RFC 5321 §4.5.3.2', 'NO STARTTLS, USENIX Security 2021'],
    tags: ['starttls', 'injection'],
    shows: [],
    at: { 'after-tls': holdFirstAnswer },
  },
  'ehlo-required-after-tls': {
    summary: 'After STARTTLS everything but EHLO and QUIT is answered with 503 until the client says EHLO again.',
    layer: 'starttls',
    protocols: ['smtp'],
    modes: ['starttls'],
    expect: 'accept',
    because: 'the handshake resets the session, and a client that knows says EHLO again',
    references: ['RFC 3207 §4.2'],
    tags: ['starttls'],
    shows: [],
    at: {
      'command:auth': untilSecondEhlo,
      'command:identify': untilSecondEhlo,
      'command:envelope': untilSecondEhlo,
      'command:message': untilSecondEhlo,
      'command:reset': untilSecondEhlo,
      'command:noop': untilSecondEhlo,
      'command:other': untilSecondEhlo,
    },
  },
  'plaintext-on-implicit': {
    summary: 'The port for implicit TLS speaks plain text first and wants STARTTLS.',
    layer: 'starttls',
    protocols: everywhere,
    modes: ['implicit'],
    expect: 'reject',
    because: 'text is no ServerHello, and a client that expects TLS says nothing in clear',
    reason: 'not-tls',
    references: ['RFC 8314 §3', 'RFC 8446 §5.1'],
    tags: ['core', 'starttls'],
    shows: [...clearUse, 'accepted-bad-tls'],
    speaks: 'clear',
  },
  'implicit-on-starttls': {
    summary: 'The port for STARTTLS waits for a ClientHello, so the greeting never comes.',
    layer: 'starttls',
    protocols: everywhere,
    modes: ['starttls'],
    expect: 'either',
    because:
      'a client that waits for a greeting gives up in its own time, and one that tries TLS instead loses nothing',
    reason: 'timeout',
    references: ['RFC 8314 §3'],
    tags: ['starttls'],
    aliases: ['tls-on-plain-port'],
    shows: ['leak-credentials-clear', 'hung'],
    speaks: 'tls',
  },
})
