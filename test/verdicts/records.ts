import type { ConnectionRecord } from '../../src/index.ts'

/** What differs from a connection on which nothing happened. */
export type Patch = { readonly [K in keyof ConnectionRecord]?: Partial<ConnectionRecord[K]> | ConnectionRecord[K] }

const blank: ConnectionRecord = {
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
  handshake: {
    result: 'none',
    version: null,
    cipher: null,
    alpn: null,
    resumed: false,
    certificate: null,
    alertReceived: null,
    alertSent: null,
    error: null,
    clientCertificate: null,
  },
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
