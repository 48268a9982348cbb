import { behaviourOf, tlsIdentityOf } from './cast.ts'
import { startPki } from './certs/pki.ts'
import type { Pki } from './certs/types.ts'
import { MockmailError } from './errors.ts'
import { type CheckedOptions, checkMode, checkProtocol, checkRunOptions, type RunOptions } from './options.ts'
import { makePlan, type Plan, type PlannedEndpoint, type PortOptions } from './plan.ts'
import { receive } from './received.ts'
import type { WithChecked, WithCheckedList } from './scenarios/checked.ts'
import type { Scenario, ScenarioInput } from './scenarios/scenario.ts'
import { resolveScenario } from './scenarios/scenario.ts'
import type { Mode, Protocol } from './scenarios/vocabulary.ts'
import { modes as allModes, protocols as allProtocols } from './scenarios/vocabulary.ts'
import { openScratch } from './scratch.ts'
import { MailServer } from './server.ts'
import type { Credential } from './servers/core/dialect.ts'
import { Endpoint } from './servers/core/endpoint.ts'
import { TlsTerminator } from './servers/core/tls.ts'
import { dialects } from './servers/dialects.ts'
import { MailStore } from './servers/mailbox.ts'
import { loadSamples } from './servers/samples.ts'

/** Options of {@link startMailServers}. */
export interface StartOptions extends RunOptions, PortOptions {
  /** Default `good`. */
  readonly scenarios?: readonly ScenarioInput[]
  /** Default all three. */
  readonly protocols?: readonly Protocol[]
  /** Default `implicit` and `starttls`. */
  readonly modes?: readonly Mode[]
}

/** What tells one endpoint of a fleet from the others. */
export interface EndpointQuery {
  readonly scenario?: ScenarioInput
  readonly protocol?: Protocol
  readonly mode?: Mode
}

/** Several endpoints with one PKI, and one mailbox per scenario. */
export class MailServers {
  readonly #servers: readonly MailServer[]
  readonly #pki: Pki
  readonly #expectations: ReadonlyMap<string, string>
  #scratch: ReturnType<typeof openScratch> | undefined
  #closed: Promise<void> | undefined
  /** What was asked for and cannot show, with the reason. */
  readonly leftOut: Plan['leftOut']
  readonly ca: { readonly pem: string; readonly path: string }

  /** @internal Made by {@link startMailServers} only. */
  constructor(servers: readonly MailServer[], pki: Pki, { endpoints, leftOut }: Plan) {
    this.#servers = servers
    this.#pki = pki
    this.leftOut = leftOut
    this.#expectations = expectationsOf(endpoints.map(({ scenario }) => scenario))
    const path = (): string => `${this.pki}/ca.pem`
    this.ca = {
      pem: pki.caPem,
      /** Written, with everything else of the PKI, when it is first asked for. */
      get path() {
        return path()
      },
    }
  }

  /** In the order of scenarios, then protocols, then modes. */
  get endpoints(): readonly MailServer[] {
    return this.#servers
  }

  /** Directory with every file of the PKI; written when it is first asked for, removed by {@link close}. */
  get pki(): string {
    if (!this.#scratch) {
      this.#scratch = openScratch()
      this.writePki(this.#scratch.path)
    }
    return this.#scratch.path
  }

  /**
   * Writes every file of the PKI to a directory of your own.
   *
   * @throws {MockmailError} FILE_UNWRITABLE
   */
  writePki(directory: string): void {
    this.#pki.write(directory, this.#expectations)
  }

  /**
   * The only endpoint that fits.
   *
   * @throws {MockmailError} NO_SUCH_ENDPOINT when none fits, or several do
   */
  endpoint<const Input extends ScenarioInput>(query?: EndpointQuery & WithChecked<Input>): MailServer
  endpoint({ scenario, protocol, mode }: EndpointQuery = {}): MailServer {
    const id = scenario === undefined ? undefined : resolveScenario(scenario).id
    const fitting = this.#servers.filter(
      (server) =>
        (id === undefined || server.scenario === id) &&
        (protocol === undefined || server.protocol === protocol) &&
        (mode === undefined || server.mode === mode),
    )
    const [only, another] = fitting
    if (only && !another) return only
    const asked = JSON.stringify({ scenario: id, protocol, mode })
    const there = this.#servers.map((server) => `${server.scenario} ${server.protocol}/${server.mode}`).join(', ')
    throw new MockmailError(
      'NO_SUCH_ENDPOINT',
      `${fitting.length === 0 ? 'No endpoint fits' : `${fitting.length} endpoints fit`} ${asked}. There are: ${there}.`,
    )
  }

