import { clock } from '../../clock.ts'
import type { Phase } from '../../record/record.ts'
import type { EffectContext } from '../../scenarios/effects.ts'
import type { Hook } from '../../scenarios/vocabulary.ts'
import { type Applied, applyEffects, type EffectTarget, type PlannedReply } from './apply-effects.ts'
import type { Behaviour } from './behaviour.ts'
import { bytesOf } from './command-result.ts'
import type { Request } from './dialect.ts'
import type { Recorder } from './recorder.ts'

/** What a connection lends to its quirks. */
export interface ConnectionControls extends Pick<EffectTarget, 'gone' | 'write' | 'rest'> {
  /** What protects the bytes now. */
  readonly phase: Phase
  /** The dialogue's state when the command that is answered came in. */
  readonly state: string
  close(how: 'fin' | 'rst' | 'half', part: string): Promise<void>
  /** Whether the client says more before so many milliseconds have passed. */
  hears(ms: number): Promise<boolean>
}

/** What effects are told of the endpoint. */
export type Place = Pick<EffectContext, 'protocol' | 'mode' | 'servername'>

/** Applies the quirks of a scenario to one connection, and notes that they have shown. */
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

  /** Applies the effects of a moment or a reply. Undefined where there are none, and all goes its way. */
  applyAt(hook: Hook, planned: PlannedReply, request: Request): Promise<Applied> | undefined {
    const attached = this.#behaviour.at.get(hook)
    const effects = attached?.effects(this.#context(planned, request))
    if (!attached || !effects) return undefined
    this.#recorder.fired(attached.part, hook)
    return applyEffects(effects, planned, this.#target(attached.part))
  }

  /** Keeps an answer back, where a quirk said so, to see whether the client waits for it. */
  async holdAnswer(): Promise<void> {
    if (this.#holding === undefined) return
    const ms = this.#holding
    this.#holding = undefined
    const { at } = this.#recorder
    this.#recorder.held(at, await this.#controls.hears(ms))
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
      injects: (bytes) => this.#recorder.injected(controls.phase, bytes),
      hold: (ms) => {
        this.#holding = ms
      },
    }
  }

  #context({ result }: PlannedReply, { tag }: Request): EffectContext {
    const { record } = this.#recorder
    const { phase, state } = this.#controls
    return Object.freeze({
      ...this.#place,
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
