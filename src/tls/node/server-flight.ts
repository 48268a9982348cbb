import { fieldReader } from '../field-reader.ts'
import { Gathered } from '../gathered.ts'

const headerSize = 5
const contentTypes = { changeCipherSpec: 20, handshake: 22, applicationData: 23 }
const messageTypes = { serverHello: 2, certificate: 11 }
const extensions = { preSharedKey: 41, supportedVersions: 43 }

/** RFC 8446 §4.1.3: the random of a ServerHello that asks for another ClientHello. */
const helloRetryRequest = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex')

/** Octets of an encrypted alert: level, description, content type and tag. RFC 8446 §5.2. */
const alertSize = 2 + 1 + 16

/**
 * The records that a server writes, until it is known whether they carry its certificate: up to TLS 1.2 it can be read;
 * in TLS 1.3 it is in what is encrypted behind a ServerHello that resumes nothing.
 */
export class ServerFlight {
  /** What is not understood yet; absent when all is known. */
  #records: Gathered | undefined = new Gathered()
  readonly #messages = new Gathered()
  #hello: 'none' | 'readable' | 'encrypts' = 'none'
  #carries = false

  get carriesCertificate(): boolean {
    return this.#carries
  }

  push(chunk: Buffer): void {
    this.#records?.push(chunk)
    while (this.#records && this.#records.length >= headerSize) {
      const { all } = this.#records
      const size = headerSize + all.readUInt16BE(3)
      if (all.length < size) return
      this.#take(all[0] ?? 0, all.subarray(headerSize, size))
      this.#records?.take(size)
    }
  }

  #take(type: number, content: Buffer): void {
    if (type === contentTypes.handshake) this.#read(content)
    // Up to TLS 1.2, what is behind it cannot be read, and no certificate.
    else if (type === contentTypes.changeCipherSpec && this.#hello === 'readable') this.#know(false)
    else if (type === contentTypes.applicationData && this.#hello === 'encrypts' && content.length > alertSize) {
      this.#know(true)
    }
  }

  /** Messages may share a record, or be spread over several. */
  #read(content: Buffer): void {
    this.#messages.push(content)
    while (this.#messages.length >= 4) {
      const { all } = this.#messages
      if (all[0] === messageTypes.certificate) this.#know(true)
      const size = 4 + all.readUIntBE(1, 3)
      if (this.#carries || all.length < size) return
      if (all[0] === messageTypes.serverHello) this.#readHello(all.subarray(4, size))
      this.#messages.take(size)
    }
  }

  /** RFC 8446 §4.1.3. */
  #readHello(hello: Buffer): void {
    const body = fieldReader(hello)
    body.take(2)
    if (body.take(32).equals(helloRetryRequest)) return
    body.vector(1)
    body.take(2 + 1)
    const list = fieldReader(body.left ? body.vector(2) : Buffer.alloc(0))
    const found = new Set<number>()
    while (list.left) {
      found.add(list.number(2))
      list.vector(2)
    }
    if (found.has(extensions.preSharedKey)) this.#know(false)
    else this.#hello = found.has(extensions.supportedVersions) ? 'encrypts' : 'readable'
  }

  #know(carries: boolean): void {
    this.#carries = carries
    this.#records = undefined
  }
}
