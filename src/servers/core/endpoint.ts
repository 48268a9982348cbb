import { createServer, type Server, type Socket } from 'node:net'
import { MockmailError } from '../../errors.ts'
import type { ConnectionRecord, Phase } from '../../record/record.ts'
import type { Mode, Protocol } from '../../scenarios/vocabulary.ts'
import type { TlsEngine } from '../../tls/engine.ts'
import type { MailStore } from '../mailbox/mailbox.ts'
import type { Behaviour } from './behaviour.ts'
import { Connection } from './connection.ts'
import type { AcceptedMessage, Credential, Dialect } from './dialect.ts'
import type { ConnectionHost, Limits } from './host.ts'
import { Recorder } from './recorder.ts'
import { Run } from './run.ts'

export interface EndpointOptions {
  readonly dialect: Dialect
  readonly mode: Mode
  readonly scenario: string
  /** Set where it belongs to another endpoint. */
  readonly role?: 'canary' | 'fallback'
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly servername: string
  /** Made when it is first asked for. */
  store(): MailStore
  readonly mechanisms: readonly string[]
  readonly limits: Limits
  behaviour(nth: number): Behaviour
  /** What does TLS on the n-th connection; `serverName` is what the client called it, null where it said nothing. */
  engine(nth: number, serverName: string | null, certificate?: string): TlsEngine
  /** URLs of this endpoint and of its canary, once both listen. */
  urls(): ConnectionHost['urls']
  /** Whether a client may call the server so. */
  knows(serverName: string): boolean
  check(credential: Credential): boolean
  onMessage(message: AcceptedMessage, record: ConnectionRecord, phase: Phase): void
  /** A defect of ours; the connection is gone, the endpoint goes on. */
  onDefect(error: unknown): void
}

let connections = 0

/** One listening port. Everything it accepts is served, recorded and bounded here. */
export class Endpoint implements ConnectionHost {
  readonly run: Run
  readonly protocol: Protocol
  readonly #options: EndpointOptions
  readonly #servers: Server[] = []
  readonly #open = new Map<Connection, Promise<void>>()
  readonly #recorders = new Map<ConnectionRecord, Recorder>()
  #port = 0
  #closing: Promise<void> | undefined

