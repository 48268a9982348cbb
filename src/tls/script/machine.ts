import { Fatal } from './bytes.ts'
import type { Facts } from './facts.ts'
import { changeCipherSpec, type Handshake, noCertificate } from './handshake.ts'
import { type Hello, readHello } from './hello.ts'
import { Inbound, type Message } from './inbound.ts'
import { legacyHandshake } from './legacy.ts'
import { contentTypes } from './protection.ts'
import type { Settings } from './settings.ts'
import { tls13Handshake } from './tls13.ts'
import { type Action, Wire } from './wire.ts'

/** Versions that a correct server of today has. */
const usualVersions: readonly number[] = [0x0304, 0x0303]

/** Records in a row that bring nothing forward, at most. */
const mostIdle = 100

/**
 * The server's side of one TLS connection without a socket: bytes go in, an ordered list of actions comes out. It never throws,
 * whatever comes.
 */
export class Machine {
  readonly settings: Settings
  readonly wire: Wire
  readonly facts: Facts
  state: 'handshake' | 'open' | 'over' = 'handshake'
  /** Why it is over. */
  result: 'alert' | 'failed' | 'closed' | undefined
  /** Whether the client has ended its direction inside TLS. */
  clientEnded = false
  /** The first ClientHello, which names the client in key logs. */
  hello: Hello | undefined
  /** Derives new keys for our direction (TLS 1.3). */
  updateWrite: (() => void) | undefined
  /** Handles a message of TLS 1.3 that comes after the handshake. */
  afterHandshake: ((message: Message) => void) | undefined
  /** What both sides' Finished said last, for RFC 5746. */
  verified: { readonly client: Buffer; readonly server: Buffer } | undefined
  readonly inbound = new Inbound()
  #handshake: Handshake | undefined
  #expected: readonly number[] = [1]
  /** Whether there has been a session. */
  wasOpen = false
  /** Writes and the end that wait for a handshake, the first one or one more. */
  #held: (() => void)[] | undefined = []
  #writes = 0
  /** Records in a row that brought nothing forward. */
  #idle = 0
  #received: Buffer[] = []

  constructor(settings: Settings) {
    this.settings = settings
    const self = this
    this.wire = new Wire(settings.script, {
      get clientHello() {
        return self.hello?.raw ?? Buffer.alloc(0)
      },
      updateKeys: () => this.updateWrite?.(),
      awaitRenegotiation: () => {
        this.#held ??= []
      },
    })
    this.facts = {
      version: null,
      suite: null,
      group: null,
      alpn: null,
      resumed: null,
      certificateShown: false,
      alertsReceived: [],
      alertsSent: this.wire.alerts,
      closeNotify: 'missing',
      cookieEchoed: null,
      earlyData: 'none',
      clientCertificate: null,
      turnedAway: null,
      get undecryptable() {
        return self.inbound.undecryptable
      },
      error: null,
      defect: null,
      fired: this.wire.fired,
    }
  }

  /** Takes what came in place of a ClientHello, of which everybody knows already. */
  inputOther(bytes: Buffer): readonly Action[] {
    const actions = this.input(bytes)
    if (this.inbound.strayed) this.inbound.drop()
    return actions
  }

  /** Takes what the client sent. */
  input(bytes: Buffer): readonly Action[] {
    this.inbound.push(bytes)
    return this.#guarded(() => this.#readRecords())
  }

  /** Sends application data; before the handshake has ended, and while it is done again, it waits. */
  send(data: Buffer): readonly Action[] {
    return this.#guarded(() => this.#orLater(() => this.wire.data(++this.#writes, data)))
  }

  /** Ends our direction with a close_notify. */
  end(): readonly Action[] {
    return this.#guarded(() => this.#orLater(() => this.wire.close()))
  }

