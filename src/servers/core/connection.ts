import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { clock } from '../../clock.ts'
import type { ClientHelloRecord, ConnectionRecord } from '../../record/record.ts'
import type { Hook } from '../../scenarios/vocabulary.ts'
import { readClientHello, serverNameOf } from '../../tls/client-hello.ts'
import type { Below } from '../../tls/engine.ts'
import { TlsRecords } from '../../tls/tls-records.ts'
import { type Answering, Answers, noRequest } from './answers.ts'
import type { Applied } from './apply-effects.ts'
import type { Behaviour } from './behaviour.ts'
import type { CommandResult } from './command-result.ts'
import type { Dialect, Link, Session } from './dialect.ts'
import { overhear, runDialogue } from './dialogue.ts'
import { noteHandshake, noteNoClientHello } from './handshake.ts'
import type { ConnectionHost } from './host.ts'
import { IdleTimer } from './idle.ts'
import type { Input } from './input.ts'
import { type LinkOptions, openLink } from './link.ts'
import { Pushes } from './pushes.ts'
import { type ConnectionControls, Quirks } from './quirks.ts'
import type { Recorder } from './recorder.ts'
import { lingerMs } from './transport.ts'
import { Wire } from './wire.ts'

/** How a connection goes on behind a moment. */
type Course = 'on' | 'over' | 'upgrade' | 'stay-in-clear'

/** What TLS is laid upon, where that is not the TCP socket, and what it shows. */
interface Laid {
  readonly lower?: Duplex | undefined
  readonly certificate?: string | undefined
}

const nothingToSay: CommandResult = { send: '', next: 'command' }

