import { clock, longestTurn, turn } from '../../clock.ts'
import type { Bytes } from '../../scenarios/bytes.ts'
import type { AlertId, CloseHow, Effect, Pace, Refusal, ReplyChange, Upgrade } from '../../scenarios/effects.ts'
import { bytesOf, type CommandResult, piecesOf } from './command-result.ts'
import { chunksOf } from './pieces.ts'

/** Where effects are applied: what they may touch of a connection. */
export interface EffectTarget {
  readonly gone: boolean
  write(bytes: Buffer): Promise<void>
  /** Waits, no longer than there is somebody to wait for. */
  rest(ms: number): Promise<void>
  close(how: CloseHow): Promise<void>
  /** From now on nothing is sent. */
  mute(): void
  /** These bytes, which are sent next but for so many octets ahead of them, are no answer. */
  injects(bytes: Buffer, ahead: number): void
  /** The next answer is kept back for so long, or until the client says more. */
  hold(ms: number): void
  /** An alert in clear, as bytes; it is written down. */
  alert(id: AlertId, level: 'warning' | 'fatal'): Buffer
}

/** What a correct server would do here, and how it would refuse. */
export interface PlannedReply {
  readonly result: CommandResult
  refuse(as: Refusal): string
  /** Bytes as data, made. */
  fill(bytes: Bytes): Buffer
  /** What a quirk makes of the reply. */
  change(reply: Buffer, change: ReplyChange): Buffer
}

export interface Applied {
  readonly next: CommandResult['next'] | 'stop' | 'stay-in-clear'
  readonly refused: boolean
  /** Whether the reply of a correct server was given, and so what it means. */
  readonly replied: boolean
  /** Set where TLS begins in another way than usual. */
  readonly upgrade?: Upgrade
}

/** Octets that leave in one write. */
const maxWrite = 256 * 1024

/** Octets of an endless repetition that are gathered. */
const maxRepeated = 64 * 1024

/** Pieces that a text is cut into; what is left then leaves as it is. */
const maxPieces = 4096

/** Plays a list of effects. Neighbouring sends leave in one write. */
export async function applyEffects(
  effects: readonly Effect[],
  planned: PlannedReply,
  target: EffectTarget,
): Promise<Applied> {
  const play = new Play(planned, target)
  for (const effect of effects) {
    await play.effect(effect)
    if (play.applied.next === 'stop') return play.applied
  }
  await play.flush()
  return play.applied
}

/** One list of effects on its way. */
class Play {
  readonly #planned: PlannedReply
  readonly #target: EffectTarget
  #pending: Buffer[] = []
  #size = 0
  applied: Applied = { next: 'command', refused: false, replied: false }

  constructor(planned: PlannedReply, target: EffectTarget) {
    this.#planned = planned
    this.#target = target
  }

  async effect(effect: Effect): Promise<void> {
    const target = this.#target
    switch (effect.do) {
      case 'reply':
        return this.#reply(effect)
      case 'send':
        return this.#paced(this.#planned.fill(effect.bytes), effect)
      case 'refuse':
        this.#add(Buffer.from(this.#planned.refuse(effect.as), 'latin1'))
        this.applied = { ...this.applied, refused: true }
        return
      case 'inject': {
        const bytes = this.#planned.fill(effect.bytes)
        target.injects(bytes, this.#size)
        this.#add(bytes)
        return
      }
      case 'hold':
        return target.hold(effect.ms)
      case 'silent':
        await this.flush()
        return target.mute()
      case 'wait':
        await this.flush()
        return target.rest(effect.ms)
      case 'repeat':
        return this.#repeat(effect.effects, effect.times)
      case 'close':
        await this.flush()
        await target.close(effect.how)
        if (effect.how !== 'half') this.applied = { ...this.applied, next: 'stop' }
        return
      case 'alert':
        return this.#add(target.alert(effect.alert, effect.level))
      case 'upgrade': {
        const { do: _, ...upgrade } = effect
        this.applied = { ...this.applied, next: 'upgrade', upgrade }
        return
      }
      case 'stay-in-clear':
        this.applied = { ...this.applied, next: 'stay-in-clear' }
        return
      case 'below':
        throw new Error('clear bytes below TLS need a TLS engine that is scripted')
    }
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending)
    this.#pending = []
    this.#size = 0
    if (bytes.length > 0) await this.#target.write(bytes)
  }

  #add(bytes: Buffer): void {
    this.#pending.push(bytes)
    this.#size += bytes.length
  }

  async #reply({ do: _, ...change }: ReplyChange & { readonly do: 'reply' }): Promise<void> {
    const { result } = this.#planned
    const { split, everyMs, ...edits } = change
    const { upgrade, next } = this.applied
    const stays = next === 'stay-in-clear' || upgrade !== undefined
    this.applied = { ...this.applied, replied: true, ...(!stays && { next: result.next }) }
    result.commit?.()
    if (Object.keys(change).length > 0) {
      return this.#paced(this.#planned.change(bytesOf(result.send), edits), change)
    }
    for await (const chunk of chunksOf(piecesOf(result.send))) {
      if (this.#target.gone) return
      if (chunk.length + this.#size > maxWrite) await this.flush()
      this.#add(chunk)
    }
  }

  async #paced(bytes: Buffer, { split, everyMs }: Pace): Promise<void> {
    if (split === undefined && everyMs === undefined) return this.#add(bytes)
    await this.flush()
    const target = this.#target
    const size = split ?? 1
    const start = clock.now()
    for (let at = 0, piece = 1; at < bytes.length && !target.gone; at += size, piece++) {
      if (everyMs === undefined && piece > maxPieces) return target.write(bytes.subarray(at))
      await target.write(bytes.subarray(at, at + size))
      // Paced from the start, so that late timers do not add up. Without a turn in between, the kernel would join them.
      if (everyMs === undefined) await turn()
      else await target.rest(Math.max(0, start + piece * everyMs - clock.now()))
    }
  }

  async #repeat(effects: readonly Effect[], times: number): Promise<void> {
    let since = clock.now()
    for (let count = 0; count < times && !this.#target.gone && this.applied.next !== 'stop'; count++) {
      for (const effect of effects) await this.effect(effect)
      if (this.#size >= maxRepeated) await this.flush()
      if (clock.now() - since <= longestTurn) continue
      await turn()
      since = clock.now()
    }
  }
}
