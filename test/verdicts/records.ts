import type { ConnectionRecord } from '../../src/index.ts'
import { noHandshake } from '../../src/record/handshake.ts'

type Patch = { readonly [K in keyof ConnectionRecord]?: Partial<ConnectionRecord[K]> | ConnectionRecord[K] }

export const blank: ConnectionRecord = {
  id: 'c1',
  nth: 1,
  scenario: 'good',
  protocol: 'imap',
  mode: 'implicit',
  host: '127.0.0.1',
  port: 993,
  remote: { address: '127.0.0.1', port: 50000 },
  openedAt: '2026-11-21T12:00:00.000Z',
  times: {},
  bytes: { clearIn: 0, clearOut: 0, tlsIn: 0, tlsOut: 0 },
  clientHello: null,
  handshake: noHandshake(),
  starttls: { requested: 0, refused: false, surplus: '' },
  capabilities: { clear: null, tls: null },
  commands: [],
  counts: { commands: 0, credentials: 0, messages: 0 },
  credentials: [],
  identities: [],
  envelopes: [],
  messages: [],
  injected: [],
  held: [],
  fired: [],
  defect: null,
  end: { by: 'client', how: 'fin', closeNotify: 'unknown' },
  transcript: [],
  cut: false,
}

/** A record, said as its differences from a connection on which nothing happened. */
export function record(...patches: readonly Patch[]): ConnectionRecord {
  let made: ConnectionRecord = blank
  for (const patch of patches) {
    const merged = Object.entries(patch).map(([key, value]) => {
      const before = made[key as keyof ConnectionRecord]
      const plain = typeof value === 'object' && value !== null && !Array.isArray(value) && typeof before === 'object'
      return [key, plain ? { ...before, ...value } : value]
    })
    made = { ...made, ...Object.fromEntries(merged) }
  }
  return made
}

export const served = (id: string): Patch => ({ fired: [{ at: 2, part: id, where: 'certificate' }] })
export const quirk = (id: string): Patch => ({ fired: [{ at: 2, part: id, where: 'capabilities' }] })
export const finished: Patch = { handshake: { result: 'finished', version: 'TLSv1.2' } }
export const starttls: Patch = { mode: 'starttls' }
export const command = (phase: 'clear' | 'tls', verb: string, action: string): Patch => ({
  commands: [{ at: 3, phase, verb, action, line: verb }],
  counts: { commands: 1 },
  ...(phase === 'tls' && { bytes: { tlsIn: verb.length + 2 } }),
})
export const login = (phase: 'clear' | 'tls', kind: 'password' | 'digest' = 'password'): Patch => ({
  credentials: [{ at: 4, phase, kind, mechanism: 'PLAIN', user: 'u', secret: 'p', accepted: true, offered: true }],
  counts: { commands: 1, credentials: 1 },
  ...(phase === 'tls' && { bytes: { tlsIn: 20 } }),
})
export const mail = (phase: 'clear' | 'tls'): Patch => ({
  envelopes: [{ at: 4, phase, from: 'a@example.com', to: ['b@example.com'] }],
  ...(phase === 'tls' && { bytes: { tlsIn: 20 } }),
})

export const injected: Patch = { injected: [{ at: 3, phase: 'clear', text: '250 AUTH PLAIN\r\n' }] }
export const held = (spokeOn: boolean): Patch => ({ held: [{ at: 5, ms: spokeOn ? 1 : 1000, spokeOn }] })