/** From TCP accept to close. Rejects for a defect of ours only, never because of what the client does. */
export class Connection {
  readonly record: ConnectionRecord
  readonly #raw: Socket
  readonly #host: ConnectionHost
  readonly #behaviour: Behaviour
  readonly #recorder: Recorder
  readonly #wire: Wire
  readonly #quirks: Quirks
  readonly #answers: Answers
  readonly #pushes = new Pushes(async (pieces) => {
    if (!this.#quirks.muted) await this.#wire.push(pieces)
  })
  readonly #idle: IdleTimer
  #idled = false
  /** What a TLS engine hears below TLS, where it has to. */
  #below: Below | null = null
  /** What binds a login to the TLS session. */
  #binding: Link['binding'] = () => undefined
  /** The dialogue before TLS, where a quirk keeps it. */
  #kept: Session | undefined
  /** Whether the client had said more when the first answer to STARTTLS began to leave. */
  #spokeAhead = false

  constructor(raw: Socket, host: ConnectionHost, behaviour: Behaviour, recorder: Recorder) {
    this.#raw = raw
    this.#host = host
    this.#behaviour = behaviour
    this.#recorder = recorder
    this.record = recorder.record
    this.#wire = new Wire(raw, recorder, () => this.#idle.restart())
    this.#quirks = new Quirks(behaviour, recorder, host, this.#controls())
    this.#answers = new Answers(this.#answering(), this.#quirks)
    this.#idle = new IdleTimer(host.limits.idle, this.#whenIdle)
  }

  async run(): Promise<void> {
    try {
      this.#raw.setNoDelay(true)
      this.#idle.restart()
      await this.#converse()
    } finally {
      this.#idle.stop()
      await this.#wire.close()
      this.#recorder.ended({ by: 'server', how: 'fin', closeNotify: 'unknown' })
    }
  }

  /** Ends it at once, from outside. */
  destroy(why: string): void {
    this.#recorder.ended({ by: 'server', how: 'rst', closeNotify: 'unknown', why })
    this.#wire.destroy()
  }

  async #converse(): Promise<void> {
    const { mode } = this.#host
    const how = await this.#applyAt('accept')
    if (how === 'over') return
    const inTls = how === 'upgrade' || (how === 'on' && mode === 'implicit')
    if (!inTls) this.#wire.attach(this.#raw, 'clear')
    else if (!(await this.#startTls('first-bytes'))) return
    for (let first = true; await this.#talk({ first }); first = false) {
      if (!(await this.#upgrade())) return
    }
    // Strayed, or through with TLS and still there.
    if (this.#below && (this.#below.strayed || !this.#clientIsGone)) await this.#hearOut(this.#below)
  }

  /** One phase of the dialogue. True when it ended with an upgrade to TLS. */
  async #talk({ first }: { readonly first: boolean }): Promise<boolean> {
    const session = this.#open({ push: (make) => this.#pushes.add(make), first })
    if (this.#kept) session.adopt?.(this.#kept)
    this.#kept = undefined
    try {
      const { dialect } = this.#host
      if (first && (await this.#isOneTooMany(dialect))) return false
      const responder = this.#answers.responder(session)
      const end = await runDialogue(dialect, session, this.#wire.input, responder, { greet: first })
      if (end === 'upgrade') {
        if (this.#answers.upgrade?.keep?.includes('session')) this.#kept = session
        return true
      }
      if (end === 'close' && (await this.#applyAt('closing')) === 'over') return false
      if (this.#idled) this.#pushes.add(() => [dialect.goodbye(session)])
      await this.#pushes.finished()
      if (end === 'hopeless') this.#wire.ended('limit', 'fin', 'line-limit')
      if (end === 'close') this.#wire.ended('server', 'fin')
      await this.#finish()
      return false
    } finally {
      session.close?.()
    }
  }

  #open(options: Omit<LinkOptions, 'binding'>): Session {
    const binding = this.#binding
    const link = openLink(this.#host, this.#behaviour, this.#recorder, this.#wire.phase, { ...options, binding })
    return this.#host.dialect.open(link)
  }

  /** Of more connections than are served at a time, this one is told so and closed. */
  async #isOneTooMany(dialect: Dialect): Promise<boolean> {
    const { concurrent } = this.#behaviour
    for (const part of this.#behaviour.startParts) this.#recorder.fired(part, 'greeting')
    if (concurrent === undefined || this.#host.open <= concurrent.most) return false
    this.#recorder.fired(concurrent.part, 'greeting')
    await this.#write(Buffer.from(dialect.refuse('unavailable', noRequest, 'greeting'), 'latin1'))
    this.#wire.ended('server', 'fin', concurrent.part)
    await this.#finish()
    return true
  }

  /**
   * Bytes behind STARTTLS never reach the session after TLS, unless a quirk says so: a ClientHello goes to TLS. Anything
   * else is dropped, and what it gave away is a fact.
   */
  async #upgrade(): Promise<boolean> {
    const { upgrade = {} } = this.#answers
    this.#recorder.mark('starttls')
    // TLS within TLS lies upon what is there.
    const lower = this.#wire.phase === 'tls' ? this.#wire.stream : undefined
    const surplus = this.#wire.detach()
    const isHello = surplus[0] === 0x16
    if (isHello) (lower ?? this.#raw).unshift(surplus)
    else this.#recorder.surplus(surplus)
    const keeps = !isHello && upgrade.keep?.includes('input')
    // Unless TLS comes behind it, more of the same may come, and belongs to it.
    if (!isHello && !keeps) this.#wire.input.push(surplus)
    const begun = await this.#startTls(isHello && this.#spokeAhead ? 'before-reply' : 'after-reply', {
      lower,
      certificate: upgrade.certificate,
    })
    if (begun && keeps) this.#wire.input.push(surplus)
    return begun
  }

  /** Whether the dialogue goes on: inside TLS, or in clear where a quirk says so. */
  async #startTls(at: ClientHelloRecord['at'], { lower, certificate }: Laid = {}): Promise<boolean> {
    const raw = lower === undefined ? this.#raw : (lower as Socket)
    // A half-open socket would show the commonest refusal, a close without an alert, only when the handshake times out.
    this.#raw.allowHalfOpen = false
    const { handshake: timeout } = this.#host.limits
    const first = await readClientHello(raw, timeout)
    this.#idle.restart()
    if (first.kind === 'client-hello') {
      this.#recorder.clientHello(first.message, at)
      this.record.handshake.result = 'started'
    } else {
      if (first.bytes.length > 0) this.#recorder.received('clear', first.bytes)
      this.#wire.input.push(first.bytes)
    }
    if (first.kind !== 'client-hello' && first.kind !== 'other') {
      noteNoClientHello(first.kind, this.#recorder)
      await this.#overhear(this.#wire.takeInput())
      return false
    }
    const serverName = serverNameOf(first)
    const how = await this.#applyAt('client-hello', () => this.#quirks.answerName(serverName))
    if (how === 'over') return false
    if (how === 'stay-in-clear') return this.#goOnInClear()
    for (const part of this.#behaviour.tlsParts) this.#recorder.fired(part, 'handshake')
    const engine = this.#host.engine(this.record.nth, serverName, certificate)
    const end = await engine.accept(raw, first, {
      timeout,
      hearsBelow: lower !== undefined || this.#behaviour.hearsBelow,
    })
    // Below TLS within TLS there is no clear text, but Node wants a stream of its own there.
    this.#below = lower ? null : end.below
    const stream = noteHandshake(end, this.#recorder)
    if (!stream) {
      if (this.#below) await this.#hearOut(this.#below)
      return false
    }
    this.#binding = (kind) => ('binding' in end ? end.binding?.(kind) : undefined)
    this.#idle.restart()
    await this.#overhear(this.#wire.takeInput())
    this.#wire.attach(stream, 'tls', end.facts)
    return (await this.#applyAt('after-tls')) !== 'over'
  }

  /** What came of a ClientHello is no handshake: its octets are gone, and what stands behind them is text. */
  #goOnInClear(): true {
    const records = new TlsRecords()
    records.push(this.#raw.read() ?? Buffer.alloc(0))
    this.#wire.attach(this.#raw, 'clear')
    this.#wire.input.push(records.rest)
    return true
  }

  /** TLS is over, and what the client goes on to say in clear, on the same connection, is understood all the same. */
  async #hearOut(below: Below): Promise<void> {
    const stray = below.release()
    if (this.#wire.phase === 'tls') this.#wire.takeInput()
    this.#wire.attach(this.#raw, 'clear')
    if (stray.length > 0) {
      this.#recorder.received('clear', stray)
      this.#wire.input.push(stray)
    }
    if (this.#clientIsGone) this.#wire.input.end()
    // As servers do that have failed, it closes.
    await this.#finish()
  }

  get #clientIsGone(): boolean {
    return this.#raw.readableEnded || this.#raw.destroyed
  }

  /** What is said in clear where nobody answers, to its end. */
  async #overhear(input: Input): Promise<void> {
    // Most clients have nothing more to say, and a session takes a while to open.
    if (!input.over) await input.arrival()
    if (input.over) return
    const session = this.#open({ push: () => {}, first: false })
    try {
      await overhear(this.#host.dialect, session, input, this.#answers.listener)
    } finally {
      session.close?.()
    }
  }

  /**
   * Plays the effects of a moment that is no reply, and tells how it goes on. What else has to be played there comes second.
   */
  async #applyAt(hook: Hook, second?: () => Promise<Applied> | undefined): Promise<Course> {
    const playing = this.#quirks.applyAt([hook], nothingToSay, noRequest) ?? second?.()
    const next = playing && (await playing).next
    if (next === 'stop') await this.#finish()
    else if (this.#quirks.muted && !this.#wire.attached) {
      // Nothing is sent any more; what the client still says is recorded.
      this.#wire.attach(this.#raw, 'clear')
      await this.#overhear(this.#wire.input)
    } else if (!this.#raw.destroyed) return next === 'upgrade' || next === 'stay-in-clear' ? next : 'on'
    return 'over'
  }

  #answering(): Answering {
    const wire = this.#wire
    return {
      dialect: this.#host.dialect,
      recorder: this.#recorder,
      get phase() {
        return wire.phase
      },
      answer: (give) => this.#pushes.answer(give),
      write: (pieces) => wire.inChunks(pieces, (bytes) => this.#write(bytes)),
    }
  }

  #controls(): ConnectionControls {
    const self = this
    const raw = this.#raw
    const wire = this.#wire
    return {
      get gone() {
        return raw.destroyed
      },
      get phase() {
        return wire.phase
      },
      get state() {
        return self.#answers.state
      },
      write: (bytes) => this.#write(bytes),
      rest: (ms) => wire.rest(ms),
      hears: (ms) => wire.hears(ms),
      close: (how, part) => wire.end(how, part),
    }
  }

  /**
   * Closes our direction, and understands what the client says until it has closed its own or has had its time. A socket
   * that were closed with bytes unread would send an RST in place of the FIN.
   */
  async #finish(): Promise<void> {
    if (this.#raw.destroyed && !this.#wire.attached) return
    if (!this.#wire.attached) this.#wire.attach(this.#raw, 'clear')
    await Promise.all([this.#overhear(this.#wire.input), this.#wire.finish()])
  }

  #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return Promise.resolve()
    // Only the first octet of the answer tells a client that it may go on.
    if (this.#answers.answersStartTls) this.#spokeAhead = this.#wire.input.length > 0
    this.#answers.answersStartTls = false
    this.#recorder.replied(bytes)
    return this.#wire.write(bytes)
  }

  readonly #whenIdle = (): void => {
    this.#idled = true
    this.#wire.ended('limit', 'timeout', 'idle')
    this.#wire.giveUp()
    // A client that does not read either leaves the dialogue waiting to write.
    clock.setTimeout(() => this.destroy('idle'), 2 * lingerMs).unref()
  }
}
