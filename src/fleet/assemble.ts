import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { Identity, Pki } from '../certs/types.ts'
import { resolveScenario, type Scenario } from '../scenarios/scenario.ts'
import type { Credential } from '../servers/core/dialect.ts'
import { Endpoint } from '../servers/core/endpoint.ts'
import { saslMechanisms } from '../servers/core/sasl/mechanisms.ts'
import { dialects } from '../servers/dialects.ts'
import { MailStore } from '../servers/mailbox/mailbox.ts'
import { isHeld, makeRoomFor } from '../servers/mailbox/octets.ts'
import { loadSamples } from '../servers/mailbox/samples.ts'
import type { TlsEngine } from '../tls/engine.ts'
import type { KeyLog } from '../tls/key-log.ts'
import { NodeEngine, type NodeEngineOptions } from '../tls/node/engine.ts'
import type { ScriptEngineOptions } from '../tls/script/engine.ts'
import { scriptedEngine } from '../tls/script/lazy.ts'
import { behaviourOf, profileFor, servernameOf, tlsIdentityOf } from './behaviour-of.ts'
import { MailServer, urlOf } from './mail-server.ts'
import { receive } from './message.ts'
import type { CheckedOptions } from './options.ts'
import type { PlannedEndpoint } from './plan.ts'

/**
 * Everything is declared before anything listens, so that `ca.pem` and the files on disk are whole from the start; it is issued
 * when a client, or a file, first needs it.
 */
export async function declareAll(planned: readonly Pick<PlannedEndpoint, 'scenario'>[], pki: Pki): Promise<void> {
  for (const scenario of new Set(planned.map((endpoint) => endpoint.scenario))) {
    for (let nth = 1; nth <= scenario.runs; nth++) {
      const { id, recipe } = scenario.forConnection(nth).certificate
      pki.declare(id, recipe)
    }
  }
  await pki.prepare()
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
  const endpoints: Endpoint[] = []
  const ticketKeys = new Map<string, Buffer>()
  return planned.map(({ scenario, protocol, mode, port, role }, index) => {
    // Filled when somebody looks: the samples are more than a mebibyte, and few runs read or send a message.
    const store = (): MailStore => remember(stores, scenario, () => storeFor(scenario))
    // By certificate, so that one that is issued anew leaves nothing behind.
    const engines = new WeakMap<Identity, Map<unknown, TlsEngine>>()
    const keysOf = (group: string | undefined): Buffer | undefined =>
      group === undefined ? undefined : remember(ticketKeys, group, () => randomBytes(48))
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
      ...(role && role !== 'twin' && { role }),
      host: options.host,
      port,
      servername: servernameOf(scenario, options),
      store,
      mechanisms: saslMechanisms,
      limits: options.limits,
      behaviour,
      urls() {
        const canary = planned.findIndex((other) => other.of === index && other.role === 'canary')
        const self = urlOf(endpoint)
        return { self, canary: endpoints[canary] ? urlOf(endpoints[canary]) : self }
      },
      knows: (name) => isIP(name) > 0 || options.servernames.some((known) => isNamedBy(name, known)),
      engine(nth, serverName, certificate) {
        const served = scenario.forConnection(nth)
        const parts = certificate === undefined ? served : resolveScenario(certificate).forConnection(1)
        const { id, recipe } = parts.certificate
        const identity = pki.identity(id, recipe).forName(serverName)
        const known = remember(engines, identity, () => new Map<unknown, TlsEngine>())
        return remember(known, parts, () =>
          engineFor({
            identity: tlsIdentityOf(identity, pki.clientCaPem),
            profile: profileFor(identity, behaviour(nth).tls),
            ticketKeys: keysOf(behaviour(nth).tls.ticketGroup),
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
    endpoints.push(endpoint)
    const defects: unknown[] = []
    const open = (): MailServer => {
      server = new MailServer({
        endpoint,
        scenario,
        ca: pki.caPem,
        user: options.user,
        password: options.password,
        stock: (raw) => void store().inbox.add({ raw }),
        restock: () => stockOf(scenario, store()),
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

/** What a scenario's mailbox begins with: the samples, or what it says itself. */
function stockOf({ forConnection }: Scenario, store: MailStore): void {
  const { messages, folders = [] } = behaviourOf(forConnection(1)).start
  store.reset(messages ? messages.map((text) => ({ raw: Buffer.from(text, 'latin1') })) : loadSamples())
  for (const name of folders) store.create(name)
}

function storeFor(scenario: Scenario): MailStore {
  const store = new MailStore()
  stockOf(scenario, store)
  return store
}

/** Whether a name is one of the run's, which may be a wildcard. */
const isNamedBy = (name: string, known: string): boolean =>
  name.toLowerCase() === known.toLowerCase() ||
  (known.startsWith('*.') && name.toLowerCase().endsWith(known.slice(1).toLowerCase()))

/** The one place where an engine is chosen: Node's, unless a script asks for what Node cannot do. */
const engineFor = ({ script, ...options }: NodeEngineOptions & Pick<ScriptEngineOptions, 'script'>): TlsEngine =>
  script === undefined ? new NodeEngine(options) : scriptedEngine({ ...options, script })

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
  { kind, user, secret, matches, mutual }: Credential,
  { user: name, password, strictUser }: CheckedOptions,
): boolean {
  if (mutual) return (!strictUser || user === name) && (matches?.(password) ?? false)
  const says = (right: string): boolean => (kind === 'digest' ? (matches?.(right) ?? false) : secret === right)
  return strictUser ? user === name && says(password) : !says(wrongPassword)
}
