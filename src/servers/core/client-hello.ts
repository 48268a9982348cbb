import type { Socket } from 'node:net'
import {
  calculateJa3,
  calculateJa4,
  extensionParsers,
  getExtensionData,
  type TlsClientHelloMessage,
} from 'read-tls-client-hello'
import { clock } from './clock.ts'
import type { ClientHelloRecord } from './record.ts'

const handshakeRecord = 0x16
const clientHello = 0x01
const recordHeader = 5

/** A ClientHello of more octets than this is not waited for; OpenSSL's own limit is 131,396. */
const largest = 1 << 17

/** What the first bytes of a client that ought to speak TLS turned out to be. All bytes were put back on the socket. */
export type FirstBytes =
  | { readonly kind: 'client-hello'; readonly message: Buffer }
  | { readonly kind: 'other'; readonly bytes: Buffer }
  | { readonly kind: 'closed' | 'reset' | 'timeout' }

/**
 * Reads a ClientHello, joined over records and segments, from a socket that nobody else reads, and puts every byte back,
 * so that the TLS library sees what came.
 *
 * @param timeout milliseconds
 */
export function readClientHello(socket: Socket, timeout: number): Promise<FirstBytes> {
  return new Promise((resolve) => {
    let seen: Buffer = Buffer.alloc(0)
    const finish = (result: FirstBytes): void => {
      clock.clearTimeout(timer)
      socket.off('readable', onReadable)
      socket.off('end', onEnd)
      socket.off('error', onError)
      socket.off('close', onEnd)
      if (seen.length > 0 && !socket.destroyed && !socket.readableEnded) socket.unshift(seen)
      resolve(result)
    }
    const onReadable = (): void => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) seen = Buffer.concat([seen, chunk])
      if (seen.length === 0) return
      const message = joinClientHello(seen)
      if (message === 'other' || seen.length > largest) finish({ kind: 'other', bytes: seen })
      else if (message) finish({ kind: 'client-hello', message })
    }
    const onEnd = (): void => finish(seen.length > 0 ? { kind: 'other', bytes: seen } : { kind: 'closed' })
    const onError = (): void => finish({ kind: 'reset' })
    const timer = clock.setTimeout(() => finish({ kind: 'timeout' }), timeout)
    timer.unref()
    socket.on('readable', onReadable)
    socket.on('end', onEnd)
    socket.on('error', onError)
    socket.on('close', onEnd)
    onReadable()
    // A client that asked for TLS and ended in one breath: its end was told before anybody listened here.
    if (socket.readableEnded || socket.destroyed) onEnd()
  })
}

/** The handshake message, undefined while it is incomplete, `other` when this is not one. */
function joinClientHello(bytes: Buffer): Buffer | 'other' | undefined {
  const fragments: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] !== handshakeRecord) return 'other'
    if (bytes.length < at + recordHeader) break
    const size = bytes.readUInt16BE(at + 3)
    fragments.push(bytes.subarray(at + recordHeader, at + recordHeader + size))
    at += recordHeader + size
  }
  const message = Buffer.concat(fragments)
  if (message.length > 0 && message[0] !== clientHello) return 'other'
  if (message.length < 4) return undefined
  const whole = 4 + message.readUIntBE(1, 3)
  return message.length < whole ? undefined : message.subarray(0, whole)
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
      ja3: calculateJa3(hello),
      ja4: calculateJa4(hello),
      raw: message.toString('base64'),
    }
  } catch {
    return null
  }
}

/**
 * RFC 8446 §4.1.2, in one go: the package reads a stream, octet by octet, which takes longer than a handshake. Throws
 * where the message is cut short.
 */
function readMessage(message: Buffer): TlsClientHelloMessage {
  const body = reader(message.subarray(4))
  const version = body.number(2)
  const random = body.take(32)
  const sessionId = body.vector(1)
  const cipherSuites = numbers(body.vector(2))
  const compressionMethods = [...body.vector(1)]
  // TLS 1.2 and older know a ClientHello without extensions.
  const list = reader(body.left ? body.vector(2) : Buffer.alloc(0))
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

/** Reads numbers and vectors with a length in front, RFC 8446 §3.4. */
function reader(bytes: Buffer) {
  let at = 0
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) throw new RangeError('cut short')
    at += size
    return bytes.subarray(at - size, at)
  }
  const number = (size: number): number => take(size).readUIntBE(0, size)
  return {
    take,
    number,
    vector: (size: number): Buffer => take(number(size)),
    get left() {
      return at < bytes.length
    },
  }
}

const numbers = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readUInt16BE(index * 2))
