import type { Socket } from 'node:net'
import {
  calculateJa3,
  calculateJa4,
  extensionParsers,
  getExtensionData,
  type TlsClientHelloMessage,
} from 'read-tls-client-hello'
import { clock } from '../clock.ts'
import type { ClientHelloRecord } from '../record/record.ts'
import { fieldReader } from './field-reader.ts'
import { Gathered } from './gathered.ts'

const handshakeRecord = 0x16
const clientHello = 0x01
const recordHeader = 5

/** A ClientHello of more octets than this is not waited for; OpenSSL's own limit is 131,396. */
const largest = 1 << 17

/** What the first bytes of a client that ought to speak TLS turned out to be. Those of a ClientHello were put back. */
export type FirstBytes =
  | { readonly kind: 'client-hello'; readonly message: Buffer }
  | { readonly kind: 'other'; readonly bytes: Buffer }
  | { readonly kind: 'closed' | 'reset' | 'timeout'; readonly bytes: Buffer }

/** First bytes that TLS has to answer. */
export type Opening = Extract<FirstBytes, { readonly kind: 'client-hello' | 'other' }>

/**
 * Reads a ClientHello, joined over records and segments, from a socket that nobody else reads, and puts it back, so that
 * the TLS library sees what came.
 *
 * @param timeout milliseconds
 */
export function readClientHello(socket: Socket, timeout: number): Promise<FirstBytes> {
  return new Promise((resolve) => {
    const seen = new Gathered()
    const hello = new HelloReader()
    const finish = (make: (bytes: Buffer) => FirstBytes): void => {
      clock.clearTimeout(timer)
      socket.off('data', onData)
      socket.pause()
      socket.off('end', onEnd)
      socket.off('error', onError)
      socket.off('close', onEnd)
      const bytes = seen.all
      const first = make(bytes)
      // Nothing else is put back: a socket that is then reset would lose it.
      const goesOn = first.kind === 'client-hello' && !socket.destroyed && !socket.readableEnded
      if (goesOn) socket.unshift(bytes)
      resolve(first)
    }
    // Not 'readable', which comes a moment later: a client that resets behind what it says would have said nothing.
    const onData = (chunk: Buffer): void => {
      seen.push(chunk)
      hello.push(chunk)
      const { message } = hello
      if (message === 'other') finish((bytes) => ({ kind: 'other', bytes }))
      else if (message) finish(() => ({ kind: 'client-hello', message }))
    }
    const gone = (kind: 'closed' | 'reset' | 'timeout') => (): void => finish((bytes) => ({ kind, bytes }))
    const onEnd = gone('closed')
    const onError = gone('reset')
    const timer = clock.setTimeout(gone('timeout'), timeout)
    timer.unref()
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('error', onError)
    socket.on('close', onEnd)
    socket.resume()
    // A client that asked for TLS and ended in one breath: its end was told before anybody listened here.
    if (socket.readableEnded || socket.destroyed) onEnd()
  })
}

/** Joins a ClientHello over records and segments, each octet looked at once however small they are. */
class HelloReader {
  #header: number[] = []
  /** Octets of the current record that have not come yet. */
  #missing = 0
  /** The message so far. */
  readonly #joined = new Gathered()
  #total = 0
  /** The handshake message when it is whole, `other` when this is not one. */
  message: Buffer | 'other' | undefined

