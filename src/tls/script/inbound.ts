import { Gathered } from '../gathered.ts'
import { tlsRecordSize } from '../tls-records.ts'
import { Fatal } from './bytes.ts'
import { clear, contentTypes, type Protection } from './protection.ts'

/** A message of the handshake as it came. */
export interface Message {
  readonly type: number
  readonly body: Buffer
  readonly raw: Buffer
}

/** What a record held. */
export interface Content {
  readonly type: number
  readonly data: Buffer
}

/** Bounds on what a client may make us keep. Octets. */
const limits = { record: 2 ** 14 + 2048, content: 2 ** 14, message: 2 ** 17, stray: 2 ** 17 } as const

/** The client's direction: bytes become records, records become messages. */
export class Inbound {
  /** Octets of 0-RTT data that may still come, and cannot be read. */
  early = 0
  /** Whether something has come that can be no TLS. */
  strayed = false
  /** Records under other keys than ours. */
  undecryptable = 0
  /** Whether TLS 1.3 is what both sides speak. */
  is13 = false
  #read: Protection = clear
  readonly #input = new Gathered()
  readonly #messages = new Gathered()

  push(bytes: Buffer): void {
    if (this.#input.length < limits.record + limits.stray) this.#input.push(bytes)
  }

  /** Forgets what has come and is not read. */
  drop(): void {
    this.#input.take(this.#input.length)
  }

  /** What the client sent in place of TLS, from its first such octet on. */
  get stray(): Buffer {
    let size = this.strayed ? 0 : tlsRecordSize(this.#input.all)
    while (size !== undefined && size > 0 && size <= this.#input.length) {
      this.#input.take(size)
      size = tlsRecordSize(this.#input.all)
    }
    return this.#input.all
  }

  /**
   * Puts other keys in place; half a message under the old ones is one too few.
   *
   * @throws {Fatal}
   */
  readWith(protection: Protection): void {
    if (this.#messages.length > 0) throw new Fatal(10, 'a message goes on beyond a change of keys')
    this.#read = protection
  }

  /**
   * The next record that holds something, undefined while none is whole.
   *
   * @throws {Fatal}
   */
  nextContent(): Content | undefined {
    for (let record = this.#nextRecord(); record !== undefined; record = this.#nextRecord()) {
      const content = this.#opened(record)
      if (content !== undefined) return content
    }
    return undefined
  }

  /**
   * The next message of what handshake records held, undefined while none is whole.
   *
   * @throws {Fatal}
   */
  nextMessage(): Message | undefined {
    if (this.#messages.length < 4) return undefined
    const size = 4 + this.#messages.all.readUIntBE(1, 3)
    if (size > limits.message) throw new Fatal(50, `a message of ${size} octets`)
    if (this.#messages.length < size) return undefined
    const raw = Buffer.from(this.#messages.take(size))
    return { type: raw[0] as number, body: raw.subarray(4), raw }
  }

  addMessages(data: Buffer): void {
    this.#messages.push(data)
  }

  #nextRecord(): Buffer | undefined {
    const size = tlsRecordSize(this.#input.all)
    if (size === 0) {
      this.strayed = true
      throw new Fatal(10, 'what came is no TLS record')
    }
    if (size === undefined) return undefined
    if (size - 5 > limits.record) throw new Fatal(22, `a record of ${size - 5} octets`)
    return this.#input.length < size ? undefined : this.#input.take(size)
  }

  /** Undefined for early data, which nobody here reads. */
  #opened(record: Buffer): Content | undefined {
    const [type = 0] = record
    if (type & 0x80) throw new Fatal(70, 'a ClientHello of SSL 2.0')
    const body = record.subarray(5)
    // Neither is ever encrypted: change_cipher_spec, and the alert of a client that has no keys yet to say it with.
    const isClear =
      this.is13 && (type === contentTypes.changeCipherSpec || (type === contentTypes.alert && body.length === 2))
    if (isClear) return { type, data: body }
    // Behind a HelloRetryRequest there are no keys yet, and early data is known by its type.
    const isEarly = this.early > 0 && type === contentTypes.data
    if (isEarly && this.#read.kind === 'clear') return this.#skipEarly(record)
    try {
      const opened = this.#read.open(type, record.readUInt16BE(1), body)
      if (opened.data.length > limits.content) throw new Fatal(22, `${opened.data.length} octets in a record`)
      this.early = 0
      return opened
    } catch (error) {
      const isUnread = error instanceof Fatal && error.code === 20
      if (isUnread && isEarly) return this.#skipEarly(record)
      if (isUnread) this.undecryptable++
      throw error
    }
  }

  #skipEarly(record: Buffer): undefined {
    this.early -= record.length
    if (this.early <= 0) throw new Fatal(10, 'more early data than is passed over')
    return undefined
  }
}
