import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { startPki } from '../../src/certs/pki.ts'
import type { Pki } from '../../src/certs/types.ts'
import type { TlsProfile } from '../../src/scenarios/quirk-words.ts'
import { readClientHello } from '../../src/tls/client-hello.ts'
import type { AcceptOptions, TlsEngine, TlsFailure, TlsIdentity, TlsSession } from '../../src/tls/engine.ts'

/** Makes an engine of the kind that is tested. */
export type MakeEngine = (options: { readonly identity: TlsIdentity; readonly profile?: TlsProfile }) => TlsEngine

/** The roots and identities of one suite. Nothing listens. */
export const pki: Pki = await startPki({ servernames: ['localhost'], responder: false })
const { leaf, keyPem, servedPem } = pki.identity('good', {})

export const identity: TlsIdentity = {
  id: 'good',
  keyPem,
  servedPem,
  subject: leaf.subject,
  fingerprint256: leaf.fingerprint256,
  clientCaPem: pki.clientCaPem,
}

/** One connection, as an engine has left it. */
export interface Accepted {
  readonly raw: Socket
  readonly end: TlsSession | TlsFailure
}

/** A port on which an engine does what the core has it do. */
export class Port {
  readonly port: number
  readonly #server: ReturnType<typeof createServer>
  readonly #ends: Promise<Accepted>[] = []
  readonly #sockets: Socket[] = []
  #arrived: () => void = () => {}

  private constructor(server: ReturnType<typeof createServer>, engine: TlsEngine, options: AcceptOptions) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (raw) => {
      raw.on('error', () => {})
      raw.allowHalfOpen = false
      this.#sockets.push(raw)
      this.#ends.push(accept(raw, engine, options))
      this.#arrived()
    })
  }

  static async open(engine: TlsEngine, options: Partial<AcceptOptions> = {}): Promise<Port> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Port(server, engine, { timeout: 10_000, hearsBelow: false, ...options })
  }

  /** The next connection, when its handshake is over. */
  async next(): Promise<Accepted> {
    while (this.#ends.length === 0) await new Promise<void>((resolve) => (this.#arrived = resolve))
    return this.#ends.shift() as Promise<Accepted>
  }

  /** The next connection, which has to be a session. */
  async session(): Promise<{ readonly raw: Socket; readonly session: TlsSession }> {
    const { raw, end } = await this.next()
    if ('stream' in end) return { raw, session: end }
    throw new Error(`no session: ${JSON.stringify(end.facts)}`)
  }

  /** The next connection, which has to have failed. */
  async failure(): Promise<TlsFailure> {
    const { end } = await this.next()
    if ('failure' in end) return end
    throw new Error(`a session: ${JSON.stringify(end.facts)}`)
  }

  /** The newest connection's socket, its handshake over or not. */
  get newest(): Socket | undefined {
    return this.#sockets.at(-1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

async function accept(raw: Socket, engine: TlsEngine, options: AcceptOptions): Promise<Accepted> {
  const opening = await readClientHello(raw, options.timeout)
  if (opening.kind !== 'client-hello' && opening.kind !== 'other') throw new Error(`no first bytes: ${opening.kind}`)
  return { raw, end: await engine.accept(raw, opening, options) }
}

/** A TCP client that never throws. */
export function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  return socket
}

/** A TLS client that trusts the suite's roots unless told otherwise, and never throws. */
export function dialTls(port: number, options: tls.ConnectionOptions = {}): tls.TLSSocket {
  const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: pki.caPem, ...options })
  socket.on('error', () => {})
  return socket
}

/** A TLS client whose socket of TCP is at hand, to write below TLS. */
export function dialOver(port: number, options: tls.ConnectionOptions = {}): { below: Socket; client: tls.TLSSocket } {
  const socket = dial(port)
  // A stream between them: Node's TLS takes a socket away.
  const between = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, () => done()),
    final: (done) => void socket.end(() => done()),
  })
  socket.on('data', (chunk) => between.push(chunk)).on('end', () => between.push(null))
  const client = tls.connect({ socket: between, servername: 'localhost', ca: pki.caPem, ...options })
  client.on('error', () => {})
  return { below: socket, client }
}

/** The ClientHello that Node sends with these options. */
export function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const sink = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        resolve(chunk)
        done()
      },
    })
    tls.connect({ socket: sink, servername: 'localhost', ...options }).on('error', () => {})
  })
}

/** Everything that a stream says until it ends. */
export const textOf = (stream: Duplex): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    stream.on('close', () => resolve(text))
  })
