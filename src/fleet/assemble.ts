import { isIP } from 'node:net'
import type { Identity, Pki } from '../certs/types.ts'
import type { Credential } from '../servers/core/dialect.ts'
import { Endpoint } from '../servers/core/endpoint.ts'
import { saslMechanisms } from '../servers/core/sasl.ts'
import { dialects } from '../servers/dialects.ts'
import { MailStore } from '../servers/mailbox/mailbox.ts'
import { isHeld, makeRoomFor } from '../servers/mailbox/octets.ts'
import { loadSamples } from '../servers/mailbox/samples.ts'
import type { TlsEngine } from '../tls/engine.ts'
import type { KeyLog } from '../tls/key-log.ts'
import { NodeEngine, type NodeEngineOptions } from '../tls/node/engine.ts'
import type { ScriptEngineOptions } from '../tls/script/engine.ts'
import { scriptedEngine } from '../tls/script/lazy.ts'
import { behaviourOf, tlsIdentityOf } from './behaviour-of.ts'
import { MailServer } from './mail-server.ts'
import { receive } from './message.ts'
import type { CheckedOptions } from './options.ts'
import type { PlannedEndpoint } from './plan.ts'

/** Everything is issued before anything listens, so that `ca.pem` and the files on disk are whole from the start. */
export function issueAll(planned: readonly Pick<PlannedEndpoint, 'scenario'>[], pki: Pki): void {
  for (const scenario of new Set(planned.map((endpoint) => endpoint.scenario))) {
    for (let nth = 1; nth <= scenario.runs; nth++) {
      const { id, facets } = scenario.forConnection(nth).certificate
      pki.identity(id, facets)
    }
  }
}

/** An endpoint that does not listen yet. */
export interface Assembled {
  readonly endpoint: Endpoint
  /** Makes the public face, once the endpoint listens. */
  open(): MailServer
}

/** An endpoint for each place of the plan, joined to its identities, behaviour and mailbox. */
export function assembleServers(
  planned: readonly PlannedEndpoint[],
  options: CheckedOptions,
  pki: Pki,
  keyLog: KeyLog | undefined,
): readonly Assembled[] {
  const stores = new Map<unknown, MailStore>()
  const users = new Map<unknown, number>()
  for (const { scenario } of planned) users.set(scenario, (users.get(scenario) ?? 0) + 1)
  return planned.map(({ scenario, protocol, mode, port }) => {
    // Filled when somebody looks: the samples are more than a mebibyte, and few runs read or send a message.
    const store = (): MailStore => remember(stores, scenario, () => new MailStore(loadSamples()))
    // By certificate, so that one that is issued anew leaves nothing behind.
    const engines = new WeakMap<Identity, Map<unknown, TlsEngine>>()
    const behaviours = new Map<unknown, ReturnType<typeof behaviourOf>>()
    let server: MailServer | undefined
    const behaviour = (nth: number): ReturnType<typeof behaviourOf> => {
      const parts = scenario.forConnection(nth)
      return remember(behaviours, parts, () => behaviourOf(parts))
    }
    const endpoint = new Endpoint({
      dialect: dialects[protocol],
      mode,
      scenario: scenario.id,
      host: options.host,
      port,
      servername: options.servernames.find((name) => !name.startsWith('*')) ?? 'localhost',
      store,
      mechanisms: saslMechanisms,
      limits: options.limits,
      behaviour,
      engine(nth, serverName) {
        const parts = scenario.forConnection(nth)
        const { id, facets } = parts.certificate
        const identity = identityFor(serverName, pki.identity(id, facets))
        const known = remember(engines, identity, () => new Map<unknown, TlsEngine>())
        return remember(known, parts, () =>
          engineFor({
            identity: tlsIdentityOf(identity, pki.clientCaPem),
            profile: behaviour(nth).tls,
            keyLog: keyLog?.write,
          }),
        )
      },
      check: (credential) => isRight(credential, options),
      onMessage(message, record, phase) {
        if (message.stored === undefined) store().receive(message.raw)
        // What nobody has room for is a fact in the record, and no more.
        if (message.stored !== 'nowhere' && (isHeld(message.raw) || makeRoomFor(message.raw.length))) {
          server?.received(receive(message, record, phase))
        }
      },
      onDefect(error) {
        // The first tells; a flood of clients on a machine without handles has one for each.
        if (defects.length === 0) defects.push(error)
      },
    })
    const defects: unknown[] = []
    const open = (): MailServer => {
      server = new MailServer({
        endpoint,
        scenario,
        ca: pki.caPem,
        user: options.user,
        password: options.password,
        stock: (raw) => void store().inbox.add({ raw }),
        restock: () => store().reset(loadSamples()),
        defects,
      })
      server.onClose(async () => {
        const left = (users.get(scenario) ?? 0) - 1
        users.set(scenario, left)
        if (left === 0) stores.get(scenario)?.close()
      })
      return server
    }
    return { endpoint, open }
  })
}

/** The one place where an engine is chosen: Node's, unless a script asks for what Node cannot do. */
const engineFor = ({ script, ...options }: NodeEngineOptions & Pick<ScriptEngineOptions, 'script'>): TlsEngine =>
  script === undefined ? new NodeEngine(options) : scriptedEngine({ ...options, script })

/** A client that names no server, or an address, has dialled an address, or may have. */
const identityFor = (serverName: string | null, identity: Identity): Identity =>
  serverName === null || isIP(serverName) > 0 ? (identity.byAddress ?? identity) : identity

function remember<K, V>(
  memory: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = memory.get(key)
  if (known !== undefined) return known
  const made = make()
  memory.set(key, made)
  return made
}

/** The password that is wrong for everybody. */
const wrongPassword = 'wrong'

function isRight(
  { kind, user, secret, matches }: Credential,
  { user: name, password, strictUser }: CheckedOptions,
): boolean {
  const says = (right: string): boolean => (kind === 'digest' ? (matches?.(right) ?? false) : secret === right)
  return strictUser ? user === name && says(password) : !says(wrongPassword)
}
