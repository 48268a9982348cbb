import net from 'node:net'
import tls from 'node:tls'

/** What came of waiting for a reply. */
export type Reply = { readonly text: string } | { readonly ended: 'closed' | 'reset' | 'silence' }

/**
 * A client's end of one connection, which writes down what it sends and what it gets: `C:` and `S:`, with a `*` behind
 * them inside TLS, and `--` before what is no text.
 */
export class Wire {
  readonly log: string[]
  #stream: net.Socket
  #received = ''
  #over: 'closed' | 'reset' | undefined
  #wake: () => void = () => {}

  private constructor(socket: net.Socket, log: string[]) {
    this.log = log
    this.#stream = socket
    this.#listen()
  }

  /** Undefined when the connection is refused. */
  static async open(port: number, log: string[]): Promise<Wire | undefined> {
    const socket = net.connect(port, '127.0.0.1')
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined)).once('error', resolve)
    })
    if (!error) return new Wire(socket, log)
    log.push(`-- ${error.code}`)
    return undefined
  }

  get secure(): boolean {
    return this.#stream instanceof tls.TLSSocket
  }

  say(line: string): void {
    const who = `C${this.secure ? '*' : ''}:`
    for (const part of line.split('\r\n')) this.log.push(`${who} ${part}`.trimEnd())
    this.#stream.write(`${line}\r\n`, 'latin1')
  }

  /** Bytes that are no text. */
  send(bytes: Uint8Array, what: string): void {
    this.log.push(`-- ${what}`)
    this.#stream.write(bytes)
  }

  /**
   * Waits until what has come is whole.
   *
   * @param patience milliseconds; default ten seconds
   */
  async reply(isWhole: (text: string) => boolean, patience = 10_000): Promise<Reply> {
    const found = await this.#until(() => isWhole(this.#received) || this.#over !== undefined, patience)
    return this.#replied(this.#take(), isWhole, found)
  }

  /** Waits for a line, and leaves what stands behind it. */
  async line(patience = 10_000): Promise<Reply> {
    const end = (): number => this.#received.indexOf('\r\n') + 2
    const found = await this.#until(() => end() > 1 || this.#over !== undefined, patience)
    return this.#replied(this.#take(Math.max(end(), 0)), (text) => text.endsWith('\r\n'), found)
  }

  /** Whether more has come than was read. */
  get pending(): boolean {
    return this.#received !== ''
  }

  /** Forgets what has come and was not read. */
  discard(): void {
    if (this.#received !== '') this.log.push('-- discards:')
    this.#take()
  }

  #replied(text: string, isWhole: (text: string) => boolean, found: boolean): Reply {
    if (isWhole(text)) return { text }
    const ended = found ? (this.#over ?? 'closed') : 'silence'
    this.log.push(ended === 'silence' ? '-- silence' : `-- ${ended} by the server`)
    return { ended }
  }

  /** Lays TLS over the connection; resolves with OpenSSL's words when that fails. */
  async startTls(
    options: tls.ConnectionOptions,
    inspect: (socket: tls.TLSSocket) => void = () => {},
  ): Promise<string | undefined> {
    const raw = this.#stream
    raw.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close').removeAllListeners('error')
    const secure = tls.connect({ ...options, socket: raw })
    const failure = await new Promise<string | undefined>((resolve) => {
      secure.once('secureConnect', () => resolve(undefined))
      secure.once('error', (error: TlsError) => resolve(wordsOf(error)))
    })
    secure.on('error', () => {})
    if (failure !== undefined) {
      this.log.push(`-- TLS fails: ${failure}`)
      secure.destroy()
      return failure
    }
    this.log.push(`-- ${secure.getProtocol()}`)
    inspect(secure)
    this.#stream = secure
    this.#listen()
    return undefined
  }

  leave(): void {
    if (this.#over === undefined) this.log.push('-- closed by the client')
    this.#stream.end()
    this.#stream.destroySoon()
  }

  #listen(): void {
    this.#stream.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1')
      this.#wake()
    })
    const over = (how: 'closed' | 'reset') => (): void => {
      this.#over ??= how
      this.#wake()
    }
    this.#stream.on('end', over('closed')).on('close', over('closed')).on('error', over('reset'))
  }

  #take(size = this.#received.length): string {
    const text = this.#received.slice(0, size)
    this.#received = this.#received.slice(size)
    const who = `S${this.secure ? '*' : ''}: `
    for (const line of text.split('\r\n')) if (line !== '') this.log.push(who + printable(line))
    return text
  }

  #until(holds: () => boolean, patience: number): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (holds()) finish(true)
      }
      const finish = (held: boolean): void => {
        clearTimeout(timer)
        this.#wake = () => {}
        resolve(held)
      }
      const timer = setTimeout(() => finish(false), patience)
      this.#wake = look
      look()
    })
  }
}

type TlsError = NodeJS.ErrnoException & { readonly reason?: string }

/** OpenSSL's words, without the version that it puts before an alert, which is another in each release. */
const wordsOf = ({ reason, code, message }: TlsError): string =>
  reason?.replace(/^(?:sslv3|tlsv1|tlsv13|ssl\/tls) alert /, 'alert: ') ?? code ?? message

const printable = (line: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible
  line.replace(/[\x00-\x1f\x7f-\xff]/g, (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`)
