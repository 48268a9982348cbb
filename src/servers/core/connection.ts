import type { Socket } from 'node:net'
import type { Hook } from '../../scenarios/vocabulary.ts'
import { alertInClear, alertReceived } from './alerts.ts'
import type { Behaviour } from './behaviour.ts'
import { readClientHello } from './client-hello.ts'
import { clock, pauseOr } from './clock.ts'
import type { Dialect, Link, Request, Session } from './dialect.ts'
import { type Answer, runDialogue, type Stage } from './dialogue.ts'
import { noteNoClientHello, shakeHands } from './handshake.ts'
import { IdleTimer } from './idle.ts'
import { Input } from './input.ts'
import { type LinkOwner, openLink } from './link.ts'
import { type Outcome, piecesOf } from './outcome.ts'
import { chunksOf, type Pieces } from './pieces.ts'
import type { Cue } from './player.ts'
import { Pushes } from './pushes.ts'
import { type Place, Quirks, type Wings } from './quirks.ts'
import type { ClientHelloRecord, ConnectionRecord, Phase } from './record.ts'
import type { Recorder } from './recorder.ts'
import type { TlsTerminator } from './tls.ts'
import { lingerMs, Transport } from './transport.ts'

/** Milliseconds. */
export interface Limits {
  /** Without a byte from the client. Default 600,000. */
  readonly idle: number
  /** From the start of TLS to the client's Finished. Default 30,000. */
  readonly handshake: number
}

/** What a connection needs of the endpoint that accepted it. */
export interface ConnectionHost extends LinkOwner {
  readonly dialect: Dialect
  readonly limits: Limits
  /** The TLS server for this connection, made when it is first asked for. */
  terminator(nth: number): TlsTerminator
}

/** Milliseconds for the commands of a client that is gone. */
const afterlifeMs = 500

