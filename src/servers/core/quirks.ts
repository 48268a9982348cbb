import { clock } from '../../clock.ts'
import type { Phase } from '../../record/record.ts'
import { type Answer, type Bytes, type Filling, fillBytes } from '../../scenarios/bytes.ts'
import {
  alert,
  type CloseHow,
  close,
  type Effect,
  type EffectContext,
  type Effects,
  isSteps,
  type When,
} from '../../scenarios/effects.ts'
import type { Hook } from '../../scenarios/vocabulary.ts'
import { alertInRecord } from '../../tls/alerts.ts'
import { type Applied, applyEffects, type EffectTarget, type PlannedReply } from './apply-effects.ts'
import type { Behaviour } from './behaviour.ts'
import { bytesOf, type CommandResult } from './command-result.ts'
import type { Dialect, Request } from './dialect.ts'
import type { Recorder } from './recorder.ts'
import { changedReply } from './reply-change.ts'

/** What a connection lends to its quirks. */
export interface ConnectionControls extends Pick<EffectTarget, 'gone' | 'write' | 'rest'> {
  /** What protects the bytes now. */
  readonly phase: Phase
  /** The dialogue's state when the command that is answered came in. */
  readonly state: string
  close(how: CloseHow, part: string): Promise<void>
  /** Whether the client says more before so many milliseconds have passed. */
  hears(ms: number): Promise<boolean>
}

/** What effects are told of the endpoint. */
export interface Place extends Pick<EffectContext, 'protocol' | 'mode' | 'servername'> {
  readonly dialect: Pick<Dialect, 'refuse' | 'status' | 'spell'>
  readonly urls: Filling['urls']
  /** Connections that are open now. */
  readonly open: number
  knows(serverName: string): boolean
}

/** Plays the quirks of a scenario on one connection, and notes that they have shown. */
export class Quirks {
  readonly #behaviour: Behaviour
  readonly #recorder: Recorder
  readonly #place: Place
  readonly #controls: ConnectionControls
  #muted = false
  /** Milliseconds that the next answer is kept back for. */
  #holding: number | undefined

  constructor(behaviour: Behaviour, recorder: Recorder, place: Place, controls: ConnectionControls) {
    this.#behaviour = behaviour
    this.#recorder = recorder
    this.#place = place
    this.#controls = controls
  }

  /** A quirk said `silent`: commands are read and recorded, and nothing is sent any more. */
  get muted(): boolean {
    return this.#muted
  }

  /** Whether there is any that has effects. */
  get any(): boolean {
    return this.#behaviour.at.size > 0
  }

  /** Whether the next answer is to be kept back. */
  get holds(): boolean {
    return this.#holding !== undefined
  }

