import { MockmailError } from '../errors.ts'
import type { ConnectionRecord } from '../record/record.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import { type Common, commonState, declareAll } from './assemble.ts'
import { closeAll } from './closing.ts'
import type { MailServer } from './mail-server.ts'
import type { MailServers } from './mail-servers.ts'
import { companionsOf, makePlan, type Plan, type PlannedEndpoint, type Wanted, withCompanions } from './plan.ts'
import type { Accompanying } from './served.ts'
import { type Ground, openAll, serve } from './start.ts'

/** What happens to an endpoint while others go on. */
export type EndpointChange = 'added' | 'switched' | 'reset' | 'removed'

/** An endpoint as it shows itself after a change. */
export interface Changed {
  readonly server: MailServer
  /** Whether a client must load `ca.pem` again. */
  readonly caChanged: boolean
}

/** Changes a fleet that runs: one change after the other, so that none meets half of another. */
export class LiveFleet {
  readonly servers: MailServers
  readonly #ground: Ground
  /** Those that somebody has alone. */
  readonly #apart = new Set<MailServer>()
  readonly #observers: ((change: EndpointChange, server: MailServer) => void)[] = []
  #last: Promise<unknown> = Promise.resolve()

  /** @param servers started by this process */
  constructor(servers: MailServers) {
    if (!servers.ground) throw new Error('These servers are lent by another process, which alone can change them.')
    this.servers = servers
    this.#ground = servers.ground
  }

  onChange(observer: (change: EndpointChange, server: MailServer) => void): void {
    this.#observers.push(observer)
  }

  /**
   * One that can be asked for what it saw, be it a companion.
   * @throws {MockmailError} NO_SUCH_ENDPOINT
   */
  endpoint(id: string): MailServer {
    const { endpoints } = this.servers
    const found = [...endpoints, ...endpoints.flatMap(({ companions }) => companions)].find((one) => one.id === id)
    if (found) return found
    const ids = this.#ids
    throw new MockmailError(
      'NO_SUCH_ENDPOINT',
      `There is no endpoint '${id}'. There are: ${ids.join(', ') || 'none'}.`,
      { allowed: ids },
    )
  }

  /**
   * One that can be changed.
   * @throws {MockmailError} NO_SUCH_ENDPOINT, INVALID_OPTION where it belongs to another one
   */
  #changeable(id: string): MailServer {
    const server = this.endpoint(id)
    for (const owner of this.servers.endpoints) {
      const accompanying = owner.accompanied.find((one) => one.server === server)
      if (!accompanying) continue
      const { role } = accompanying
      throw new MockmailError(
        'INVALID_OPTION',
        `'${id}' is the ${role} of '${owner.id}', and changes with it alone. Allowed: ${this.#ids.join(', ')}.`,
        { allowed: this.#ids },
      )
    }
    return server
  }

