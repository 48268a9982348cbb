import { Gathered } from './gathered.ts'

const headerSize = 5

/** RFC 8446 §5.1: content types from change_cipher_spec to heartbeat (RFC 6520), of a version whose major number is 3. */
const isHeader = (type: number, major: number | undefined): boolean =>
  type >= 20 && type <= 24 && (major === undefined || major === 3)

/** An SSL 2.0 ClientHello has more octets than this behind its length. */
const shortestOldHello = 9

/**
 * Octets of the TLS record, or of the ClientHello in SSL 2.0's form (RFC 5246 §E.2), that stands at the beginning: 0 when
 * there is none, undefined while too little of it is there to tell.
 */
export function tlsRecordSize(bytes: Buffer): number | undefined {
  const [first, second] = bytes
  if (first !== undefined && first & 0x80) return oldHelloSize(bytes)
  if (first !== undefined && !isHeader(first, second)) return 0
  return bytes.length < headerSize ? undefined : headerSize + bytes.readUInt16BE(3)
}

function oldHelloSize(bytes: Buffer): number | undefined {
  const [, , type, major] = bytes
  if (type !== undefined && type !== 1) return 0
  if (major === undefined) return undefined
  const size = bytes.readUInt16BE(0) & 0x7fff
  return (major === 3 || major === 0) && size >= shortestOldHello ? 2 + size : 0
}

/**
 * The same for bytes that stand where text is expected, and so may only look like TLS: a whole ClientHello, an alert, or a
 * change_cipher_spec.
 */
export function strayRecordSize(bytes: Buffer): number | undefined {
  const size = tlsRecordSize(bytes)
  if (size === undefined || size === 0 || (bytes[0] ?? 0) & 0x80) return size
  if (bytes[0] === 20) return size === headerSize + 1 ? size : 0
  if (bytes[0] === 21) return size === headerSize + 2 ? size : 0
  if (bytes[0] !== 22) return 0
  if (bytes.length < headerSize + 4) return undefined
  const message = bytes.readUIntBE(headerSize + 1, 3)
  return bytes[headerSize] === 1 && size === headerSize + 4 + message ? size : 0
}

/** Drops the whole TLS records of one direction of a connection, and keeps what is none. */
export class TlsRecords {
  readonly #kept = new Gathered()
  /** Octets that have to be there before it is worth looking again. */
  #needed = headerSize

  push(chunk: Buffer): void {
    this.#kept.push(chunk)
    if (this.length < this.#needed) return
    let size = tlsRecordSize(this.rest)
    while (size !== undefined && size > 0 && size <= this.length) {
      this.#kept.take(size)
      size = tlsRecordSize(this.rest)
    }
    this.#needed = size === 0 ? Number.POSITIVE_INFINITY : (size ?? this.length + 1)
  }

  /** Everything from the first octet on that does not belong to a whole record. */
  get rest(): Buffer {
    return this.#kept.all
  }

  get length(): number {
    return this.#kept.length
  }

  /** From now on nothing is a record. */
  lose(): void {
    this.#needed = Number.POSITIVE_INFINITY
  }

  /** Whether the rest cannot become a record. */
  get lost(): boolean {
    return this.#needed === Number.POSITIVE_INFINITY
  }
}