  /**
   * Plays the effects of a moment or a reply, of the most specific name that it has. Undefined where there are none, and all
   * goes its way.
   */
  applyAt(hooks: readonly Hook[], result: CommandResult, request: Request): Promise<Applied> | undefined {
    const { at } = this.#behaviour
    for (const hook of hooks) {
      for (const { part, effects } of at.get(hook) ?? []) {
        const happens = this.#happening(effects, result, request)
        if (!happens) continue
        // As usual here, whatever is said of any command.
        if (happens === effects && isUsual(happens)) return undefined
        // Whatever it counts for, what it was is the fact.
        this.#recorder.fired(part, hook === 'command:any' ? (hooks.at(-2) ?? hook) : hook)
        return applyEffects(happens, this.#planned(hook, result, request), this.#target(part))
      }
    }
    return undefined
  }

  /** What a ClientHello gets that names nobody, or somebody whom nobody knows. Undefined where it gets the certificate. */
  answerName(serverName: string | null): Promise<Applied> | undefined {
    const { sni } = this.#behaviour.tls
    const how = serverName === null ? sni?.missing : this.#place.knows(serverName) ? undefined : sni?.unknown
    const [part] = this.#behaviour.tlsParts
    if (how === undefined || how === 'default' || part === undefined) return undefined
    this.#recorder.fired(part, 'client-hello')
    const refusal = how === 'alert' ? [alert('unrecognized_name'), close('fin')] : [close('fin')]
    return applyEffects(refusal, this.#planned('client-hello', nothing, noTag), this.#target(part))
  }

  /** Keeps an answer back, where a quirk said so, to see whether the client waits for it. */
  async holdAnswer(): Promise<void> {
    const ms = this.#holding ?? 0
    this.#holding = undefined
    const { at } = this.#recorder
    this.#recorder.held(at, await this.#controls.hears(ms))
  }

  #happening(effects: Effects, result: CommandResult, request: Request): readonly Effect[] | undefined {
    if (typeof effects === 'function') return effects(this.#context(result, request))
    if (!isSteps(effects)) return effects
    return effects.find(({ when }) => this.#holds(when))?.do
  }

  /** Whether all that is said holds now. */
  #holds({ phase, login, state, offers, nth, from, open }: When): boolean {
    const { record } = this.#recorder
    return (
      (phase === undefined || phase === this.#controls.phase) &&
      (login === undefined || login === record.credentials.some(({ accepted }) => accepted)) &&
      (state === undefined || state === this.#controls.state) &&
      (offers === undefined || this.#offers(offers)) &&
      (nth === undefined || nth === record.nth) &&
      (from === undefined || from <= record.nth) &&
      (open === undefined || open <= this.#place.open)
    )
  }

  #offers(what: string): boolean {
    const { clientHello } = this.#recorder.record
    if (!clientHello) return false
    return what === 'FALLBACK_SCSV' ? clientHello.ciphers.includes(fallbackScsv) : clientHello.versions.includes(what)
  }

  #planned(hook: Hook, result: CommandResult, request: Request): PlannedReply {
    const { dialect } = this.#place
    const fill = (bytes: Bytes): Buffer => fillBytes(bytes, this.#filling(request))
    return {
      result,
      refuse: (as) => dialect.refuse(as, request, hook === 'greeting' ? 'greeting' : undefined),
      fill,
      change: (reply, change) => changedReply(reply, change, { tag: request.tag, status: dialect.status, fill }),
    }
  }

  #filling({ tag }: Request): Filling {
    const { protocol, servername, urls, dialect } = this.#place
    const fill = (bytes: Bytes): string => fillBytes(bytes, this.#filling({ ...noTag, tag })).toString('latin1')
    return {
      protocol,
      servername,
      tag,
      now: new Date(clock.date()),
      urls,
      spell: ({ answer, capabilities, message }: Answer, of) =>
        dialect.spell(answer, {
          tag: of,
          ...(capabilities && { capabilities }),
          ...(message !== undefined && { message: fill(message) }),
        }),
    }
  }

  #target(part: string): EffectTarget {
    const controls = this.#controls
    return {
      get gone() {
        return controls.gone
      },
      write: controls.write,
      rest: controls.rest,
      close: (how) => controls.close(how, part),
      mute: () => {
        this.#muted = true
      },
      injects: (bytes, ahead) => this.#recorder.injected(controls.phase, bytes, ahead),
      hold: (ms) => {
        this.#holding = ms
      },
      alert: (id, level) => {
        const { bytes, alert } = alertInRecord(id, level)
        if (level === 'fatal') this.#recorder.record.handshake.alertSent ??= alert
        return bytes
      },
    }
  }

  #context(result: CommandResult, { tag }: Request): EffectContext {
    const { record } = this.#recorder
    const { phase, state } = this.#controls
    const { protocol, mode, servername } = this.#place
    return Object.freeze({
      protocol,
      mode,
      servername,
      secure: phase === 'tls',
      now: new Date(clock.date()),
      nth: record.nth,
      tag,
      // Made when it is looked at: it may be long, and what it does has happened then.
      get reply() {
        return bytesOf(result.send).toString('latin1')
      },
      state,
      versions: record.clientHello?.versions ?? [],
    })
  }
}

/** TLS_FALLBACK_SCSV, RFC 7507 §2. */
const fallbackScsv = 0x5600

/** Nothing but what a correct server does. */
const isUsual = ([first, ...others]: readonly Effect[]): boolean =>
  first?.do === 'reply' && others.length === 0 && Object.keys(first).length === 1

const nothing: CommandResult = { send: '', next: 'command' }

const noTag: Request = { verb: '', args: '', tag: '', line: Buffer.alloc(0) }
