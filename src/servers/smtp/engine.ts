import type { Socket } from 'node:net'
import type { SMTPServer, SMTPServerSession } from 'smtp-server'
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import type { CommandResult } from '../core/command-result.ts'
import type { Link } from '../core/dialect.ts'
import { maxMessage, maxRecipients } from './limits.ts'

/** Calls that end a DATA command, by the session that waits for one. */
const decisions = new WeakMap<SMTPServerSession, () => void>()

type Handlers = 'onConnect' | 'onSecure' | 'onMailFrom' | 'onRcptTo' | 'onData' | 'onClose'
type ServerPart = Pick<SMTPServer, 'options' | 'logger' | 'connections' | '_closeTimeout' | Handlers>

const ignore = (): void => {}

/**
 * What the engines read of an SMTPServer. The class itself stays away: a logger, an HTTP client behind it, and a TLS
 * context that nobody uses would take as long as all the rest of a start.
 */
const server: ServerPart = {
  options: {
    name: 'localhost',
    banner: 'mockmail',
    heloResponse: '%s greets %s',
    size: maxMessage,
    rejectOversized: true,
    maxRecipients,
    hideENHANCEDSTATUSCODES: false,
    hideDSN: true,
    hideREQUIRETLS: true,
    authOptional: true,
    authMethods: [],
    // STARTTLS and AUTH are the core's; the others are sendmail's jokes and proxies' affairs.
    disabledCommands: ['STARTTLS', 'AUTH', 'XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'],
    disableReverseLookup: true,
  },
  logger: { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore },
  connections: new Set(),
  _closeTimeout: false,
  // Everything is accepted, and in the same turn: an answer is there when the command returns.
  onConnect: (_session, callback) => callback(),
  onSecure: (_socket, _session, callback) => callback(),
  onMailFrom: (_address, _session, callback) => callback(),
  onRcptTo: (_address, _session, callback) => callback(),
  onData: (_stream, session, callback) => void decisions.set(session, () => callback()),
  onClose: ignore,
}

/** What a command can change, so that it changes only when its reply is really given. */
interface State {
  readonly envelope: SMTPServerSession['envelope']
  readonly recipients: Map<string, number>
  readonly hostname: string | false
  readonly opening: string | false
  readonly user: unknown
}

/**
 * smtp-server's dialogue without its transport: it is handed command lines and answers with what to send. It has no
 * socket, no timers, and no STARTTLS or AUTH. One lives as long as one TLS phase.
 */
export class Engine extends SMTPConnection {
  readonly #written: string[]
  #closes = false

  constructor(link: Link) {
    const written: string[] = []
    super(server as SMTPServer, createStandIn(link, written), { id: link.id })
    this.#written = written
    this.name = link.servername
    this.session.secure = this.secure = link.secure
    this.init()
  }

  /** No listeners, no delay to catch early talkers, no reverse lookup. */
  override init(): void {
    this.connectionReady()
  }

  /** The dialect asks for it with {@link greeting}, and only in the first phase. */
  override _sendGreeting(): void {}

  override close(): void {
    this.#closes = true
  }

  greeting(): CommandResult {
    return this.#answer(() => super._sendGreeting())
  }

  /** Answers one line; what the command does is done by the result's commit. */
  command(line: Buffer): CommandResult {
    const before = this.#remember()
    // The command loop has its own patience; the engine's would count over the whole connection.
    this._unrecognizedCommands = 0
    const result = this.#answer(() => this._onCommand(line, () => undefined))
    const after = this.#state()
    this.#restore(before)
    return { ...result, commit: () => this.#restore(after) }
  }

  /**
   * Answers the message that a DATA command was waiting for. The transaction is over whatever the reply is, RFC 5321
   * §4.1.1.4.
   *
   * @param size octets of the message
   */
  received(size: number): CommandResult {
    if (this._parser) this._parser.dataBytes = size
    if (this._dataStream) this._dataStream.destroy()
    return this.#answer(() => decisions.get(this.session)?.())
  }

  /** Knows what another engine knew. */
  adopt(earlier: Engine): void {
    this.#restore(earlier.#remember())
  }

  #answer(run: () => void): CommandResult {
    this.#closes = false
    this.#written.length = 0
    run()
    return { send: this.#written.join(''), next: this.#closes ? 'close' : 'command' }
  }

  #state(): State {
    const { envelope, user } = this.session
    return {
      envelope,
      user,
      recipients: this._rcptIndex,
      hostname: this.hostNameAppearsAs,
      opening: this.openingCommand,
    }
  }

  /** A copy, because the engine changes envelopes in place. */
  #remember(): State {
    const state = this.#state()
    const envelope = { ...state.envelope, rcptTo: [...state.envelope.rcptTo] }
    return { ...state, envelope, recipients: new Map(state.recipients) }
  }

  #restore({ envelope, user, recipients, hostname, opening }: State): void {
    this.session.envelope = envelope
    this.session.user = user
    this._rcptIndex = recipients
    this.hostNameAppearsAs = hostname
    this.openingCommand = opening
  }
}

/** As much of a socket as the engine looks at. */
const createStandIn = (link: Link, written: string[]): Socket => {
  const standIn = {
    remoteAddress: link.remoteAddress,
    destroyed: false,
    readyState: 'open',
    writableNeedDrain: false,
    // A parameter's name can be echoed. It was decoded from UTF-8, and as latin1 it could turn into a line end.
    write: (text: string) => written.push(text.replace(/[^\r\n -~]/g, '?')),
  }
  return standIn as unknown as Socket
}