  push(chunk: Buffer): void {
    this.#total += chunk.length
    for (let at = 0; at < chunk.length && this.message === undefined; ) {
      if (this.#missing > 0) {
        const part = chunk.subarray(at, at + this.#missing)
        this.#add(part)
        this.#missing -= part.length
        at += part.length
      } else at = this.#readHeader(chunk, at)
    }
    if (this.message === undefined && this.#total > largest) this.message = 'other'
  }

  #readHeader(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length && this.#header.length < recordHeader) this.#header.push(chunk[at++] ?? 0)
    if (this.#header[0] !== handshakeRecord) this.message = 'other'
    if (this.#header.length < recordHeader) return at
    const [, , , high = 0, low = 0] = this.#header
    this.#missing = (high << 8) | low
    this.#header = []
    return at
  }

  #add(part: Buffer): void {
    this.#joined.push(part)
    const { all } = this.#joined
    if (all.length > 0 && all[0] !== clientHello) this.message = 'other'
    if (this.message !== undefined || all.length < 4) return
    const whole = 4 + all.readUIntBE(1, 3)
    // A copy, so that a small message does not keep what it was joined in.
    if (all.length >= whole) this.message = Buffer.from(all.subarray(0, whole))
  }
}

const versionNames: ReadonlyMap<number, string> = new Map([
  [0x0300, 'SSLv3'],
  [0x0301, 'TLSv1'],
  [0x0302, 'TLSv1.1'],
  [0x0303, 'TLSv1.2'],
  [0x0304, 'TLSv1.3'],
])

const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)

/** Parses a ClientHello. Null when it is malformed, which the TLS library answers in its own way. */
export function parseClientHello(message: Buffer, at: ClientHelloRecord['at']): ClientHelloRecord | null {
  let ja3: string | undefined
  let ja4: string | undefined
  try {
    const hello = readMessage(message)
    const versions = getExtensionData(hello, 'supported_versions')?.versions ?? [hello.version]
    return {
      at,
      serverName: getExtensionData(hello, 'server_name')?.serverName ?? null,
      alpn: getExtensionData(hello, 'application_layer_protocol_negotiation')?.protocols ?? [],
      versions: versions
        .filter((version: number) => !isGrease(version))
        .map((version: number) => versionNames.get(version) ?? `0x${version.toString(16).padStart(4, '0')}`),
      ciphers: hello.cipherSuites,
      // These take as long as all the rest, and few ask for them.
      get ja3() {
        ja3 ??= fingerprint(calculateJa3, hello)
        return ja3
      },
      get ja4() {
        ja4 ??= fingerprint(calculateJa4, hello)
        return ja4
      },
      raw: message.toString('base64'),
    }
  } catch {
    return null
  }
}

/** The server name of a ClientHello, read without the rest. Null when the client sent none, or nothing that can be read. */
export function serverNameOf(first: Opening): string | null {
  if (first.kind !== 'client-hello') return null
  const { message } = first
  try {
    // Asked for with every connection, so that nothing is made of what is only passed over.
    let at = 4 + 2 + 32
    for (const length of [1, 2, 1]) at += length + message.readUIntBE(at, length)
    const end = at + 2 + message.readUInt16BE(at)
    for (at += 2; at < end && end <= message.length; ) {
      const content = at + 4
      const next = content + message.readUInt16BE(at + 2)
      if (message.readUInt16BE(at) === serverNameExtension && next <= end) {
        return extensionParsers[serverNameExtension](message.subarray(content, next))?.serverName ?? null
      }
      at = next
    }
  } catch {
    // Cut short: the TLS library answers it in its own way.
  }
  return null
}

const serverNameExtension = 0

/** Empty where the package cannot make one of what a client sent. */
function fingerprint(calculate: (hello: TlsClientHelloMessage) => string, hello: TlsClientHelloMessage): string {
  try {
    return calculate(hello)
  } catch {
    return ''
  }
}

/**
 * RFC 8446 §4.1.2, in one go: the package reads a stream, octet by octet, which takes longer than a handshake. Throws
 * where the message is cut short.
 */
function readMessage(message: Buffer): TlsClientHelloMessage {
  const body = fieldReader(message.subarray(4))
  const version = body.number(2)
  const random = body.take(32)
  const sessionId = body.vector(1)
  const cipherSuites = numbers(body.vector(2))
  const compressionMethods = [...body.vector(1)]
  // TLS 1.2 and older know a ClientHello without extensions.
  const list = fieldReader(body.left ? body.vector(2) : Buffer.alloc(0))
  const extensions: TlsClientHelloMessage['extensions'] = []
  while (list.left) extensions.push(parseExtension(list.number(2), list.vector(2)))
  return { version, random, sessionId, cipherSuites, compressionMethods, extensions }
}

const parsers: Readonly<Record<number, (content: Buffer) => Record<string, unknown> | null>> = extensionParsers

function parseExtension(id: number, content: Buffer): TlsClientHelloMessage['extensions'][number] {
  try {
    return { id, data: parsers[id]?.(content) ?? null }
  } catch {
    return { id, data: null }
  }
}

const numbers = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readUInt16BE(index * 2))
