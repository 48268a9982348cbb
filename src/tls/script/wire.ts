import type { Edits, RecordOptions, Script, Step, TlsEffect, TlsMoment } from '../../scenarios/tls-script.ts'
import { edited, flipped, fromHex, joined, nothing, number, octets } from './bytes.ts'
import { type Extension, type Fields, framed, shownAs, withSet } from './fields.ts'
import { clear, contentTypes, type Protection } from './protection.ts'

/** What the engine wants done with the connection, in order. */
export type Action =
  | { readonly do: 'send'; readonly bytes: Buffer }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'fin' | 'rst' }

/** An alert as it stands on the wire. */
export interface WireAlert {
  readonly level: number
  readonly code: number
}

/** What effects need of the connection that they happen on. */
export interface Connection {
  readonly clientHello: Buffer
  updateKeys(): void
  awaitRenegotiation(): void
}

/** Octets of the largest fragment, RFC 8446 §5.1. */
const largestFragment = 2 ** 14

/**
 * The server's direction: messages become records, records become actions. The one place where a script can lie, so that no
 * message has code of its own to be spoilt.
 */
export class Wire {
  protection: Protection = clear
  /** In the header of records. */
  version = 0x0301
  /** The handshake's messages in both directions, as they count for its hashes. */
  transcript: Buffer[] = []
  /** Whether change_cipher_spec has been sent in TLS 1.3. */
  specSent = false
  /** How the script has ended the connection, where it has. */
  cut: 'fin' | 'rst' | undefined
  /** How our direction ended. */
  ended: 'fin' | 'rst' | undefined
  readonly alerts: WireAlert[] = []
  /** Moments and members of the script that have shown. */
  readonly fired = new Set<string>()
  readonly #script: Script
  readonly #connection: Connection
  #actions: Action[] = []
  #pieces: Buffer[] = []
  #silent = false
  /** Handshake octets that wait for what they are joined with. */
  #kept: { readonly bytes: Buffer; readonly options: RecordOptions } | undefined

  constructor(script: Script, connection: Connection) {
    this.#script = script
    this.#connection = connection
  }

  /** What there is to do since it was last asked. */
  take(): readonly Action[] {
    this.#flushKept()
    this.#flushPieces()
    const actions = this.#actions
    this.#actions = []
    return actions
  }

  /** Changes the keys; what waits to be joined leaves under the old ones. */
  protect(protection: Protection): void {
    this.#flushKept()
    this.protection = protection
  }

  /** What a member of the script has done. */
  fire(part: keyof Script | TlsMoment): void {
    this.fired.add(part)
  }

  step(moment: TlsMoment): Step | undefined {
    const at = this.#script.at as Readonly<Record<string, Step | undefined>> | undefined
    return at?.[moment] ?? (moment.startsWith('hello-retry-request:') ? at?.['hello-retry-request'] : undefined)
  }

  /** The fields of a message as the script wants them shown. */
  shown<Given extends Fields>(moment: TlsMoment, fields: Given): { readonly [Name in keyof Given]: Buffer | null } {
    const set = this.step(moment)?.set as Readonly<Record<string, unknown>> | undefined
    if (set === undefined) return fields as { readonly [Name in keyof Given]: Buffer | null }
    const changed = Object.entries(fields).map(([name, right]) => [
      name,
      name in set ? shownAs(right, set[name]) : right,
    ])
    return Object.fromEntries(changed)
  }

  /** A field that is a list of octets. */
  shownList(moment: TlsMoment, name: 'chain' | 'authorities', right: readonly Buffer[]): readonly Buffer[] {
    const set = this.step(moment)?.set as { readonly [name]?: readonly string[] } | undefined
    return (set?.[name] as readonly string[] | undefined)?.map(fromHex) ?? right
  }

  /** Extensions with their list's length in front, as the script wants them; nothing where there is none. */
  extensions(moment: TlsMoment, right: readonly Extension[], empty: 'none' | 'list' = 'none'): Buffer {
    const set = this.step(moment)?.set as { extensions?: Readonly<Record<string, string | null | Edits>> } | undefined
    const list = set?.extensions === undefined ? right : withSet(right, set.extensions)
    const bytes = list.map(([id, content]) => Buffer.concat([number(2, id), number(2, content.length), content]))
    if (bytes.length === 0 && empty === 'none') return nothing
    const all = Buffer.concat(bytes)
    return Buffer.concat([number(2, all.length), all])
  }

  /** A moment without a message of its own. */
  moment(moment: TlsMoment): void {
    this.#around(moment, () => {})
  }

  /** Sends a handshake message. */
  message(moment: TlsMoment, type: number, body: Buffer): void {
    this.#around(moment, (step) => {
      const meant = framed(type, body)
      const sent = step === undefined ? meant : edited(framed(type, edited(body, step.body)), step.bytes)
      const hashed = step?.transcript === 'as-meant' ? meant : sent
      if (step?.omit) {
        if (step.transcript === 'as-meant') this.transcript.push(meant)
        return
      }
      for (let times = step?.times ?? 1; times > 0; times--) {
        this.transcript.push(hashed)
        this.record(contentTypes.handshake, sent, { ...this.#script.records?.handshake, ...step?.records })
      }
    })
  }

