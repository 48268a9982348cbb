import type { Socket } from 'node:net'
import { clock, pauseOr } from '../../clock.ts'
import type { ClientHelloRecord, ConnectionRecord, Phase } from '../../record/record.ts'
import type { Hook } from '../../scenarios/vocabulary.ts'
import { alertInClear } from '../../tls/alerts.ts'
import { readClientHello, serverNameOf } from '../../tls/client-hello.ts'
import { type Answering, Answers, noRequest } from './answers.ts'
import type { PlannedReply } from './apply-effects.ts'
import type { Behaviour } from './behaviour.ts'
import type { Link } from './dialect.ts'
import { overhear, runDialogue } from './dialogue.ts'
import { noteAlert, noteNoClientHello, shakeHands } from './handshake.ts'
import { type ConnectionHost, placeOf } from './host.ts'
import { IdleTimer } from './idle.ts'
import { Input } from './input.ts'
import { openLink } from './link.ts'
import { chunksOf, type Pieces } from './pieces.ts'
import { Pushes } from './pushes.ts'
import { type ConnectionControls, Quirks } from './quirks.ts'
import type { Recorder } from './recorder.ts'
import { Tap } from './tap.ts'
import { lingerMs, Transport } from './transport.ts'

/** Milliseconds for the commands of a client that is gone. */
const afterlifeMs = 500

