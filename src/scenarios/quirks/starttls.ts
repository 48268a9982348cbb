import { defineQuirks, refuse } from '../define.ts'
import type { Effects } from '../effects.ts'

const everywhere = ['smtp', 'imap', 'pop3'] as const

const untilTls: Effects = ({ secure }) => (secure ? undefined : [refuse('tls-required')])

const untilSecondEhlo: Effects = ({ secure, state }) =>
  secure && state === 'session-initiation' ? [refuse('bad-sequence')] : undefined

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
  'ehlo-required-after-tls': {
    summary: 'After STARTTLS everything but EHLO and QUIT is answered with 503 until the client says EHLO again.',
    layer: 'starttls',
    protocols: ['smtp'],
    modes: ['starttls'],
    expect: 'accept',
    because: 'the handshake resets the session, and a client that knows says EHLO again',
    references: ['RFC 3207 §4.2'],
    tags: ['starttls'],
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
    speaks: 'tls',
  },
})