  /** Tells that the client's direction of the TCP connection has ended. */
  inputEnded(): readonly Action[] {
    return this.#guarded(() => {
      if (this.state === 'handshake') this.over('closed')
      this.clientEnded = true
    })
  }

  /** The application data that has come since it was last asked. */
  take(): readonly Buffer[] {
    const received = this.#received
    this.#received = []
    return received
  }

  /** Writes a secret into the key log. */
  log(label: string, secret: Buffer): void {
    const { keyLog } = this.settings
    if (keyLog && this.hello) keyLog(`${label} ${this.hello.random.toString('hex')} ${secret.toString('hex')}\n`)
  }

  over(result: 'alert' | 'failed' | 'closed'): void {
    this.state = 'over'
    this.result ??= result
  }

  #orLater(act: () => void): void {
    if (this.state === 'over') return
    if (this.#held !== undefined) this.#held.push(act)
    else act()
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const act of held) this.#orLater(act)
  }

  #guarded(act: () => void): readonly Action[] {
    try {
      act()
    } catch (error) {
      this.#fail(error)
    }
    if (this.wire.ended !== undefined && this.state === 'handshake') this.over('failed')
    return this.wire.take()
  }

  #fail(error: unknown): void {
    if (this.state === 'over') return
    const known = error instanceof Fatal || error instanceof RangeError
    if (!known) this.facts.defect = String((error as Error)?.stack ?? error)
    this.facts.error = (error as Error).message
    const code = error instanceof Fatal ? error.code : known ? 50 : 80
    // What is no TLS from its first octet on gets no alert.
    if (this.hello !== undefined || !this.inbound.strayed) this.wire.alert(code, 'fatal')
    this.over('failed')
  }

  #readRecords(): void {
    while (this.state !== 'over') {
      const content = this.inbound.nextContent()
      if (content === undefined) return
      this.#content(content.type, content.data)
    }
  }

  #content(type: number, data: Buffer): void {
    const brings = data.length > 0 && (type === contentTypes.handshake || type === contentTypes.data)
    if (brings) this.#idle = 0
    else if (++this.#idle > mostIdle) throw new Fatal(10, 'too many records that say nothing')
    if (type === contentTypes.alert) {
      this.#onAlert(data)
      return
    }
    if (type === contentTypes.handshake) {
      this.#onHandshake(data)
      return
    }
    if (type === contentTypes.changeCipherSpec) {
      this.#onSpec(data)
      return
    }
    if (type !== contentTypes.data) throw new Fatal(10, `a record of type ${type}`)
    if (this.state !== 'open' && !this.wasOpen) throw new Fatal(10, 'application data before the handshake has ended')
    if (data.length > 0 && !this.clientEnded) this.#received.push(data)
  }

  #onSpec(body: Buffer): void {
    if (body.length !== 1 || body[0] !== 1) throw new Fatal(50, 'a change_cipher_spec that is none')
    if (this.facts.version === 0x0304 || this.hello === undefined) {
      this.#onSpec13(body)
      return
    }
    this.#feed({ type: changeCipherSpec, body, raw: body })
  }

  /** In TLS 1.3 it means nothing. */
  #onSpec13(body: Buffer): void {
    if (body.length !== 1 || body[0] !== 1 || this.state === 'open') throw new Fatal(10, 'a change_cipher_spec')
  }

  #onAlert(data: Buffer): void {
    if (data.length !== 2) throw new Fatal(50, 'an alert that is none')
    const [level = 0, code = 0] = data
    this.facts.alertsReceived.push({ level, code })
    if (code === 0) {
      this.facts.closeNotify = 'seen'
      this.clientEnded = true
      if (this.state === 'handshake') this.over('closed')
      return
    }
    if (level === 2 || (this.facts.version === 0x0304 && code !== 90)) {
      this.#onFatal(code)
      return
    }
    if (this.facts.version === 0x0300 && code === 41 && this.#expected.includes(noCertificate)) {
      this.#feed({ type: noCertificate, body: data, raw: data })
      return
    }
    if (code === 100 && this.state === 'open') this.#release()
  }

  #onFatal(code: number): void {
    this.facts.error = `the client sent the alert ${code}`
    this.over('alert')
  }

  #onHandshake(data: Buffer): void {
    this.inbound.addMessages(data)
    while (this.state !== 'over') {
      const message = this.inbound.nextMessage()
      if (message === undefined) return
      this.#feed(message)
    }
  }

  #feed(message: Message): void {
    if (this.state === 'open') {
      this.#afterwards(message)
      return
    }
    if (!this.#expected.includes(message.type)) {
      throw new Fatal(10, `message ${message.type} where ${this.#expected.join(' or ')} belongs`)
    }
    if (this.#handshake === undefined) {
      this.#begin(message)
      return
    }
    this.#advance(this.#handshake.next(message))
  }

  #begin(message: Message): void {
    const hello = readHello(message.raw)
    this.hello ??= hello
    this.wire.transcript = [message.raw]
    this.wire.moment('client-hello')
    if (this.wire.ended !== undefined) {
      this.over('failed')
      return
    }
    const { script } = this.settings
    const ours = script.versions ?? usualVersions
    const common = ours.filter(
      (version) => hello.versions.includes(version) && (version < 0x0304 || this.wasOpen === false),
    )
    const version = script.choose?.version ?? common.sort((a, b) => b - a)[0]
    if (version === undefined) throw new Fatal(70, 'no version in common')
    if (hello.suites.includes(0x5600) && ours.some((one) => one > version))
      throw new Fatal(86, 'a fallback without need')
    this.facts.version = version
    this.inbound.is13 = version === 0x0304
    const shakes = version === 0x0304 ? tls13Handshake : legacyHandshake
    this.#handshake = shakes(this, hello, version)
    this.#advance(this.#handshake.next())
  }

  #advance({ done, value }: IteratorResult<readonly number[], void>): void {
    if (!done) {
      this.#expected = value as readonly number[]
      return
    }
    this.#handshake = undefined
    if (this.state !== 'handshake') return
    this.state = 'open'
    this.wasOpen = true
    this.#release()
  }

  /** A message within the session. */
  #afterwards(message: Message): void {
    if (this.afterHandshake) {
      this.afterHandshake(message)
      return
    }
    if (message.type !== 1) throw new Fatal(10, `message ${message.type} within the session`)
    if (this.#held === undefined) {
      this.wire.alert(100, 'warning')
      return
    }
    this.state = 'handshake'
    this.#begin(message)
  }
}
