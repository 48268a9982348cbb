import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import { Machine } from '../../../src/tls/script/machine.ts'
import { SessionStore } from '../../../src/tls/script/sessions.ts'
import type { Action } from '../../../src/tls/script/wire.ts'

/** What a machine of these tests presents: a key, and octets that only a client takes that looks at no certificate. */
const certificates = new Map<string, { readonly key: KeyObject; readonly chain: readonly Buffer[] }>()

/** A key with any chain beside it. */
export function anyIdentity(
  kind: 'ec' | 'rsa',
  chain: readonly Buffer[] = [],
): { key: KeyObject; chain: readonly Buffer[] } {
  const known = certificates.get(kind)
  const key =
    known?.key ??
    (kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  certificates.set(kind, { key, chain })
  return { key, chain }
}

export const machineOf = (
  script: Script,
  identity: { key: KeyObject; chain: readonly Buffer[] },
  sessions = new SessionStore(),
): Machine => new Machine({ identity, script, sessions, clientRoots: [], now: Date.now })

/** What a machine wants done, in short: octets by their number. */
export const inShort = (actions: readonly Action[]): readonly string[] =>
  actions.map((action) =>
    action.do === 'send' ? `send ${action.bytes.length}` : action.do === 'wait' ? `wait ${action.ms}` : action.do,
  )

/** Node's TLS client and a machine, without a socket between them. */
export interface Pair {
  readonly client: tls.TLSSocket
  readonly machine: Machine
  /** Does what the machine wants done, pauses left out. */
  perform(actions: readonly Action[]): void
  /** Resolves when the client has gone. */
  readonly gone: Promise<void>
}

export function pairOf(
  machine: Machine,
  options: tls.ConnectionOptions = {},
  changed: (bytes: Buffer) => Buffer = (bytes) => bytes,
): Pair {
  const between: Duplex = new Duplex({
    read: () => {},
    write(chunk: Buffer, _encoding, done) {
      perform(machine.input(changed(chunk)))
      done()
    },
    final(done) {
      perform(machine.inputEnded())
      done()
    },
  })
  const perform = (actions: readonly Action[]): void => {
    for (const action of actions) {
      if (action.do === 'send') between.push(action.bytes)
      else if (action.do !== 'wait') between.push(null)
    }
    if (machine.state === 'over' && !between.readableEnded && !ended) {
      ended = true
      between.push(null)
    }
  }
  let ended = false
  const client = tls.connect({ socket: between, servername: 'localhost', rejectUnauthorized: false, ...options })
  client.on('error', () => {})
  return { client, machine, perform, gone: new Promise((resolve) => client.on('close', () => resolve())) }
}
