import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { Identity, Pki } from '../certs/types.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import type { Credential } from '../servers/core/dialect.ts'
import { Endpoint } from '../servers/core/endpoint.ts'
import { saslMechanisms } from '../servers/core/sasl/mechanisms.ts'
import { dialects } from '../servers/dialects.ts'
import { isHeld, makeRoomFor } from '../servers/mailbox/octets.ts'
import type { TlsEngine } from '../tls/engine.ts'
import type { KeyLog } from '../tls/key-log.ts'
import { NodeEngine, type NodeEngineOptions } from '../tls/node/engine.ts'
import type { ScriptEngineOptions } from '../tls/script/engine.ts'
import { scriptedEngine } from '../tls/script/lazy.ts'
import { behaviourOf, profileFor, servernameOf, tlsIdentityOf } from './behaviour-of.ts'
import { MailServer } from './mail-server.ts'
import { Mailboxes } from './mailboxes.ts'
import { receive } from './message.ts'
import type { CheckedOptions } from './options.ts'
import type { PlannedEndpoint } from './plan.ts'
import { urlOf } from './served.ts'

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

/** Counts endpoints: their ids are stable within the run. */
const endpointIds = (): (() => string) => {
  let last = 0
  return () => `e${++last}`
}

/** What endpoints have in common, however many there are and whenever they come. */
export interface Common {
  readonly pki: Pki
  readonly keyLog: KeyLog | undefined
  readonly mailboxes: Mailboxes
  /** By ticket group. */
  readonly ticketKeys: Map<string, Buffer>
  /** The id of the next endpoint. */
  nextId(): string
}

/** Everything in common that is not on the disk, and new. */
export const commonGround = (pki: Pki, keyLog?: KeyLog): Common => ({
  pki,
  keyLog,
  ...commonState(),
  nextId: endpointIds(),
})

/** What clients leave behind in endpoints. */
export const commonState = (): Pick<Common, 'mailboxes' | 'ticketKeys'> => ({
  mailboxes: new Mailboxes(),
  ticketKeys: new Map(),
})

/** An endpoint for each place of the plan, joined to its identities, behaviour and mailbox. */
export function assembleServers(
  planned: readonly PlannedEndpoint[],
  options: CheckedOptions,
  common: Common,
): readonly Assembled[] {
  const { pki, keyLog, ticketKeys, nextId } = common
  return planned.map(({ scenario: first, protocol, mode, port, role, of }) => {
    let scenario = first
    // What comes to a companion is the affair of its endpoint alone.
    const mailboxes = of === undefined ? common.mailboxes : new Mailboxes()
    mailboxes.enter(scenario)
    const store = () => mailboxes.of(scenario)
    // By certificate, so that one that is issued anew leaves nothing behind.
    let engines = new WeakMap<Identity, Map<unknown, TlsEngine>>()
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
      get scenario() {
        return scenario.id
      },
      ...(role && role !== 'twin' && { role }),
      host: options.host,
      port,
      get servername() {
        return servernameOf(scenario, options)
      },
      store,
      mechanisms: saslMechanisms,
      limits: options.limits,
      behaviour,
      urls() {
        const self = urlOf(endpoint)
        return { self, canary: server?.accompanied.find((one) => one.role === 'canary')?.server.url ?? self }
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
    const defects: unknown[] = []
    const open = (): MailServer => {
      server = new MailServer({
        id: nextId(),
        endpoint,
        scenario,
        ca: pki.caPem,
        user: options.user,
        password: options.password,
        stock: (raw) => void store().inbox.add({ raw }),
        restock: () => mailboxes.restock(scenario),
        turn: (next, turned) =>
          endpoint.renew(() => {
            mailboxes.enter(next)
            mailboxes.leave(scenario)
            scenario = next
            engines = new WeakMap()
            behaviours.clear()
            turned(pki.caPem)
          }),
        defects,
      })
      server.onClose(async () => mailboxes.leave(scenario))
      return server
    }
    return { endpoint, open }
  })
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