  get #ids(): readonly string[] {
    return this.servers.endpoints.map((server) => server.id)
  }

  /**
   * One more endpoint, with its twin; answers when it listens and its files are there.
   * @throws {MockmailError} NOTHING_TO_SERVE, PORT_IN_USE, LISTEN_FAILED, CLOSED
   */
  add(place: {
    readonly scenario: Scenario
    readonly protocol: Protocol
    readonly mode: Mode
    readonly port?: number
  }): Promise<Changed> {
    return this.#inTurn(async () => {
      const { scenario, protocol, mode, port } = place
      const wanted = { scenarios: [scenario], protocols: [protocol], modes: [mode], byName: true, twins: false }
      const plan = await makePlan(wanted, port === undefined ? {} : { port })
      const caChanged = await this.#watchingCa(async () => {
        await this.#serve(plan.endpoints)
        await this.#pairAll()
      })
      const server = this.servers.endpoints.findLast(
        (one) => one.scenario === scenario.id && !this.servers.twins.has(one),
      )
      if (!server) throw new Error(`'${scenario.id}' was opened, and is not there.`)
      this.#tell('added', server)
      return { server, caChanged }
    })
  }

  /**
   * Several endpoints with mailboxes of their own, for somebody who has them alone; the twins that were wanted are behind the
   * others. Their files are written by {@link MailServers.writeNew}.
   * @throws {MockmailError} NOTHING_TO_SERVE, LISTEN_FAILED, CLOSED
   */
  addApart(wanted: Omit<Wanted, 'byName'>): Promise<{ readonly servers: readonly MailServer[]; readonly plan: Plan }> {
    return this.#inTurn(async () => {
      const plan = await makePlan({ ...wanted, byName: true }, {})
      const servers = await this.#serve(plan.endpoints, commonState())
      for (const server of servers) this.#apart.add(server)
      return { servers, plan }
    })
  }

  /**
   * Shows another scenario on the same port, in a new run. Answers when certificates, files, the twin and companions are there.
   * @throws {MockmailError} NO_SUCH_ENDPOINT, INVALID_OPTION, NOTHING_TO_SERVE, PORT_IN_USE, LISTEN_FAILED, CLOSED
   */
  switch(id: string, scenario: Scenario): Promise<Changed> {
    return this.#inTurn(async () => {
      const server = this.#changeable(id)
      const { protocol, mode } = server
      await makePlan({ scenarios: [scenario], protocols: [protocol], modes: [mode], byName: true, twins: false }, {})
      const caChanged = await this.#watchingCa(async () => {
        await this.#issue([{ scenario }])
        await this.#turn(server, scenario)
        // Asked for by now, whatever it was there for.
        this.servers.twins.delete(server)
        await this.#pairAll()
      })
      this.#tell('switched', server)
      return { server, caChanged }
    })
  }

  /** Its new companions listen before it shows what sends clients to them. */
  async #turn(server: MailServer, scenario: Scenario): Promise<void> {
    const { options, foundation } = this.#ground
    const planned = companionsOf({ scenario, protocol: server.protocol, mode: server.mode }, 0)
    await this.#issue(planned)
    const opened = await openAll(planned, options, { ...foundation, ...commonState() })
    const companions = scenario.companions.flatMap(({ role }, index): readonly Accompanying[] => {
      const companion = opened[index]
      return companion ? [{ server: companion, role }] : []
    })
    try {
      await server.switchTo(scenario, companions)
    } finally {
      const kept = this.servers.closing ? [] : server.companions
      await closeAll(opened.filter((companion) => !kept.includes(companion)))
    }
  }

  /** PEM of what was served on that connection, leaf first; undefined where it is not issued so any more. */
  chainOf({ resolved }: MailServer, { nth, handshake, clientHello }: ConnectionRecord): string | undefined {
    const shown = handshake.certificate?.fingerprint256
    if (shown === undefined) return undefined
    const { id, recipe } = resolved.forConnection(nth).certificate
    const { leaf, servedPem } = this.#ground.foundation.pki
      .identity(id, recipe)
      .forName(clientHello?.serverName ?? null)
    return leaf.fingerprint256 === shown ? servedPem : undefined
  }

  /** @throws {MockmailError} NO_SUCH_ENDPOINT, INVALID_OPTION */
  reset(id: string): MailServer {
    const server = this.#changeable(id)
    server.reset()
    this.#tell('reset', server)
    return server
  }

  /** @throws {MockmailError} NO_SUCH_ENDPOINT, INVALID_OPTION, CLOSED */
  remove(id: string): Promise<MailServer> {
    return this.#inTurn(async () => {
      const server = this.#changeable(id)
      await this.discard([server])
      this.#tell('removed', server)
      await this.#pairAll()
      return server
    })
  }

  /** Closes endpoints that nobody has any more. */
  async discard(servers: readonly MailServer[]): Promise<void> {
    for (const server of servers) {
      this.servers.part(server)
      this.#apart.delete(server)
    }
    await closeAll(servers)
  }

  #tell(change: EndpointChange, server: MailServer): void {
    for (const observer of this.#observers) observer(change, server)
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => {
      if (this.servers.closing) throw closed()
      return change()
    })
    this.#last = done.catch(() => {})
    return done
  }

  async #watchingCa(change: () => Promise<void>): Promise<boolean> {
    const before = this.servers.ca.pem
    await change()
    this.servers.writeNew()
    return this.servers.ca.pem !== before
  }

  async #issue(planned: readonly Pick<PlannedEndpoint, 'scenario'>[]): Promise<void> {
    await declareAll(planned, this.#ground.foundation.pki)
    for (const { scenario } of planned) this.servers.tellsOf(scenario)
  }

  async #serve(endpoints: readonly PlannedEndpoint[], apart: Partial<Common> = {}): Promise<readonly MailServer[]> {
    const { options, foundation } = this.#ground
    await this.#issue(endpoints)
    const servers = await serve({ endpoints }, options, { ...foundation, ...apart })
    if (this.servers.closing) {
      await closeAll(servers)
      throw closed()
    }
    for (const [index, server] of servers.entries()) this.servers.join([server], { role: endpoints[index]?.role })
    for (const server of servers) server.pair(servers)
    return servers
  }

  /** What injects has its twin, and a twin that nobody is judged by any more is gone. What is somebody's alone stays as it is. */
  async #pairAll(): Promise<void> {
    const there = (): readonly MailServer[] => this.servers.endpoints.filter((server) => !this.#apart.has(server))
    await this.discard(
      there().filter((one) => this.servers.twins.has(one) && !there().some((server) => isTwin(one, server))),
    )
    for (const server of there()) {
      const { protocol, mode } = server
      const { twin } = server.resolved
      if (!twin || there().some((one) => isTwin(one, server))) continue
      await this.#serve(withCompanions([{ scenario: twin, protocol, mode, port: 0, role: 'twin' }]))
    }
    for (const server of there()) server.pair(there())
  }
}

const isTwin = (one: MailServer, { resolved, protocol, mode }: MailServer): boolean =>
  resolved.twin?.id === one.scenario && protocol === one.protocol && mode === one.mode

const closed = (): MockmailError => new MockmailError('CLOSED', 'The servers are closed, so nothing can be changed.')
