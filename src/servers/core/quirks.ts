import { clock } from '../../clock.ts'
import type { EffectContext } from '../../scenarios/effects.ts'
import type { Hook } from '../../scenarios/vocabulary.ts'
import type { Behaviour } from './behaviour.ts'
import type { Request } from './dialect.ts'
import { bytesOf } from './outcome.ts'
import { type Cue, type Played, play, type Theatre } from './player.ts'
import type { Phase } from './record.ts'
import type { Recorder } from './recorder.ts'

/** What a connection lends to its quirks. */
export interface Wings extends Pick<Theatre, 'gone' | 'write' | 'rest'> {
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

/** Plays the quirks of a scenario on one connection, and notes that they have shown. */
export class Quirks {
  readonly #behaviour: Behaviour
  readonly #recorder: Recorder
  readonly #place: Place
  readonly #wings: Wings
  #muted = false
  /** Milliseconds that the next answer is kept back for. */
  #holding: number | undefined

  constructor(behaviour: Behaviour, recorder: Recorder, place: Place, wings: Wings) {
    this.#behaviour = behaviour
    this.#recorder = recorder
    this.#place = place
    this.#wings = wings
  }

  /** A quirk said `silent`: commands are read and recorded, and nothing is sent any more. */
  get muted(): boolean {
    return this.#muted
  }

  /** Plays the effects of a moment or a reply. Undefined where there are none, and all goes its way. */
  playAt(hook: Hook, cue: Cue, request: Request): Promise<Played> | undefined {
    const attached = this.#behaviour.at.get(hook)
    const effects = attached?.effects(this.#context(cue, request))
    if (!attached || !effects) return undefined
    this.#recorder.fired(attached.part, hook)
    return play(effects, cue, this.#theatre(attached.part))
  }

  /** Keeps an answer back, where a quirk said so, to see whether the client waits for it. */
  async holdAnswer(): Promise<void> {
    if (this.#holding === undefined) return
    const ms = this.#holding
    this.#holding = undefined
    const { at } = this.#recorder
    this.#recorder.held(at, await this.#wings.hears(ms))
  }

  #theatre(part: string): Theatre {
    const wings = this.#wings
    return {
      get gone() {
        return wings.gone
      },
      write: wings.write,
      rest: wings.rest,
      close: (how) => wings.close(how, part),
      mute: () => {
        this.#muted = true
      },
      injects: (bytes) => this.#recorder.injected(wings.phase, bytes),
      hold: (ms) => {
        this.#holding = ms
      },
    }
  }

  #context({ outcome }: Cue, { tag }: Request): EffectContext {
    const { record } = this.#recorder
    const { phase, state } = this.#wings
    return Object.freeze({
      ...this.#place,
      secure: phase === 'tls',
      now: new Date(clock.date()),
      nth: record.nth,
      tag,
      // Made when it is looked at: it may be long, and what it does has happened then.
      get reply() {
        return bytesOf(outcome.send).toString('latin1')
      },
      state,
      versions: record.clientHello?.versions ?? [],
    })
  }
}
