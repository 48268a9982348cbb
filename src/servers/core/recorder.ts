import { clock } from '../../clock.ts'
import { maxText } from '../../record/bounds.ts'
import { noHandshake } from '../../record/handshake.ts'
import type { ClientHelloRecord, CommandRecord, ConnectionRecord, FiredRecord, Phase } from '../../record/record.ts'
import { entryOctets, Transcript } from '../../record/transcript.ts'
import { parseClientHello } from '../../tls/client-hello.ts'
import type { ConnectionEnd, TlsFacts } from '../../tls/engine.ts'
import { forget, giveBack, type Kept, mayShrink, takeOctets } from './budget.ts'
import type { Capability, Credential } from './dialect.ts'
import { givesAway, shorten } from './facts.ts'

/** Facts of one kind that a connection keeps. */
const maxFacts = 4096

/** Octets of one kind of facts. */
const maxFactOctets = 512 * 1024

/** Facts of one kind that stay whatever comes later. */
const mostSaved = 16

/** Octets of commands that a record keeps without its transcript, of which they are a copy. */
const lastCommandOctets = 16 * 1024

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What is known of a connection when it is accepted. */
export type RecorderOptions = Pick<
  ConnectionRecord,
  'id' | 'nth' | 'scenario' | 'protocol' | 'mode' | 'host' | 'port' | 'remote'
>

/** Writes one connection's record as bytes and events pass. Facts are derived here, never from the kept transcript. */
export class Recorder implements Kept {
  readonly record: ConnectionRecord
  readonly #transcript = new Transcript()
  readonly #start = clock.now()
  #lastCommand: CommandRecord | undefined
  /** Octets of each list of facts. */
  readonly #factOctets = new Map<readonly unknown[], number>()
  /** How many of each list stay at its head. */
  readonly #saved = new Map<readonly unknown[], number>()
  /** Octets of each fact as it came: an answer may be added to it. */
  readonly #sizes = new WeakMap<object, number>()
  /** What of the process's octets is this record's. */
  #octets = 0
  #forgotten = false
  #hello: () => ClientHelloRecord | null = () => null

  constructor(options: RecorderOptions) {
    const transcript = this.#transcript
    const hello = (): ClientHelloRecord | null => this.#hello()
    // Named one by one: a spread in front of getters takes longer than all the rest of accepting a connection.
    const { id, nth, scenario, protocol, mode, host, port, remote } = options
    this.record = {
      id,
      nth,
      scenario,
      protocol,
      mode,
      host,
      port,
      remote,
      openedAt: new Date(clock.date()).toISOString(),
      times: {},
      bytes: { clearIn: 0, clearOut: 0, tlsIn: 0, tlsOut: 0 },
      get clientHello() {
        return hello()
      },
      handshake: noHandshake(),
      starttls: { requested: 0, refused: false, surplus: '' },
      capabilities: { clear: null, tls: null },
      commands: [],
      counts: { commands: 0, credentials: 0, messages: 0 },
      credentials: [],
      identities: [],
      envelopes: [],
      messages: [],
      injected: [],
      held: [],
      fired: [],
      defect: null,
      end: null,
      get transcript() {
        return transcript.entries
      },
      cut: false,
    }
  }

  /** Milliseconds since accept, to a tenth. */
  get at(): number {
    return Math.round((clock.now() - this.#start) * 10) / 10
  }

  mark(time: keyof ConnectionRecord['times']): void {
    this.record.times[time] ??= this.at
  }

  clientHello(message: Buffer, at: ClientHelloRecord['at']): void {
    this.mark('clientHello')
    this.#takeAnyway(message.length)
    let parsed: ClientHelloRecord | null | undefined
    this.#hello = () => {
      if (parsed === undefined) parsed = parseClientHello(message, at)
      return parsed
    }
  }

  /** What the engine goes on to find out is in the record from now on. */
  handshake({ handshake, shown }: TlsFacts): void {
    const record: Mutable<ConnectionRecord> = this.record
    record.handshake = handshake
    if (shown !== null) this.fired(shown, 'certificate')
  }

  received(phase: Phase, bytes: Buffer): void {
    if (phase === 'tls') this.mark('firstApplicationData')
    this.record.bytes[phase === 'tls' ? 'tlsIn' : 'clearIn'] += bytes.length
    this.#kept('client', phase, bytes)
  }

  sent(phase: Phase, bytes: Buffer): void {
    this.record.bytes[phase === 'tls' ? 'tlsOut' : 'clearOut'] += bytes.length
    this.#kept('server', phase, bytes)
  }

  command(phase: Phase, command: Omit<CommandRecord, 'at' | 'phase'>): void {
    this.record.counts.commands++
    const entry = { at: this.at, phase, ...command }
    this.#lastCommand = entry
    this.#push(this.record.commands, entry)
  }

  /** Notes the first line of what the newest command was answered. */
  replied(bytes: Buffer): void {
    const command = this.#lastCommand
    if (!command || command.reply !== undefined) return
    const end = bytes.indexOf('\r\n')
    command.reply = bytes.toString('latin1', 0, Math.min(end < 0 ? bytes.length : end, 512))
  }

  shown(phase: Phase, capabilities: readonly Capability[]): void {
    this.record.capabilities[phase] = capabilities.map(({ text }) => text)
  }

  /** Notes a credential; to be told when the server has said yes to it. */
  credential(phase: Phase, { kind, mechanism, user, secret }: Credential): () => void {
    this.record.counts.credentials++
    const offered = this.#isOffered(phase, mechanism)
    const entry = { at: this.at, phase, kind, mechanism, user, secret, accepted: false, offered }
    this.#push(this.record.credentials, entry)
    return () => {
      entry.accepted = true
    }
  }

  #isOffered(phase: Phase, mechanism: string): boolean | null {
    const { protocol, capabilities } = this.record
    const shown = capabilities[phase]
    // APOP is offered by the greeting.
    if (!shown || mechanism === 'APOP') return null
    if (protocol === 'pop3' && mechanism === 'USER/PASS') return shown.includes('USER')
    if (protocol === 'imap' && mechanism === 'LOGIN') return !shown.includes('LOGINDISABLED')
    return shown.some((text) => /^(?:AUTH|SASL)[ =]/.test(text) && text.split(/[ =]/).includes(mechanism))
  }

