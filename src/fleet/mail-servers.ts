import type { WrittenScenario } from '../certs/manifest.ts'
import type { Pki } from '../certs/types.ts'
import { MockmailError } from '../errors.ts'
import type { WithChecked } from '../scenarios/checked.ts'
import { resolveScenario, type Scenario, type ScenarioInput } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import { writtenScenario } from './behaviour-of.ts'
import { closeAll, Once, takeAll } from './closing.ts'
import type { MailServer } from './mail-server.ts'
import type { Plan } from './plan.ts'
import type { Ground } from './start.ts'
import { openTemporaryDirectory } from './temporary-directory.ts'

/** What tells one endpoint of a fleet from the others. */
export interface EndpointQuery {
  readonly scenario?: ScenarioInput
  readonly protocol?: Protocol
  readonly mode?: Mode
}

/** Where the control API of a fleet listens, and what it wants to be told by whoever asks. */
export interface ApiAddress {
  readonly url: string
  /** To be sent as `Authorization: Bearer …`. */
  readonly token: string
}

type Observer = (server: MailServer) => void

/** Several endpoints with one PKI, and one mailbox per scenario. */
export class MailServers {
  #servers: readonly MailServer[]
  readonly #pki: Pick<Pki, 'caPem' | 'write'>
  readonly #onClose: (() => Promise<void>)[]
  /** What the files tell of. */
  readonly #scenarios: Map<string, WrittenScenario>
  readonly #observers: Observer[] = []
  readonly #home: string | undefined
  #stale = false
  #api: ApiAddress | undefined
  #files: { readonly path: string; remove(): void } | undefined
  readonly #closing = new Once()
  /** What was asked for and cannot show, with the reason. */
  readonly leftOut: Plan['leftOut']
  /** @internal Endpoints that nobody asked for, and that another one is judged by. */
  readonly twins: Set<MailServer>
  /** @internal What further endpoints would stand on; undefined where they are another process's. */
  readonly ground: Ground | undefined
  readonly ca: { readonly pem: string; readonly path: string }

  /** @internal Made by `startMailServers` only. */
  constructor(
    servers: readonly MailServer[],
    pki: Pick<Pki, 'caPem' | 'write'>,
    {
      endpoints,
      leftOut,
    }: Pick<Plan, 'leftOut'> & {
      readonly endpoints: readonly { readonly scenario: Scenario; readonly role?: string }[]
    },
    onClose: () => Promise<void>,
    home?: string,
    ground?: Ground,
  ) {
    this.#home = home
    this.#onClose = [onClose]
    this.ground = ground
    this.#servers = servers
    for (const server of servers) server.pair(servers)
    this.#pki = pki
    this.leftOut = leftOut
    this.twins = new Set(servers.filter((_, index) => endpoints[index]?.role === 'twin'))
    this.#scenarios = new Map(endpoints.map(({ scenario }) => [scenario.id, writtenScenario(scenario)]))
    const path = (): string => `${this.pki}/ca.pem`
    this.ca = {
      /** Grows where an endpoint is switched to a scenario with a root of its own. */
      get pem() {
        return pki.caPem
      },
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

  /**
   * Directory with every file of the PKI, written when it is first asked for: that of the option `pki`, which stays, or a
   * temporary one, which {@link close} removes. A leaf that is issued anew after weeks is not in it; {@link writePki} writes
   * what is current.
   */
  get pki(): string {
    if (!this.#files) {
      this.#files = this.#home === undefined ? openTemporaryDirectory() : { path: this.#home, remove: () => {} }
      this.writePki(this.#files.path)
    }
    return this.#files.path
  }

  /**
   * Writes every file of the PKI to a directory of your own. What is there already and not of mockmail is left as it is, and
   * no link is followed.
   *
   * @throws {MockmailError} FILE_UNWRITABLE, PKI_UNUSABLE
   */
  writePki(directory: string): void {
    this.#pki.write(directory, [...this.#scenarios.values()])
  }

  /** Where its control API listens; undefined without the option `api`. */
  get api(): ApiAddress | undefined {
    return this.#api
  }

  /** @internal Whether it closes, or is closed. */
  get closing(): boolean {
    return this.#closing.begun
  }

  /** @internal */
  openedApi(address: ApiAddress, close: () => Promise<void>): void {
    this.#api = address
    this.#onClose.unshift(close)
  }

  /** @internal Calls it for every endpoint that is there, and for each that joins later. */
  each(observer: Observer): void {
    this.#observers.push(observer)
    for (const server of this.#servers) observer(server)
  }

  /** @internal Takes endpoints in that were opened later; `role` says whether anybody asked for them. */
  join(servers: readonly MailServer[], { role }: { readonly role?: string | undefined }): void {
    this.#servers = [...this.#servers, ...servers]
    if (role === 'twin') for (const server of servers) this.twins.add(server)
    for (const server of servers) for (const observer of this.#observers) observer(server)
  }

  /** @internal One that is closed is no part of it any more. */
  part(server: MailServer): void {
    this.#servers = this.#servers.filter((one) => one !== server)
    this.twins.delete(server)
  }

  /** @internal The files tell of this scenario from the next {@link writeNew} on. */
  tellsOf(scenario: Scenario): void {
    this.#stale ||= !this.#scenarios.has(scenario.id)
    this.#scenarios.set(scenario.id, writtenScenario(scenario))
  }

  /** @internal Writes what was issued since the last time, if anybody has asked for files; it takes a tenth of a second. */
  writeNew(): void {
    if (this.#stale) this.refresh()
    this.#stale = false
  }

  /** @internal Writes the files of {@link pki} anew, if anybody has asked for them, with what is current. */
  refresh(): void {
    if (this.#files) this.writePki(this.#files.path)
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
    // With a port offset the same endpoint is on two ports.
    const same = fitting.every(
      (one) => one.scenario === only?.scenario && one.protocol === only.protocol && one.mode === only.mode,
    )
    if (only && (!another || same)) return only
    const asked = JSON.stringify({ scenario: id, protocol, mode })
    const there = this.#servers.map((server) => `${server.scenario} ${server.protocol}/${server.mode}`).join(', ')
    throw new MockmailError(
      'NO_SUCH_ENDPOINT',
      `${fitting.length === 0 ? 'No endpoint fits' : `${fitting.length} endpoints fit`} ${asked}. There are: ${there}.`,
    )
  }

  /**
   * Closes every endpoint and removes what was written to a temporary directory. Idempotent. Rejects, once, with what went
   * wrong; everything is closed all the same.
   */
  close(): Promise<void> {
    return this.#closing.run(() =>
      takeAll(
        () => closeAll(this.#servers),
        () => this.release(),
      ),
    )
  }

  /** @internal */
  release(): Promise<void> {
    return takeAll(...this.#onClose, () => {
      this.#files?.remove()
      this.#files = undefined
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