  constructor(options: EndpointOptions) {
    this.#options = options
    this.run = new Run((record) => this.#letGo(record))
    this.protocol = options.dialect.protocol
  }

  get dialect(): Dialect {
    return this.#options.dialect
  }

  get mode(): Mode {
    return this.#options.mode
  }

  get servername(): string {
    return this.#options.servername
  }

  get store(): MailStore {
    return this.#options.store()
  }

  get mechanisms(): readonly string[] {
    return this.#options.mechanisms
  }

  get limits(): Limits {
    return this.#options.limits
  }

  get host(): string {
    return this.#options.host
  }

  get port(): number {
    return this.#port
  }

  check(credential: Credential): boolean {
    return this.#options.check(credential)
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#open.size
  }

  get urls(): ConnectionHost['urls'] {
    return this.#options.urls()
  }

  knows(serverName: string): boolean {
    return this.#options.knows(serverName)
  }

  engine(nth: number, serverName: string | null, certificate?: string): TlsEngine {
    return this.#options.engine(nth, serverName, certificate)
  }

  deliver(message: AcceptedMessage, recorder: Recorder, phase: Phase): void {
    const { via, raw, from, to } = message
    recorder.message(phase, { via, size: raw.length, ...(from !== undefined && { from }), ...(to && { to }) })
    this.#options.onMessage(message, recorder.record, phase)
  }

  /** @throws {MockmailError} PORT_IN_USE, LISTEN_FAILED */
  async listen(): Promise<void> {
    await this.#options.dialect.prepare?.()
    if (this.#listens) await this.#listenOn(this.#options.port)
    else await this.#leaveClosed()
  }

  /**
   * Ends what is open, lets `change` change what the options say, and serves that from now on, in a new run on the same port.
   * What ends belongs to the run before.
   *
   * @throws {MockmailError} PORT_IN_USE, LISTEN_FAILED where the port was closed and somebody has taken it
   */
  async renew(change: () => void): Promise<void> {
    for (const connection of this.#open.keys()) connection.destroy('closed')
    await Promise.all(this.#open.values())
    change()
    // Who came meanwhile met the end of the old.
    this.run.reset()
    for (const connection of this.#open.keys()) connection.destroy('closed')
    const listening = this.#servers.length > 0
    if (this.#listens && !listening) await this.#listenOn(this.#port)
    if (!this.#listens && listening) await Promise.all(this.#servers.splice(0).map(closeServer))
  }

  get #listens(): boolean {
    return this.#options.behaviour(1).listens
  }

  async #listenOn(port: number): Promise<void> {
    const { host } = this.#options
    for (let attempt = 1; ; attempt++) {
      const first = await listenOn(this.#server(), host, port, this.#options.onDefect)
      this.#servers.push(first)
      this.#port = portOf(first)
      if (host !== '127.0.0.1') return
      const twin = await this.#listenOnTwin()
      if (twin === 'fine') return
      await closeServer(first)
      this.#servers.length = 0
      if (port !== 0 || attempt >= 10) {
        throw new MockmailError('PORT_IN_USE', `Port ${this.#port} is in use on ::1, which localhost may mean too.`)
      }
    }
  }

  /** Finds a port that nobody listens on. */
  async #leaveClosed(): Promise<void> {
    const { host, port } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        const probe = await listenOn(this.#server(), host, port || quietPort(), this.#options.onDefect)
        this.#port = portOf(probe)
        return await closeServer(probe)
      } catch (error) {
        const taken = error instanceof MockmailError && error.code === 'PORT_IN_USE'
        if (!taken || port !== 0 || attempt >= 10) throw error
      }
    }
  }

  /** `localhost` may mean ::1 too, so the same port is served there where the machine has that address. */
  async #listenOnTwin(): Promise<'fine' | 'taken'> {
    try {
      this.#servers.push(await listenOn(this.#server(), '::1', this.#port, this.#options.onDefect))
      return 'fine'
    } catch (error) {
      if (error instanceof MockmailError && error.code === 'PORT_IN_USE') return 'taken'
      return 'fine'
    }
  }

  /** Stops listening and ends what is open. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      const closed = this.#servers.map(closeServer)
      for (const connection of this.#open.keys()) connection.destroy('closed')
      await Promise.all([...this.#open.values(), ...closed])
      // From now on whoever has the server has its records.
      for (const record of this.#recorders.keys()) this.#letGo(record)
    })()
    return this.#closing
  }

  #letGo(record: ConnectionRecord): void {
    this.#recorders.get(record)?.release()
    this.#recorders.delete(record)
  }

  #server(): Server {
    return createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => this.#accept(socket))
  }

  #accept(socket: Socket): void {
    const { host, port } = this
    const nth = this.run.next()
    const recorder = new Recorder({
      id: `c${++connections}`,
      nth,
      scenario: this.#options.scenario,
      ...(this.#options.role && { role: this.#options.role }),
      protocol: this.protocol,
      mode: this.mode,
      host,
      port,
      remote: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    })
    const connection = new Connection(socket, this, this.#options.behaviour(nth), recorder)
    this.#recorders.set(connection.record, recorder)
    this.run.begin(connection.record)
    const over = connection
      .run()
      .catch((error: unknown) => {
        recorder.defect(error)
        this.#options.onDefect(error)
      })
      .finally(() => {
        this.#open.delete(connection)
        recorder.over()
        this.run.end(connection.record)
      })
    this.#open.set(connection, over)
  }
}

/** Below the ports that systems hand out by themselves, so that no other program is given one that is to stay closed. */
const quietPorts = { first: 24_000, count: 8_000 }
let lastQuiet: number | undefined

/** Counts up from anywhere, so that two runs on one machine seldom meet. */
function quietPort(): number {
  lastQuiet = ((lastQuiet ?? Math.floor(Math.random() * quietPorts.count)) + 1) % quietPorts.count
  return quietPorts.first + lastQuiet
}

function listenOn(server: Server, host: string, port: number, onError: (error: Error) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port))
    server.once('error', fail)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', fail)
      // An accept that fails, for want of handles, ends nothing that is there.
      server.on('error', onError)
      resolve(server)
    })
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MockmailError {
  const { code = '' } = error
  if (code === 'EADDRINUSE') {
    return new MockmailError(
      'PORT_IN_USE',
      `Port ${port} on ${host} is in use. Another port, or none, finds a free one.`,
      { cause: error },
    )
  }
  const why: Readonly<Record<string, string>> = {
    EADDRNOTAVAIL: 'it is not an address of this machine',
    EACCES: `this user may not listen on port ${port}`,
    ENOTFOUND: 'the name cannot be resolved',
    EAI_AGAIN: 'the name cannot be resolved now',
    EMFILE: 'this process may not open more files',
  }
  const where = port === 0 ? host : `${host}, port ${port}`
  return new MockmailError('LISTEN_FAILED', `Cannot listen on ${where}: ${why[code] ?? error.message}.`, {
    cause: error,
  })
}

const closeServer = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