  identity(phase: Phase, name: string): void {
    this.#push(this.record.identities, { at: this.at, phase, name })
  }

  envelope(phase: Phase, from: string, to: readonly string[]): void {
    this.#push(this.record.envelopes, { at: this.at, phase, from, to })
  }

  message(
    phase: Phase,
    message: { via: 'DATA' | 'APPEND'; size: number; from?: string; to?: readonly string[] },
  ): void {
    this.record.counts.messages++
    this.#push(this.record.messages, { at: this.at, phase, ...message })
  }

  /** Something of ours went wrong, or of a part of the user's own: this connection says nothing of the client. */
  defect(error: unknown): void {
    this.record.defect ??= error instanceof Error ? error.message : String(error)
  }

  /** That there was something behind STARTTLS is what counts; its beginning is kept. */
  surplus(bytes: Buffer): void {
    this.record.starttls.surplus = bytes.toString('latin1', 0, maxText)
    this.record.cut ||= bytes.length > maxText
  }

  injected(phase: Phase, bytes: Buffer): void {
    this.#push(this.record.injected, { at: this.at, phase, text: bytes.toString('latin1') })
  }

  /** An answer that was kept back since then is sent now. */
  held(since: number, spokeOn: boolean): void {
    this.#push(this.record.held, { at: since, ms: Math.round((this.at - since) * 10) / 10, spokeOn })
  }

  fired(part: string, where: FiredRecord['where']): void {
    const { fired } = this.record
    if (fired.some((earlier) => earlier.part === part && earlier.where === where)) return
    fired.push({ at: this.at, part, where })
  }

  ended(end: ConnectionEnd): void {
    if (this.record.end) return
    this.mark('ended')
    this.record.end = end
  }

  /** Whoever ended the connection, the client may have closed TLS properly. */
  closeNotify(closeNotify: ConnectionEnd['closeNotify']): void {
    const { end } = this.record
    if (end?.closeNotify === 'unknown') this.record.end = { ...end, closeNotify }
  }

  /** Nothing more is written, and the transcript may be dropped for newer ones. */
  over(): void {
    if (!this.#forgotten) mayShrink(this)
  }

  /** Whoever still has the record keeps it for himself. */
  release(): void {
    this.#forgotten = true
    forget(this)
    giveBack(this.#octets)
    this.#octets = 0
  }

  /** Facts stay, and of the commands, which say what the transcript says, the newest. */
  shrink(): number {
    const before = this.#octets
    const { size } = this.#transcript
    this.#transcript.clear()
    this.record.cut ||= size > 0
    const { commands } = this.record
    this.#octets += this.#bound(commands, lastCommandOctets) - size
    return before - this.#octets
  }

  #kept(from: 'client' | 'server', phase: Phase, bytes: Buffer): void {
    const transcript = this.#transcript
    const before = transcript.size
    const most = bytes.length + 2 * entryOctets
    if (!this.#forgotten && !takeOctets(most)) {
      this.record.cut = true
      return
    }
    transcript.add(this.at, from, phase, bytes)
    if (transcript.cut) this.record.cut = true
    if (this.#forgotten) return
    const added = transcript.size - before
    giveBack(most - added)
    this.#octets += added
  }

  /** The newest facts are kept: what a connection did last is what tells how it ended. */
  #push<T extends object>(list: readonly T[], fact: T): void {
    const facts = list as Mutable<T[]> as T[]
    const size = shorten(fact, () => {
      this.record.cut = true
    })
    facts.push(fact)
    this.#sizes.set(fact, size)
    this.#factOctets.set(list, (this.#factOctets.get(list) ?? 0) + size)
    this.#takeAnyway(size + this.#bound(facts, maxFactOctets))
  }

  /**
   * Drops the oldest beyond so many octets, or too many, but for the first that gave something away in clear, which no flood
   * of later ones may hide; what that changes.
   */
  #bound(facts: object[], most: number): number {
    let octets = this.#factOctets.get(facts) ?? 0
    let saved = this.#saved.get(facts) ?? 0
    const before = octets
    while (facts.length > saved + 1 && (facts.length > maxFacts || octets > most)) {
      const oldest = facts[saved] as object
      if (saved < mostSaved && givesAway(oldest)) {
        saved++
        continue
      }
      facts.splice(saved, 1)
      octets -= this.#sizes.get(oldest) ?? 0
      this.record.cut = true
    }
    this.#saved.set(facts, saved)
    this.#factOctets.set(facts, octets)
    return octets - before
  }

  /** Facts are never refused: others make room for them, and they count. */
  #takeAnyway(octets: number): void {
    if (this.#forgotten) return
    this.#octets += octets
    if (takeOctets(octets)) return
    giveBack(-octets)
    // Nobody who has ended makes room any more: of a thousand that are open, each keeps the newest.
    const dropped = this.#bound(this.record.commands, lastCommandOctets)
    giveBack(-dropped)
    this.#octets += dropped
  }
}
