import { EventEmitter } from 'node:events'
import { MockmailError, outOfFiles } from '../errors.ts'
import type { ConnectionRecord } from '../record/record.ts'
import type { Companion } from '../scenarios/quirk-words.ts'
import type { Expectation, Scenario } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import { Newest } from '../servers/mailbox/newest.ts'
import type { Verdict } from '../verdicts/findings.ts'
import { type Judgement, judgeRun, type RunOptions } from '../verdicts/verdict.ts'
import { closeAll, Once, takeAll } from './closing.ts'
import { type MessageFilter, matches, type ReceivedMessage } from './message.ts'
import {
  type Accompanying,
  type Served,
  type SettleOptions,
  type Turn,
  tlsOptions,
  urlOf,
  type WaitOptions,
} from './served.ts'
import { nextOf } from './waiting.ts'

const defaultWait = 5000

/** One endpoint: a port that speaks one protocol in one mode and shows one scenario. */
export class MailServer {
  /** Its name in the run, in events and in the control API: `e1`. Stays when it is switched to another scenario. */
  readonly id: string
  /** As typed, with aliases resolved. The control API can switch it. */
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly host: string
  readonly port: number
  /** The name to dial and to verify. */
  readonly servername: string
  /** Made of the servername: `imaps://localhost:40001`. */
  readonly url: string
  readonly user: string
  readonly password: string
  /** Spread it into the `tls` options of nodemailer, imapflow or `tls.connect`. */
  readonly tls: { readonly ca: string; readonly servername: string }
  readonly #endpoint: Served
  #scenario: Scenario
  readonly #stock: (raw: Buffer) => void
  readonly #restock: () => void
  readonly #turn: Turn
  readonly #defects: readonly unknown[]
  readonly #onClose: (() => Promise<void>)[] = []
  readonly #events = new EventEmitter()
  /** What observers threw. */
  readonly #observed: unknown[] = []
  readonly #messages = new Newest<ReceivedMessage>()
  readonly #onJudged: ((judgement: Judgement) => Promise<void>)[] = []
  readonly #onRunEnds: (() => void)[] = []
  /** @internal How many runs there were before this one. */
  runNumber = 0
  #grace: number | undefined
  #messageCount = 0
  readonly #closing = new Once()
  #twin: MailServer | undefined
  readonly #companions: Accompanying[] = []

