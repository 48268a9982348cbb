import type { Socket } from 'node:net'
import { clock } from '../../clock.ts'
import type { ClientHelloRecord, ConnectionRecord } from '../../record/record.ts'
import type { Hook } from '../../scenarios/vocabulary.ts'
import { readClientHello, serverNameOf } from '../../tls/client-hello.ts'
import type { Below } from '../../tls/engine.ts'
import { type Answering, Answers, noRequest } from './answers.ts'
import type { PlannedReply } from './apply-effects.ts'
import type { Behaviour } from './behaviour.ts'
import type { Link, Session } from './dialect.ts'
import { overhear, type Responder, runDialogue } from './dialogue.ts'
import { noteHandshake, noteNoClientHello } from './handshake.ts'
import { type ConnectionHost, placeOf } from './host.ts'
import { IdleTimer } from './idle.ts'
import type { Input } from './input.ts'
import { openLink } from './link.ts'
import { Pushes } from './pushes.ts'
import { type ConnectionControls, Quirks } from './quirks.ts'
import type { Recorder } from './recorder.ts'
import { lingerMs } from './transport.ts'
import { Wire } from './wire.ts'

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
  /** Whether the client had said more when the first answer to STARTTLS began to leave. */
  #spokeAhead = false

  constructor(raw: Socket, host: ConnectionHost, behaviour: Behaviour, recorder: Recorder) {
    this.#raw = raw
    this.#host = host
    this.#behaviour = behaviour
    this.#recorder = recorder
    this.record = recorder.record
    this.#wire = new Wire(raw, recorder, () => this.#idle.restart())
    this.#quirks = new Quirks(behaviour, recorder, placeOf(host), this.#controls())
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
    const { speaks } = this.#behaviour
    const first = speaks?.what ?? (this.#host.mode === 'implicit' ? 'tls' : 'clear')
    if (!(await this.#applyAt('accept'))) return
    if (speaks) this.#recorder.fired(speaks.part, 'accept')
    if (first === 'clear') this.#wire.attach(this.#raw, 'clear')
    else if (!(await this.#startTls('first-bytes'))) return
    for (let greet = true; await this.#talk({ greet }); greet = false) {
      if (!(await this.#upgrade())) return
    }
    // Strayed, or through with TLS and still there.
    if (this.#below && (this.#below.strayed || !this.#clientIsGone)) await this.#hearOut(this.#below)
  }

  /** One phase of the dialogue. True when it ended with an upgrade to TLS. */
  async #talk({ greet }: { readonly greet: boolean }): Promise<boolean> {
    const session = this.#open((make) => this.#pushes.add(make))
    try {
      const { dialect } = this.#host
      const end = await runDialogue(dialect, session, this.#wire.input, this.#answers.responder(session), { greet })
      if (end === 'upgrade') return true
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

  #open(push: Link['push']): Session {
    return this.#host.dialect.open(openLink(this.#host, this.#behaviour, this.#recorder, this.#wire.phase, push))
  }

  /**
   * Bytes behind STARTTLS never reach the session after TLS: a ClientHello goes to TLS. Anything else is dropped, and what
   * it gave away is a fact.
   */
  async #upgrade(): Promise<boolean> {
    this.#recorder.mark('starttls')
    const surplus = this.#wire.detach()
    const isHello = surplus[0] === 0x16
    if (isHello) this.#raw.unshift(surplus)
    else this.#recorder.surplus(surplus)
    // Unless TLS comes behind it, more of the same may come, and belongs to it.
    if (!isHello) this.#wire.input.push(surplus)
    return this.#startTls(isHello && this.#spokeAhead ? 'before-reply' : 'after-reply')
  }

  async #startTls(at: ClientHelloRecord['at']): Promise<boolean> {
    // A half-open socket would show the commonest refusal, a close without an alert, only when the handshake times out.
    this.#raw.allowHalfOpen = false
    const { handshake: timeout } = this.#host.limits
    const first = await readClientHello(this.#raw, timeout)
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
    if (!(await this.#applyAt('client-hello')) || !(await this.#applyAt('handshake'))) return false
    for (const part of this.#behaviour.tlsParts) this.#recorder.fired(part, 'handshake')
    const engine = this.#host.engine(this.record.nth, serverNameOf(first))
    const end = await engine.accept(this.#raw, first, { timeout, hearsBelow: this.#behaviour.hearsBelow })
    this.#below = end.below
    const stream = noteHandshake(end, this.#recorder)
    if (!stream) {
      if (this.#below) await this.#hearOut(this.#below)
      return false
    }
    this.#idle.restart()
    await this.#overhear(this.#wire.takeInput())
    this.#wire.attach(stream, 'tls', end.facts)
    return this.#applyAt('after-tls')
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
    const session = this.#open(() => {})
    try {
      const heard: Responder['heard'] = (request, action) => this.#answers.heard(request, action)
      await overhear(this.#host.dialect, session, input, heard)
    } finally {
      session.close?.()
    }
  }

  /** Applies the effects of a moment that is no reply. False when the connection is over. */
  async #applyAt(hook: Hook): Promise<boolean> {
    const planned: PlannedReply = { result: { send: '', next: 'command' }, refuse: () => '' }
    const applied = await this.#quirks.applyAt(hook, planned, noRequest)
    if (applied?.next === 'stop') await this.#finish()
    else if (this.#quirks.muted && !this.#wire.attached) {
      // Nothing is sent any more; what the client still says is recorded.
      this.#wire.attach(this.#raw, 'clear')
      await this.#overhear(this.#wire.input)
    } else return !this.#raw.destroyed
    return false
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
