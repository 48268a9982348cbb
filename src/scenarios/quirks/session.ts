import { defineQuirks, refuse } from '../define-quirks.ts'

export const session = defineQuirks({
  'auth-never': {
    summary: 'No way to log in is offered, before TLS or after it, and every attempt is refused.',
    layer: 'session',
    protocols: ['smtp', 'imap', 'pop3'],
    modes: ['implicit', 'starttls', 'plain'],
    expect: 'either',
    because: 'a client that wants to log in cannot, and one that need not may go on',
    reason: 'authentication',
    references: ['RFC 4954 §3', 'RFC 9051 §6.2.3', 'RFC 5034 §3'],
    tags: ['session'],
    shows: [],
    capabilities: { remove: ['auth'] },
    at: { 'command:auth': [refuse('not-implemented')] },
  },
  'port-closed': {
    summary: 'Nobody listens on the port: the connection is refused before TLS could begin.',
    layer: 'session',
    protocols: ['smtp', 'imap', 'pop3'],
    modes: ['implicit', 'starttls', 'plain'],
    expect: 'reject',
    because: 'there is nothing to connect to, and that is no certificate problem',
    reason: 'connection-refused',
    observable: 'client',
    references: ['RFC 9293 §3.10.7.1'],
    tags: ['session'],
    shows: [],
    listen: false,
  },
})
