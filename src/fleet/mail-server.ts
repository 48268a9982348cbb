import { EventEmitter } from 'node:events'
import { clock } from '../clock.ts'
import { MockmailError, outOfFiles } from '../errors.ts'
import type { ConnectionRecord } from '../record/record.ts'
import type { Companion } from '../scenarios/quirk-words.ts'
import type { Expectation, Scenario } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import type { Run } from '../servers/core/run.ts'
import { Newest } from '../servers/mailbox/newest.ts'
import type { Verdict } from '../verdicts/findings.ts'
import { type Judgement, judgeRun, type RevocationRequirement, type RunOptions } from '../verdicts/verdict.ts'
import { Once, takeAll } from './closing.ts'
import { type MessageFilter, matches, type ReceivedMessage } from './message.ts'

export interface WaitOptions {
  /** Milliseconds. Default 5,000. */
  readonly timeout?: number
}

export interface SettleOptions {
  /** Milliseconds without a new connection before the run is judged. Default 250. */
  readonly settle?: number
  /** Fail a client that does not look at revocation. Default: note it. */
  readonly requireRevocation?: RevocationRequirement
}

const defaultWait = 5000

/** The connections of what is served. */
export type ServedRun = Pick<Run, 'records' | 'count' | 'onEnded' | 'settled' | 'reset' | 'forget'>

/** What a {@link MailServer} shows: an endpoint of this process, or of another one that lends it. */
export interface Served {
  readonly protocol: Protocol
  readonly mode: Mode
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly run: ServedRun
  close(): Promise<void>
}

/** One endpoint: a port that speaks one protocol in one mode and shows one scenario. */
export class MailServer {
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
  readonly #scenario: Scenario
  readonly #stock: (raw: Buffer) => void
  readonly #restock: () => void
  readonly #defects: readonly unknown[]
  readonly #onClose: (() => Promise<void>)[] = []
  readonly #events = new EventEmitter()
  /** What observers threw. */
  readonly #observed: unknown[] = []
  readonly #messages = new Newest<ReceivedMessage>()
  readonly #onJudged: ((judgement: Judgement) => Promise<void>)[] = []
  #grace: number | undefined
  #messageCount = 0
  readonly #closing = new Once()
  #twin: MailServer | undefined
  readonly #companions: { readonly server: MailServer; readonly role: Companion['role'] }[] = []

  /** @internal Made by `startMailServer` only. */
  constructor(parts: {
    readonly endpoint: Served
    readonly scenario: Scenario
    readonly ca: string
    readonly user: string
    readonly password: string
    /** Puts a message into the INBOX. */
    readonly stock: (raw: Buffer) => void
    /** Puts the mailbox back to the samples. */
    readonly restock: () => void
    /** What went wrong in our own code; filled while the endpoint runs. */
    readonly defects: readonly unknown[]
  }) {
    const { endpoint, scenario, ca } = parts
    this.#endpoint = endpoint
    this.#scenario = scenario
    this.#stock = parts.stock
    this.#restock = parts.restock
    this.#defects = parts.defects
    this.#events.setMaxListeners(0)
    this.scenario = scenario.id
    this.protocol = endpoint.protocol
    this.mode = endpoint.mode
    this.host = endpoint.host
    this.port = endpoint.port
    this.servername = endpoint.servername
    this.url = urlOf(endpoint)
    this.user = parts.user
    this.password = parts.password
    this.tls = Object.freeze({ ca, servername: endpoint.servername })
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
    this.#endpoint.run.reset()
    this.#messages.clear()
    this.#messageCount = 0
    this.#restock()
    for (const { server } of this.#companions) server.reset()
  }

  /** Ends open connections and frees the port. Idempotent. Rejects, once, with a defect of mockmail's own, if there was one. */
  close(): Promise<void> {
    return this.#closing.run(() =>
      takeAll(
        () => this.#endpoint.close(),
        () => this.#events.emit('closed'),
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

  /** @internal Finds its twin among the servers of its fleet. */
  pair(servers: readonly MailServer[]): void {
    const { twin } = this.#scenario
    if (!twin) return
    this.#twin = servers.find(
      ({ scenario, protocol, mode }) => scenario === twin.id && protocol === this.protocol && mode === this.mode,
    )
  }

  /** @internal Takes a companion, which ends with it. */
  accompany(server: MailServer, role: Companion['role']): void {
    this.#companions.push({ server, role })
    this.onClose(() => server.close())
  }

  /** @internal What a companion is for. */
  roleOf(companion: MailServer): Companion['role'] | undefined {
    return this.#companions.find(({ server }) => server === companion)?.role
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
    const next = new Promise<T>((resolve, reject) => {
      const stop = (): void => {
        clock.clearTimeout(timer)
        this.#events.off(event, onEvent)
        this.#events.off('closed', onClosed)
      }
      const onEvent = (it: T): void => {
        if (!fits(it)) return
        stop()
        resolve(it)
      }
      const onClosed = (): void => {
        stop()
        // A test that timed out before it came to await this has failed already: no rejection is left unhandled.
        void Promise.resolve().then(() => next.catch(() => {}))
        reject(new MockmailError('CLOSED', `${this.url} (${this.scenario}) was closed while waiting: no ${what}.`))
      }
      const timer = clock.setTimeout(() => {
        stop()
        const { connections, messages } = this.counts
        const gone = messages - this.messages.length
        const seen = `${connections} connections, ${messages} messages so far${gone > 0 ? `, the oldest ${gone} not kept` : ''}`
        reject(
          new MockmailError('TIMEOUT', `No ${what} on ${this.url} (${this.scenario}) within ${timeout} ms: ${seen}.`),
        )
      }, timeout)
      this.#events.on(event, onEvent)
      this.#events.on('closed', onClosed)
      if (this.#closing.begun) onClosed()
    })
    return next
  }
}

/** URL of an endpoint, its name being the one to dial. */
export function urlOf({ protocol, mode, servername, port }: Omit<Served, 'host' | 'run' | 'close'>): string {
  // A host name has no colon, and Node's isIPv6 takes a millisecond at its second call, when its pattern is compiled.
  const host = servername.includes(':') ? `[${servername}]` : servername
  return `${protocol}${mode === 'implicit' ? 's' : ''}://${host}:${port}`
}