/** From TCP accept to close. Rejects for a defect of ours only, never because of what the client does. */
export class Connection {
  readonly record: ConnectionRecord
  readonly #raw: Socket
  readonly #host: ConnectionHost
  readonly #behaviour: Behaviour
  readonly #recorder: Recorder
  #input = new Input()
  /** Between TLS and the socket, where what is said in clear below TLS must be heard. */
  #below: Tap | undefined
  /** Whether the client had said more when the first answer to STARTTLS began to leave. */
  #spokeAhead = false
  #transport: Transport | undefined
  #phase: Phase = 'clear'
  readonly #quirks: Quirks
  #idled = false
  readonly #idle: IdleTimer
  /** Set while an RST is on its way: nothing else may touch the socket, or Node reads freed memory under TLS. */
  #resetting: Promise<void> | undefined
  /** Resolves when there is nobody to wait for any more. */
  readonly #over: Promise<void>
  #endWaiting: () => void = () => {}
  readonly #answers: Answers
  readonly #pushes = new Pushes(async (pieces) => {
    if (!this.#quirks.muted) await this.#writeAll(pieces, (bytes) => this.#transport?.write(bytes))
  })

  constructor(raw: Socket, host: ConnectionHost, behaviour: Behaviour, recorder: Recorder) {
    this.#raw = raw
    this.#host = host
    this.#behaviour = behaviour
    this.#recorder = recorder
    this.record = recorder.record
    this.#quirks = new Quirks(behaviour, recorder, placeOf(host), this.#controls())
    this.#answers = new Answers(this.#answering(), this.#quirks)
    this.#idle = new IdleTimer(host.limits.idle, this.#whenIdle)
    // Between two owners of the socket an error would otherwise have no listener.
    raw.on('error', () => {})
    this.#over = new Promise((resolve) => {
      this.#endWaiting = resolve
    })
    raw.on('close', this.#endWaiting)
  }

  async run(): Promise<void> {
    try {
      this.#raw.setNoDelay(true)
      this.#idle.restart()
      await this.#converse()
    } finally {
      this.#idle.stop()
      await this.#resetting
      this.#transport?.destroy()
      this.#raw.destroy()
      this.#recorder.ended({ by: 'server', how: 'fin', closeNotify: 'unknown' })
    }
  }

  /** Ends it at once, from outside. */
  destroy(why: string): void {
    this.#recorder.ended({ by: 'server', how: 'rst', closeNotify: 'unknown', why })
    this.#endWaiting()
    this.#input.end()
    this.#input.drain()
    if (this.#resetting) return
    this.#transport?.destroy()
    this.#raw.destroy()
  }

  async #converse(): Promise<void> {
    const { speaks } = this.#behaviour
    const first = speaks?.what ?? (this.#host.mode === 'implicit' ? 'tls' : 'clear')
    if (!(await this.#applyAt('accept'))) return
    if (speaks) this.#recorder.fired(speaks.part, 'accept')
    if (first === 'clear') this.#attach(this.#raw, 'clear')
    else if (!(await this.#startTls('first-bytes'))) return
    for (let greet = true; await this.#talk({ greet }); greet = false) {
      if (!(await this.#upgrade())) return
    }
    // Strayed, or through with TLS and still there.
    if (this.#below && (this.#below.strayed || !this.#below.ended)) await this.#hearOut(this.#below)
  }

  /** One phase of the dialogue. True when it ended with an upgrade to TLS. */
  async #talk({ greet }: { readonly greet: boolean }): Promise<boolean> {
    const { dialect } = this.#host
    const push: Link['push'] = (make) => this.#pushes.add(make)
    const session = dialect.open(openLink(this.#host, this.#behaviour, this.#recorder, this.#phase, push))
    try {
      const end = await runDialogue(dialect, session, this.#input, this.#answers.responder(session), { greet })
      if (end === 'upgrade') return true
      if (this.#idled) this.#pushes.add(() => [dialect.goodbye(session)])
      await this.#pushes.finished()
      if (end === 'hopeless') this.#end('limit', 'fin', 'line-limit')
      if (end === 'close') this.#end('server', 'fin')
      await this.#finish()
      return false
    } finally {
      session.close?.()
    }
  }

  /**
   * Bytes behind STARTTLS never reach the session after TLS: a ClientHello goes to TLS. Anything else is dropped, and what
   * it gave away is a fact.
   */
  async #upgrade(): Promise<boolean> {
    this.#recorder.mark('starttls')
    this.#transport?.detach()
    this.#transport = undefined
    const surplus = this.#input.drain()
    const isHello = surplus[0] === 0x16
    if (isHello) this.#raw.unshift(surplus)
    else this.#recorder.surplus(surplus)
    // Unless TLS comes behind it, more of the same may come, and belongs to it.
    if (!isHello) this.#input.push(surplus)
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
      this.#input.push(first.bytes)
      if (first.kind !== 'other') {
        noteNoClientHello(first.kind, this.#recorder)
        await this.#overhearRest()
        return false
      }
    }
    if (!(await this.#applyAt('client-hello')) || !(await this.#applyAt('handshake'))) return false
    for (const part of this.#behaviour.tlsParts) this.#recorder.fired(part, 'handshake')
    const terminator = this.#host.terminator(this.record.nth, serverNameOf(first))
    if (first.kind === 'other') this.#below = new Tap(this.#raw, first.bytes)
    else if (this.#behaviour.tapped) this.#below = new Tap(this.#raw)
    const socket = await shakeHands(this.#raw, this.#below, terminator, this.#recorder, timeout)
    if (!socket) {
      if (this.#below) await this.#hearOut(this.#below)
      return false
    }
    socket.on('error', () => {})
    this.#idle.restart()
    await this.#overhearRest()
    this.#attach(socket, 'tls')
    return this.#applyAt('after-tls')
  }

  /** TLS is over, and what the client goes on to say in clear, on the same connection, is understood all the same. */
  async #hearOut(below: Tap): Promise<void> {
    below.release()
    if (this.#phase === 'tls') this.#input = new Input()
    this.#attach(this.#raw, 'clear')
    if (below.stray.length > 0) {
      this.#recorder.received('clear', below.stray)
      this.#input.push(below.stray)
    }
    if (below.ended || this.#raw.destroyed) this.#input.end()
    // As servers do that have failed, it closes.
    await this.#finish()
  }

  /** Nothing is sent any more; what the client still says is recorded. */
  async #listen(): Promise<void> {
    this.#attach(this.#raw, 'clear')
    await this.#overhear(this.#input)
  }

  /** What was said in clear, and has come to its end. */
  async #overhearRest(): Promise<void> {
    const rest = this.#input
    this.#input = new Input()
    rest.end()
    await this.#overhear(rest)
  }

  async #overhear(input: Input): Promise<void> {
    // Most clients have nothing more to say, and a session takes a while to open.
    await input.arrival()
    if (input.over) return
    const { dialect } = this.#host
    const session = dialect.open(openLink(this.#host, this.#behaviour, this.#recorder, this.#phase, () => {}))
    try {
      await overhear(dialect, session, input, this.#answers.listener)
    } finally {
      session.close?.()
    }
  }

  #attach(stream: ConstructorParameters<typeof Transport>[0], phase: Phase): void {
    this.#phase = phase
    this.#transport = new Transport(stream, phase, this.#input, {
      received: (of, bytes) => {
        this.#idle.restart()
        this.#recorder.received(of, bytes)
        if (of === 'clear') this.record.handshake.alertReceived ??= alertInClear(bytes)
      },
      sent: (of, bytes) => this.#recorder.sent(of, bytes),
      ended: ({ how, error, gone }) => {
        if (error) noteAlert(this.record.handshake, error)
        this.#end('client', how, error?.message.trim())
        this.#endWaiting()
        // What it said last is a fact, and answers that nobody gets are worth no more than this.
        if (gone) clock.setTimeout(() => this.#input.drain(), afterlifeMs).unref()
      },
    })
  }

  /** Plays the effects of a moment that is no reply. False when the connection is over. */
  async #applyAt(hook: Hook): Promise<boolean> {
    const planned: PlannedReply = { result: { send: '', next: 'command' }, refuse: () => '' }
    const applied = await this.#quirks.applyAt(hook, planned, noRequest)
    if (applied?.next === 'stop') await this.#finish()
    else if (this.#quirks.muted && !this.#transport) await this.#listen()
    else return !this.#raw.destroyed
    return false
  }

  #answering(): Answering {
    const self = this
    return {
      dialect: this.#host.dialect,
      recorder: this.#recorder,
      get phase() {
        return self.#phase
      },
      answer: (give) => this.#pushes.answer(give),
      write: (pieces) => this.#writeAll(pieces, (bytes) => this.#write(bytes)),
    }
  }

  #controls(): ConnectionControls {
    const self = this
    const raw = this.#raw
    return {
      get gone() {
        return raw.destroyed
      },
      get phase() {
        return self.#phase
      },
      get state() {
        return self.#answers.state
      },
      write: (bytes) => this.#write(bytes),
      rest: (ms) => {
        this.#transport?.listen()
        return pauseOr(ms, this.#over)
      },
      hears: async (ms) => {
        await pauseOr(ms, Promise.race([this.#input.arrival(), this.#over]))
        return this.#input.length > 0
      },
      close: async (how, part) => {
        if (how === 'half') return this.#transport ? this.#transport.halfClose() : void raw.end()
        this.#end('server', how, part)
        if (how === 'fin') raw.end()
        else await this.#reset()
      },
    }
  }

  #reset(): Promise<void> {
    this.#resetting ??= new Promise((resolve) => {
      if (this.#raw.destroyed) return resolve()
      this.#raw.once('close', () => resolve())
      this.#raw.resetAndDestroy()
    })
    return this.#resetting
  }

  /**
   * Closes our direction, and understands what the client says until it has closed its own or has had its time. A socket
   * that were closed with bytes unread would send an RST in place of the FIN.
   */
  async #finish(): Promise<void> {
    if (this.#raw.destroyed && !this.#transport) return
    if (!this.#transport) this.#attach(this.#raw, 'clear')
    await Promise.all([this.#overhear(this.#input), this.#transport?.finish()])
  }

  /** Before a transport is attached, bytes go to the TCP socket itself. */
  async #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
    // Only the first octet of the answer tells a client that it may go on.
    if (this.#answers.answersStartTls) this.#spokeAhead = this.#input.length > 0
    this.#answers.answersStartTls = false
    this.#recorder.replied(bytes)
    if (this.#transport) return this.#transport.write(bytes)
    this.#recorder.sent('clear', bytes)
    await new Promise<void>((resolve) => this.#raw.write(bytes, () => resolve()))
  }

  /** No further than the client reads. */
  async #writeAll(pieces: Pieces, write: (bytes: Buffer) => Promise<void> | undefined): Promise<void> {
    for await (const chunk of chunksOf(pieces)) {
      await write(chunk)
      if (this.#raw.destroyed) return
    }
  }

  #end(by: 'client' | 'server' | 'limit', how: 'fin' | 'rst' | 'timeout' | 'error', why?: string): void {
    this.#recorder.ended({ by, how, closeNotify: 'unknown', ...(why && { why }) })
  }

  readonly #whenIdle = (): void => {
    this.#idled = true
    this.#end('limit', 'timeout', 'idle')
    this.#endWaiting()
    this.#input.end()
    // A client that does not read either leaves the dialogue waiting to write.
    clock.setTimeout(() => this.destroy('idle'), 2 * lingerMs).unref()
  }
}