  /** Sends change_cipher_spec, which is never encrypted in TLS 1.3 and never hashed. */
  changeCipherSpec(): void {
    this.#around('change-cipher-spec', (step) => {
      if (step?.omit) return
      const body = edited(edited(Buffer.of(1), step?.body), step?.bytes)
      for (let times = step?.times ?? 1; times > 0; times--) this.#bareSpec(body, step?.records)
    })
  }

  /** Sends application data: the N-th write. */
  data(nth: number, bytes: Buffer): void {
    const write: TlsMoment = `data:${nth}`
    this.#around(write, (step) => {
      if (step?.omit) return
      const body = edited(edited(bytes, step?.body), step?.bytes)
      for (let times = step?.times ?? 1; times > 0; times--) {
        this.record(contentTypes.data, body, { ...this.#script.records?.data, ...step?.records })
      }
    })
  }

  alert(code: number, level: 'warning' | 'fatal'): void {
    const alert: WireAlert = { level: level === 'fatal' ? 2 : 1, code }
    if (this.ended === undefined && !this.#silent) this.alerts.push(alert)
    this.record(contentTypes.alert, Buffer.of(alert.level, alert.code))
  }

  /** Our end: close_notify, then FIN. */
  close(): void {
    this.#around('close', (step) => {
      if (!step?.omit) this.alert(0, 'warning')
    })
    this.end('fin')
  }

  end(how: 'fin' | 'rst'): void {
    if (this.ended !== undefined) return
    this.#flushKept()
    if (!this.#silent) this.#act({ do: how })
    this.ended = how
  }

  /** Cuts octets into records, protects and sends them. */
  record(type: number, bytes: Buffer, options: RecordOptions = {}): void {
    if (options.join) {
      this.#kept = { bytes: joined(this.#kept?.bytes ?? null, bytes), options }
      return
    }
    const kept = this.#kept
    const joins = kept !== undefined && type === contentTypes.handshake
    if (joins) this.#kept = undefined
    else this.#flushKept()
    this.#cut(type, joins ? Buffer.concat([kept.bytes, bytes]) : bytes, options)
  }

  #cut(type: number, bytes: Buffer, options: RecordOptions): void {
    if (this.#script.records !== undefined) this.fire('records')
    for (let left = options.empties ?? 0; left > 0; left--) this.#one(type, nothing, options)
    const size = options.size ?? largestFragment
    for (let at = 0; at === 0 || at < bytes.length; at += size) {
      if (at > 0 && options.between) this.effects(options.between)
      this.#one(type, bytes.subarray(at, at + size), options)
    }
  }

  #one(type: number, fragment: Buffer, options: RecordOptions): void {
    const protection = options.clear ? clear : this.protection
    const sealed = protection.seal(options.type ?? type, this.version, fragment, options.pad ?? 0)
    const body = options.flip === undefined ? sealed.body : flipped(sealed.body, options.flip)
    const header = Buffer.allocUnsafe(5)
    header[0] = sealed.type
    header.writeUInt16BE(options.version ?? sealed.version, 1)
    header.writeUInt16BE((options.length ?? body.length) & 0xffff, 3)
    this.#push(header, body)
  }

  #bareSpec(body: Buffer, options: RecordOptions = {}): void {
    const isClear = this.protection.kind === 'tls13'
    this.record(contentTypes.changeCipherSpec, body, { ...options, ...(isClear && { clear: true }) })
  }

  #around(moment: TlsMoment, act: (step: Step | undefined) => void): void {
    const step = this.step(moment)
    if (step !== undefined) this.fire(moment)
    if (step?.before) this.effects(step.before)
    act(step)
    if (step?.after) this.effects(step.after)
  }

  effects(effects: readonly TlsEffect[]): void {
    for (const effect of effects) {
      const times = 'times' in effect ? (effect.times ?? 1) : 1
      for (let left = times; left > 0; left--) this.#effect(effect)
    }
  }

  #effect(effect: TlsEffect): void {
    switch (effect.do) {
      case 'alert':
        this.alert(effect.alert, effect.level ?? 'fatal')
        return
      case 'change-cipher-spec':
        this.#bareSpec(fromHex(effect.body ?? '01'))
        return
      case 'data':
        this.record(contentTypes.data, octets(effect.bytes))
        return
      case 'handshake': {
        const message = framed(effect.type, fromHex(effect.body))
        if (effect.hashed) this.transcript.push(message)
        this.record(contentTypes.handshake, message)
        return
      }
      case 'record':
        this.record(effect.type, fromHex(effect.body), effect.options)
        return
      case 'below':
        this.#flushKept()
        this.#push(octets(effect.bytes))
        return
      case 'echo-client-hello':
        this.record(contentTypes.handshake, this.#connection.clientHello)
        return
      case 'key-update':
        this.record(contentTypes.handshake, framed(24, Buffer.of(effect.asks ? 1 : 0)))
        this.#connection.updateKeys()
        return
      case 'renegotiate':
        this.record(contentTypes.handshake, framed(0, nothing))
        this.#connection.awaitRenegotiation()
        return
      case 'wait':
        this.#flushKept()
        this.#act({ do: 'wait', ms: effect.ms })
        return
      case 'silent':
        this.#flushKept()
        this.#silent = true
        return
      case 'close':
        this.cut ??= effect.how === 'rst' ? 'rst' : 'fin'
        if (effect.how === 'clean') this.close()
        else this.end(effect.how)
        return
    }
  }

  #flushKept(): void {
    const kept = this.#kept
    if (kept === undefined) return
    this.#kept = undefined
    this.#cut(contentTypes.handshake, kept.bytes, kept.options)
  }

  /** Neighbours leave in one write. */
  #push(...bytes: readonly Buffer[]): void {
    if (this.ended === undefined && !this.#silent) this.#pieces.push(...bytes)
  }

  #flushPieces(): void {
    if (this.#pieces.length > 0) this.#actions.push({ do: 'send', bytes: Buffer.concat(this.#pieces) })
    this.#pieces = []
  }

  #act(action: Action): void {
    if (this.ended !== undefined) return
    this.#flushPieces()
    this.#actions.push(action)
  }
}
