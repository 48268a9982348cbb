import { alert, anyAlert, clearUse, close, defineQuirks, param, reply, silent } from '../define-quirks.ts'

const protocols = ['smtp', 'imap', 'pop3'] as const
const modes = ['implicit', 'starttls', 'plain'] as const

/** Where a server may stop, or slow down, in the order of a connection. */
const anywhere = [
  'accept',
  'greeting',
  'capabilities',
  'starttls-reply',
  'client-hello',
  'after-tls',
  'auth',
  'data',
  'quit',
] as const

/** Where it has something to say. */
const answers = ['greeting', 'capabilities', 'starttls-reply', 'auth', 'data', 'quit'] as const

const cut = {
  layer: 'wire',
  protocols,
  modes,
  moments: anywhere,
  expect: 'either',
  because: 'a connection may end at any time, and who comes again asks for no less than before',
  tags: ['wire', 'moments'],
  shows: [...clearUse],
} as const

export const moments = defineQuirks({
  hang: {
    ...cut,
    summary: 'At the chosen moment the server falls silent, and keeps the connection open.',
    because: 'a client has a deadline of its own, and gives up then',
    reason: 'timeout',
    references: ['RFC 5321 §4.5.3.2'],
    shows: [...clearUse, 'hung'],
    at: [silent()],
  },
  fin: {
    ...cut,
    summary: 'At the chosen moment the server closes the connection, inside TLS without a close_notify.',
    reason: 'connection-closed',
    references: ['RFC 9293 §3.6', 'RFC 8446 §6.1'],
    at: [close('fin')],
  },
  rst: {
    ...cut,
    summary: 'At the chosen moment the server resets the connection.',
    reason: 'connection-closed',
    references: ['RFC 9293 §3.5.2'],
    at: [close('rst')],
  },
  'half-close': {
    ...cut,
    summary: 'At the chosen moment the server ends its direction only, behind its answer, and goes on listening.',
    moments: answers,
    reason: 'connection-closed',
    references: ['RFC 9293 §3.6'],
    at: [reply(), close('half')],
  },
  drip: {
    ...cut,
    summary: 'The answer at the chosen moment comes an octet at a time, a tenth of a second apart.',
    moments: answers,
    because: 'every answer is right, and takes longer than anybody wants to wait',
    reason: 'timeout',
    references: ['RFC 5321 §4.5.3.2'],
    shows: [...clearUse, 'hung'],
    at: [reply({ everyMs: 100 })],
  },
  alert: {
    summary: 'At the chosen moment the server sends a fatal TLS alert, and closes.',
    layer: 'tls',
    protocols,
    modes: ['implicit', 'starttls'],
    moments: ['client-hello', 'accept', 'after-tls', 'auth', 'data', 'quit'],
    parameter: {
      name: 'alert',
      values: {
        pattern: anyAlert,
        means: "the name of an alert in IANA's registry, or its number",
        listed: ['handshake_failure', 'protocol_version', 'internal_error', 'unrecognized_name', '199'],
      },
      default: 'handshake_failure',
    },
    expect: 'reject',
    because: 'a fatal alert ends the connection, and is no reason to go on without TLS',
    reason: ['handshake-failure', 'protocol-version', 'connection-closed'],
    references: ['RFC 8446 §6.2'],
    tags: ['tls', 'moments'],
    shows: [...clearUse],
    at: [alert(param), close('fin')],
  },
})