  /** @internal Made by `startMailServer` only. */
  constructor(parts: {
    readonly id: string
    readonly endpoint: Served
    readonly scenario: Scenario
    readonly ca: string
    readonly user: string
    readonly password: string
    /** Puts a message into the INBOX. */
    readonly stock: (raw: Buffer) => void
    /** Puts the mailbox back to the samples. */
    readonly restock: () => void
    readonly turn: Turn
    /** What went wrong in our own code; filled while the endpoint runs. */
    readonly defects: readonly unknown[]
  }) {
    const { endpoint, scenario, ca } = parts
    this.#endpoint = endpoint
    this.#scenario = scenario
    this.#stock = parts.stock
    this.#restock = parts.restock
    this.#turn = parts.turn
    this.#defects = parts.defects
    this.#events.setMaxListeners(0)
    this.id = parts.id
    this.scenario = scenario.id
    this.protocol = endpoint.protocol
    this.mode = endpoint.mode
    this.host = endpoint.host
    this.port = endpoint.port
    this.servername = endpoint.servername
    this.url = urlOf(endpoint)
    this.user = parts.user
    this.password = parts.password
    this.tls = tlsOptions(endpoint, ca)
    endpoint.run.onEnded((record) => this.#tell('ended', record))
  }

  /** What a strict client does here, and why. */
  get expectation(): Expectation {
    return this.#scenario.expectation
  }

  /** @internal */
  get resolved(): Scenario {
    return this.#scenario
  }

  /** Who can tell what the client did here: a port where nobody listens sees nothing. */
  get observedBy(): 'server' | 'client' {
    return this.#scenario.observable
  }

  /**
   * Where a scenario injects: the same without the injection. What a client does here counts against it only if it was there
   * as well and does not do the same. Absent in a fleet that does not serve it.
   */
  get twin(): MailServer | undefined {
    return this.#twin
  }

  /** Further endpoints that belong to this one: what comes to a canary counts here. */
  get companions(): readonly MailServer[] {
    return this.#companions.map(({ server }) => server)
  }

  /** How many connections show the fault. */
  get runs(): number {
    return this.#scenario.runs
  }

  /** Newest last, open ones included; the newest 1,000 since the start or {@link reset}. */
  get connections(): readonly ConnectionRecord[] {
    return this.#endpoint.run.records
  }

  /** What clients sent in, oldest first; the newest 1,000 and 64 MiB since the start or {@link reset}. */
  get messages(): readonly ReceivedMessage[] {
    return this.#messages.all
  }

  /** How many there were since the start or {@link reset}, those included that are not kept any more. */
  get counts(): { readonly connections: number; readonly messages: number } {
    return { connections: this.#endpoint.run.count, messages: this.#messageCount }
  }

  /**
   * The next connection that ends, as its record.
   *
   * @throws {MockmailError} TIMEOUT, CLOSED
   */
  waitForConnection(options: WaitOptions = {}): Promise<ConnectionRecord> {
    return this.#next<ConnectionRecord>('ended', () => true, 'connection ended', options)
  }

  /**
   * A message that fits, one that is already there or the next to come.
   *
   * @throws {MockmailError} TIMEOUT, CLOSED
   */
  waitForMessage(filter: MessageFilter = {}, options: WaitOptions = {}): Promise<ReceivedMessage> {
    const fits = (message: ReceivedMessage): boolean => matches(message, filter)
    const there = this.messages.find(fits)
    if (there) return Promise.resolve(there)
    return this.#next<ReceivedMessage>('message', fits, 'message that fits came in', options)
  }

  /** Puts a message into the INBOX that IMAP and POP3 clients see. Line ends become CRLF. */
  deliver(eml: string | Uint8Array): void {
    const text = Buffer.from(eml).toString('latin1')
    this.#stock(Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1'))
  }

  /** What the client did: every connection since the start or {@link reset}, worst wins. Settles first. */
  async outcome({ settle = this.#grace, requireRevocation = false }: SettleOptions = {}): Promise<Judgement> {
    await this.#endpoint.run.settled(settle)
    for (const { server } of this.#companions) await server.#endpoint.run.settled(settle)
    const judgement = this.judgedSoFar({ requireRevocation })
    for (const told of this.#onJudged) await told(judgement)
    return judgement
  }

  /** The outcome against what a strict client does. */
  async verdict(options: SettleOptions = {}): Promise<Verdict> {
    return (await this.outcome(options)).verdict
  }

  /** Forgets connections and messages, and puts the mailbox back to the samples. */
  reset(): void {
    this.#endRun()
    this.#endpoint.run.reset()
    this.clearMessages()
    this.#restock()
    for (const { server } of this.#companions) server.reset()
  }

  #endRun(): void {
    for (const tell of this.#onRunEnds) tell()
    this.runNumber++
  }

  /** @internal Is told before a run is forgotten. */
  onRunEnds(listener: () => void): void {
    this.#onRunEnds.push(listener)
  }

  /** @internal Whether a client is connected, here or to a companion, be it one of a run before. */
  get busy(): boolean {
    return this.#endpoint.open > 0 || this.#companions.some(({ server }) => server.busy)
  }

  /** @internal Forgets what clients sent in. */
  clearMessages(): void {
    this.#messages.clear()
    this.#messageCount = 0
  }

  /** Ends open connections and frees the port. Idempotent. Rejects, once, with a defect of mockmail's own, if there was one. */
  close(): Promise<void> {
    return this.#closing.run(() =>
      takeAll(
        () => this.#endpoint.close(),
        () => this.#events.emit('closed'),
        () => closeAll(this.companions),
        ...this.#onClose,
        () => {
          const [defect] = [...this.#defects, ...this.#observed]
          if (defect !== undefined) throw outOfFiles(defect)
        },
      ),
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * @internal Shows another scenario from now on, on the same port, in a new run. Open connections, and its companions, end
   * with the old one; those of the other scenario listen already.
   */
  async switchTo(scenario: Scenario, companions: readonly Accompanying[]): Promise<void> {
    const before = [...this.#companions]
    await this.#turn(scenario, (ca) => {
      this.#endRun()
      this.#scenario = scenario
      this.#companions.splice(0, before.length, ...companions)
      const { servername } = this.#endpoint
      const tls = tlsOptions(this.#endpoint, ca)
      Object.assign(this, { scenario: scenario.id, servername, url: urlOf(this.#endpoint), tls })
      this.clearMessages()
    })
    await closeAll(before.map(({ server }) => server))
  }

  /** @internal Finds its twin among the servers of its fleet. */
  pair(servers: readonly MailServer[]): void {
    const { twin } = this.#scenario
    this.#twin =
      twin &&
      servers.find(
        ({ scenario, protocol, mode }) => scenario === twin.id && protocol === this.protocol && mode === this.mode,
      )
  }

  /** @internal Takes a companion, which ends with it. */
  accompany(server: MailServer, role: Companion['role']): void {
    this.#companions.push({ server, role })
  }

  /** @internal Its companions with what they are for. */
  get accompanied(): readonly Accompanying[] {
    return this.#companions
  }

  /** @internal */
  received(message: ReceivedMessage): void {
    this.#messages.add(message)
    this.#messageCount++
    this.#tell('message', message)
  }

  /** @internal For whoever has done with an ended connection and its messages, and stays for long. */
  forget(record: ConnectionRecord): void {
    this.#endpoint.run.forget(record)
    for (const message of this.messages) if (message.connection === record) this.#messages.delete(message)
  }

  /** @internal */
  onClose(also: () => Promise<void>): void {
    this.#onClose.push(also)
  }

  /** @internal */
  onEnded(listener: (record: ConnectionRecord) => void): void {
    this.#events.on('ended', listener)
  }

  /** @internal What it has come to, without waiting. */
  judgedSoFar(options: Pick<RunOptions, 'requireRevocation' | 'client'> = {}): Judgement {
    const twin = this.#twin?.connections
    const run = [...this.connections, ...this.#companions.flatMap(({ server }) => server.connections)]
    return judgeRun(run, this.#scenario, { ...options, ...(twin && { twin }) })
  }

  /** @internal Is told of every judgement before whoever asked for it. */
  onJudged(listener: (judgement: Judgement) => Promise<void>): void {
    this.#onJudged.push(listener)
  }

  /** @internal The grace where none is asked for. */
  settleBy(grace: number | undefined): void {
    this.#grace = grace
  }

  /** @internal */
  onMessage(listener: (message: ReceivedMessage) => void): void {
    this.#events.on('message', listener)
  }

  /** Tells every observer, whatever the others do: what one throws is for `close()` to say, and ends nothing. */
  #tell(event: 'ended' | 'message', it: ConnectionRecord | ReceivedMessage): void {
    for (const listener of this.#events.listeners(event)) {
      try {
        listener(it)
      } catch (error) {
        if (this.#observed.length === 0) this.#observed.push(error)
      }
    }
  }

  #next<T>(event: string, fits: (it: T) => boolean, what: string, { timeout = defaultWait }: WaitOptions): Promise<T> {
    const where = `${this.url} (${this.scenario})`
    return nextOf<T>(this.#events, { event, fits, timeout, closed: this.#closing.begun }, (why) => {
      if (why === 'closed') return new MockmailError('CLOSED', `${where} was closed while waiting: no ${what}.`)
      const { connections, messages } = this.counts
      const gone = messages - this.messages.length
      const seen = `${connections} connections, ${messages} messages so far${gone > 0 ? `, the oldest ${gone} not kept` : ''}`
      return new MockmailError('TIMEOUT', `No ${what} on ${where} within ${timeout} ms: ${seen}.`)
    })
  }
}