  /** Closes every endpoint and removes what was written to a temporary directory. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.all(this.#servers.map((server) => server.close()))
      await this.release()
    })()
    return this.#closed
  }

  /** @internal */
  async release(): Promise<void> {
    await this.#pki.close()
    this.#scratch?.remove()
    this.#scratch = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Starts every scenario on every protocol and mode where it can show.
 *
 * @throws {MockmailError} UNKNOWN_SCENARIO, UNKNOWN_PROTOCOL, UNKNOWN_MODE, CONFLICT, INVALID_OPTION, NOTHING_TO_SERVE
 * when asked for what does not exist; PORT_IN_USE, LISTEN_FAILED, PKI_UNUSABLE, FILE_UNWRITABLE when the machine refuses
 * @example
 * const servers = await startMailServers({ scenarios: ['good', 'expired'], protocols: ['imap'], modes: ['starttls'] })
 * servers.endpoint({ scenario: 'expired' }).port
 */
export function startMailServers<const Inputs extends readonly ScenarioInput[]>(
  options?: StartOptions & WithCheckedList<Inputs>,
): Promise<MailServers>
export async function startMailServers(options: StartOptions = {}): Promise<MailServers> {
  return startFleet(options, { byName: true })
}

/** {@link startMailServers} for scenarios that were named, or for those that a tag or a default set stands for. */
export async function startFleet(
  options: StartOptions,
  { byName }: { readonly byName: boolean },
): Promise<MailServers> {
  const checked = checkRunOptions(options)
  const plan = await makePlan(
    {
      scenarios: (options.scenarios ?? ['good']).map(resolveScenario),
      protocols: (options.protocols ?? allProtocols).map(checkProtocol),
      modes: (options.modes ?? allModes.filter((mode) => mode !== 'plain')).map(checkMode),
      byName,
    },
    options,
  )
  const pki = await startPki({
    servernames: checked.servernames,
    key: checked.key,
    ...(checked.now && { now: checked.now }),
    ...(checked.pki !== undefined && { directory: checked.pki }),
    unconstrained: checked.unconstrained,
  })
  issueAll(plan.endpoints, pki)
  const servers = openServers(plan.endpoints, checked, pki)
  const started = await Promise.allSettled(servers.map(({ endpoint }) => endpoint.listen()))
  const failed = started.find((result) => result.status === 'rejected')
  if (failed) {
    await Promise.all(servers.map(({ endpoint }) => endpoint.close()))
    await pki.close()
    throw failed.reason
  }
  return new MailServers(
    servers.map(({ open }) => open()),
    pki,
    plan,
  )
}

/** Options of {@link startMailServer}. */
export interface StartOneOptions extends RunOptions {
  readonly protocol: Protocol
  readonly mode: Mode
  /** Default `good`. */
  readonly scenario?: ScenarioInput
  /** Default any free port. */
  readonly port?: number
}

/**
 * Starts one endpoint with a fresh PKI.
 *
 * @throws {MockmailError} as {@link startMailServers}
 * @example
 * const server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
 * try {
 *   await myClient.connect({ host: server.servername, port: server.port, tls: server.tls })
 * } finally {
 *   await server.close()
 * }
 */
export function startMailServer<const Input extends ScenarioInput>(
  options: StartOneOptions & WithChecked<Input>,
): Promise<MailServer>
export async function startMailServer(options: StartOneOptions): Promise<MailServer> {
  const { protocol, mode, scenario = 'good', port, ...run } = options
  const servers = await startMailServers({
    ...run,
    scenarios: [scenario],
    protocols: [protocol],
    modes: [mode],
    ...(port !== undefined && { port }),
  })
  const server = servers.endpoint()
  server.onClose(() => servers.release())
  return server
}

/** Everything is issued before anything listens, so that `ca.pem` and the files on disk are whole from the start. */
function issueAll(planned: readonly PlannedEndpoint[], pki: Pki): void {
  for (const scenario of new Set(planned.map((endpoint) => endpoint.scenario))) {
    for (let nth = 1; nth <= scenario.runs; nth++) {
      const { id, facets } = scenario.cast(nth).certificate
      pki.identity(id, facets)
    }
  }
}

interface Opened {
  readonly endpoint: Endpoint
  /** Makes the public face, once the endpoint listens. */
  open(): MailServer
}

function openServers(planned: readonly PlannedEndpoint[], options: CheckedOptions, pki: Pki): readonly Opened[] {
  const stores = new Map<Scenario, MailStore>()
  return planned.map(({ scenario, protocol, mode, port }) => {
    const store = stores.get(scenario) ?? new MailStore(loadSamples())
    stores.set(scenario, store)
    const terminators = new Map<unknown, TlsTerminator>()
    const behaviours = new Map<unknown, ReturnType<typeof behaviourOf>>()
    let server: MailServer | undefined
    const behaviour = (nth: number): ReturnType<typeof behaviourOf> => {
      const cast = scenario.cast(nth)
      return remember(behaviours, cast, () => behaviourOf(cast))
    }
    const endpoint = new Endpoint({
      dialect: dialects[protocol],
      mode,
      scenario: scenario.id,
      host: options.host,
      port,
      servername: options.servernames[0] ?? 'localhost',
      store,
      mechanisms: ['PLAIN', 'LOGIN'],
      limits: options.limits,
      behaviour,
      terminator(nth) {
        const cast = scenario.cast(nth)
        return remember(terminators, cast, () => {
          const { id, facets } = cast.certificate
          return new TlsTerminator(tlsIdentityOf(pki.identity(id, facets)), behaviour(nth).tls)
        })
      },
      check: (credential) => isRight(credential, options),
      onMessage(message, record, phase) {
        if (message.stored !== 'by-dialect') store.inbox.add({ raw: message.raw })
        server?.received(receive(message, record, phase))
      },
      onDefect(error) {
        defects.push(error)
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
        restock: () => store.reset(loadSamples()),
        defects,
      })
      return server
    }
    return { endpoint, open }
  })
}

function remember<V>(memory: Map<unknown, V>, key: unknown, make: () => V): V {
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

const expectationsOf = (scenarios: readonly Scenario[]): ReadonlyMap<string, string> =>
  new Map(scenarios.map(({ id, expectation }) => [id, expectation.expect]))