/** From TCP accept to close. Rejects for a defect of ours only, never because of what the client does. */
export class Connection {
  readonly record: ConnectionRecord
  readonly #raw: Socket
  readonly #host: ConnectionHost
  readonly #behaviour: Behaviour
  readonly #recorder: Recorder
  readonly #input = new Input()
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
  readonly #pushes = new Pushes(async (pieces) => {
    if (!this.#quirks.muted) await this.#writeAll(pieces, (bytes) => this.#transport?.write(bytes))
  })
  /** The dialogue's state when the command that is answered came in. */
  #state = ''

  constructor(raw: Socket, host: ConnectionHost, behaviour: Behaviour, recorder: Recorder) {
    this.#raw = raw
    this.#host = host
    this.#behaviour = behaviour
    this.#recorder = recorder
    this.record = recorder.record
    this.#quirks = new Quirks(behaviour, recorder, placeOf(host), this.#wings())
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
    if (!(await this.#strike('accept'))) return
    if (speaks) this.#recorder.fired(speaks.part, 'accept')
    if (first === 'clear') this.#attach(this.#raw, 'clear')
    else if (!(await this.#startTls('first-bytes'))) return
    for (let greet = true; await this.#talk({ greet }); greet = false) {
      if (!(await this.#upgrade())) return
    }
  }

  /** One phase of the dialogue. True when it ended with an upgrade to TLS. */
  async #talk({ greet }: { readonly greet: boolean }): Promise<boolean> {
    const { dialect } = this.#host
    const push: Link['push'] = (make) => this.#pushes.add(make)
    const session = dialect.open(openLink(this.#host, this.#behaviour, this.#recorder, this.#phase, push))
    try {
      const end = await runDialogue(dialect, session, this.#input, this.#stage(session), { greet })
      if (end === 'upgrade') return true
      if (this.#idled) this.#pushes.add(() => [dialect.goodbye(session)])
      await this.#pushes.finished()
      if (end === 'hopeless') this.#end('limit', 'fin', 'line-limit')
      if (end === 'close') this.#end('server', 'fin')
      await this.#transport?.finish()
      return false
    } finally {
      session.close?.()
    }
  }

  /** Bytes behind STARTTLS never reach the session after TLS: a ClientHello goes to TLS, anything else is dropped. */
  async #upgrade(): Promise<boolean> {
    this.#recorder.mark('starttls')
    this.#transport?.detach()
    this.#transport = undefined
    const surplus = this.#input.drain()
    const early = surplus[0] === 0x16
    if (early) this.#raw.unshift(surplus)
    else this.record.starttls.surplus += surplus.toString('latin1')
    return this.#startTls(early ? 'before-reply' : 'after-reply')
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
    } else if (first.kind === 'other') {
      this.#recorder.received('clear', first.bytes)
    } else {
      noteNoClientHello(first.kind, this.#recorder)
      return false
    }
    if (!(await this.#strike('client-hello')) || !(await this.#strike('handshake'))) return false
    for (const part of this.#behaviour.tlsParts) this.#recorder.fired(part, 'handshake')
    const socket = await shakeHands(this.#raw, this.#host.terminator(this.record.nth), this.#recorder, timeout)
    if (!socket) return false
    socket.on('error', () => {})
    this.#idle.restart()
    this.#attach(socket, 'tls')
    return this.#strike('after-tls')
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
        if (error) this.record.handshake.alertReceived ??= alertReceived(error)
        this.#end('client', how, error?.message.trim())
        this.#endWaiting()
        // What it said last is a fact, and answers that nobody gets are worth no more than this.
        if (gone) clock.setTimeout(() => this.#input.drain(), afterlifeMs).unref()
      },
    })
  }

  #stage(session: Session): Stage {
    return {
      heard: ({ verb, line, tag }, action) => {
        this.#state = session.state
        this.#recorder.command(this.#phase, { verb, action, line: line.toString('latin1'), ...(tag && { tag }) })
        if (action === 'starttls') this.record.starttls.requested++
      },
      respond: (answer) => this.#pushes.answer(() => this.#respond(answer)),
    }
  }

  async #respond(answer: Answer): Promise<Outcome['next'] | 'stop'> {
    if (answer.action === 'greeting') this.#recorder.mark('greeting')
    else await this.#quirks.holdAnswer()
    if (this.#quirks.muted) return 'command'
    const { outcome, action, request = noRequest } = answer
    const cue: Cue = { outcome, refuse: (as) => this.#host.dialect.refuse(as, request) }
    const hook = hookOf(action)
    const played = hook && (await this.#quirks.playAt(hook, cue, request))
    if (played && action === 'starttls') this.record.starttls.refused = played.refused
    if (played) return played.next
    outcome.commit?.()
    if (action === 'starttls') this.record.starttls.refused = outcome.next !== 'upgrade'
    await this.#writeAll(piecesOf(outcome.send), (bytes) => this.#write(bytes))
    return outcome.next
  }

  /** Plays the effects of a moment that is no reply. False when the connection is over. */
  async #strike(hook: Hook): Promise<boolean> {
    const cue: Cue = { outcome: { send: '', next: 'command' }, refuse: () => '' }
    const played = await this.#quirks.playAt(hook, cue, noRequest)
    if (played?.next === 'stop') await this.#finish()
    else if (this.#quirks.muted && !this.#transport) await this.#listen()
    else return !this.#raw.destroyed
    return false
  }

  #wings(): Wings {
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
        return self.#state
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

  /** Lets a FIN of ours arrive: a socket that is closed with bytes unread sends an RST in its place. */
  async #finish(): Promise<void> {
    if (this.#transport) return this.#transport.finish()
    if (this.#raw.destroyed) return
    this.#raw.resume()
    await pauseOr(lingerMs, this.#over)
  }

  /** Nothing is sent any more; what the client still sends is recorded. */
  async #listen(): Promise<void> {
    this.#attach(this.#raw, 'clear')
    while ((await this.#input.literal(1)) !== 'eof') this.#input.drain()
  }

  /** Before a transport is attached, bytes go to the TCP socket itself. */
  async #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
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

const placeOf = ({ protocol, mode, servername }: ConnectionHost): Place => ({ protocol, mode, servername })

const noRequest: Request = { verb: '', args: '', tag: '', line: Buffer.alloc(0) }

/** The hook of an action's reply. */
function hookOf(action: Answer['action']): Hook | undefined {
  if (action === 'greeting') return 'greeting'
  return action === 'continued' ? undefined : `command:${action}`
}
