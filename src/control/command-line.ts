import { connect, type Socket } from 'node:net'
import { Conditions } from './conditions.ts'

/** Where the control API of a shared fleet listens. */
export interface ApiDoor {
  readonly port: number
  readonly token: string
}

/**
 * A connection on which one request is written behind the other without waiting for answers, as HTTP/1.1 allows. Node's own
 * client writes in a later turn; what is said here has left the process when `post` returns, so that it comes before whatever
 * a mail client does next.
 */
export class CommandLine {
  /** Rejects when nobody listens. */
  readonly connected: Promise<void>
  readonly #head: string
  readonly #socket: Socket
  readonly #conditions = new Conditions()
  #asked = 0
  #answered = 0
  #rest = ''

  constructor({ port, token }: ApiDoor) {
    this.#head = `host: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\n`
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
    this.connected = new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve)
      this.#socket.on('error', reject)
    })
    this.#socket.on('close', () => this.#conditions.changed())
    this.#socket.on('data', (chunk: string) => this.#read(chunk))
  }

  post(path: string, body: Uint8Array = new Uint8Array()): void {
    if (this.#socket.destroyed) return
    this.#asked++
    const head = Buffer.from(`POST ${path} HTTP/1.1\r\n${this.#head}content-length: ${body.length}\r\n\r\n`)
    this.#socket.write(Buffer.concat([head, body]))
  }

  /** Resolves when everything that was said so far is done, or nobody is there any more. */
  done(): Promise<void> {
    const asked = this.#asked
    return this.#conditions.until(() => this.#answered >= asked || this.#socket.destroyed)
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: string): void {
    this.#rest += chunk
    for (let length = answerLength(this.#rest); length !== undefined; length = answerLength(this.#rest)) {
      this.#rest = this.#rest.slice(length)
      this.#answered++
    }
    this.#conditions.changed()
  }
}

/** Of the first answer, when it is whole. */
function answerLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const chunked = /^transfer-encoding: *chunked/im.test(text.slice(0, head))
  if (chunked) {
    const end = text.indexOf('\r\n0\r\n\r\n', head)
    return end < 0 ? undefined : end + 7
  }
  const [, body = '0'] = /^content-length: *(\d+)/im.exec(text.slice(0, head)) ?? []
  const length = head + 4 + Number(body)
  return text.length < length ? undefined : length
}
