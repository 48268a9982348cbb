import { defineQuirks, refuse } from '../define.ts'

export const starttls = defineQuirks({
  'starttls-stripped': {
    summary: 'STARTTLS is missing from the capabilities and refused, as an on-path attacker would do.',
    layer: 'starttls',
    protocols: ['smtp', 'imap', 'pop3'],
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
})
