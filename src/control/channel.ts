import { randomBytes, timingSafeEqual } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { MockmailError, type MockmailErrorCode } from '../errors.ts'
import type { Reports, Requests } from './messages.ts'

// Both ends of the line between a run's main process and its workers. One JSON object per line, on loopback, for whoever
// knows the token: {id, method, params} is answered by {id, result} or {id, error}; without an id it is only told.

/** Where the main process listens. */
export interface ChannelAddress {
  readonly port: number
  readonly token: string
}

/** Does what the other end asks for, in the order in which it was said. */
export type Handler = (method: string, params: unknown) => unknown

type Methods<T> = { readonly [Name in keyof T]: (params: never) => unknown }

type ParamsOf<T extends Methods<T>, Name extends keyof T> = Parameters<T[Name]>[0]

/** One function for each thing that the other end may ask for. */
export const handlerOf =
  <In extends Methods<In>>(
    methods: {
      readonly [Name in keyof In]: (params: ParamsOf<In, Name>) => ReturnType<In[Name]> | Promise<ReturnType<In[Name]>>
    },
  ): Handler =>
  (method, params) => {
    if (!Object.hasOwn(methods, method)) throw new Error(`The other end of the shared fleet knows no '${method}'.`)
    return methods[method as keyof In](params as never)
  }

interface Line {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly code?: MockmailErrorCode; readonly message: string }
}

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** One end of a line; `Out` is what can be asked of the other end. */
export class Channel<Out extends Methods<Out>> {
  readonly #socket: Socket
  readonly #handle: Handler
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #rest = ''

  constructor(socket: Socket, handle: Handler) {
    this.#socket = socket
    this.#handle = handle
    socket.setNoDelay(true).setEncoding('utf8')
    socket.on('data', (chunk: string) => this.#read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(gone())
      this.#pending.clear()
    })
  }

  /** @throws {MockmailError} what the other end refused with; CLOSED when it is gone */
  call<Name extends keyof Out & string>(method: Name, params: ParamsOf<Out, Name>): Promise<ReturnType<Out[Name]>> {
    if (this.#socket.destroyed) return Promise.reject(gone())
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }))
    this.#write({ id, method, params })
    return answer as Promise<ReturnType<Out[Name]>>
  }

  /** Says it without waiting. It has left this process when this returns, so whatever happens next comes behind it. */
  tell<Name extends keyof Out & string>(method: Name, params: ParamsOf<Out, Name>): void {
    this.#write({ method, params })
  }

  close(): void {
    this.#socket.destroy()
  }

  #write(line: Line): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(line)}\n`)
  }

  #read(chunk: string): void {
    this.#rest += chunk
    if (!chunk.includes('\n')) return
    const lines = this.#rest.split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      // Whatever a stranger says behind a wrong token.
      if (this.#socket.destroyed) return
      const parsed = parseLine(line)
      if (parsed) this.#receive(parsed)
      else this.close()
    }
  }

  #receive({ id, method, params, result, error }: Line): void {
    if (method !== undefined) return void this.#answer(id, method, params)
    const pending = this.#pending.get(id ?? 0)
    this.#pending.delete(id ?? 0)
    if (!error) pending?.resolve(result)
    else pending?.reject(error.code ? new MockmailError(error.code, error.message) : new Error(error.message))
  }

  async #answer(id: number | undefined, method: string, params: unknown): Promise<void> {
    try {
      const result = await this.#handle(method, params)
      if (id !== undefined) this.#write({ id, result })
    } catch (error) {
      const { code, message } = error as MockmailError
      if (id !== undefined) this.#write({ id, error: { ...(error instanceof MockmailError && { code }), message } })
    }
  }
}

/** A worker that knew the token. */
export interface Guest {
  readonly handle: Handler
  /** It has hung up, or its process is gone. */
  gone(): void
}

/** Listens for workers, and answers their reports through the channel that `admit` is given. */
export async function listenForChannels(
  admit: (channel: Channel<Reports>) => Guest,
): Promise<{ readonly address: ChannelAddress; close(): Promise<void> }> {
  const token = randomBytes(24).toString('hex')
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    let guest: Guest | undefined
    const channel: Channel<Reports> = new Channel(socket, (method, params) => {
      if (guest) return guest.handle(method, params)
      if (method !== 'hello' || !isSame((params as { token?: unknown } | undefined)?.token, token))
        return channel.close()
      guest = admit(channel)
      return undefined
    })
    open.add(socket)
    socket.on('close', () => {
      open.delete(socket)
      guest?.gone()
    })
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  return {
    address: { port, token },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

/** @throws {MockmailError} CLOSED when nobody listens there, or not for whoever has this token */
export async function dialChannel({ port, token }: ChannelAddress, handle: Handler): Promise<Channel<Requests>> {
  const channel = new Channel<Requests>(connect(port, '127.0.0.1'), handle)
  await channel.call('hello', { token })
  return channel
}

/** What is no object is not from one of us. */
function parseLine(line: string): Line | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}

const isSame = (given: unknown, token: string): boolean =>
  typeof given === 'string' && given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token))

const gone = (): MockmailError =>
  new MockmailError('CLOSED', 'The shared fleet of this run is closed: its global setup has been torn down.')
