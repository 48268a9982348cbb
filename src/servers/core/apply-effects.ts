import { clock } from '../../clock.ts'
import type { Effect, Refusal } from '../../scenarios/effects.ts'
import { type CommandResult, piecesOf } from './command-result.ts'
import { chunksOf } from './pieces.ts'

/** Where effects are applied: what they may touch of a connection. */
export interface EffectTarget {
  readonly gone: boolean
  write(bytes: Buffer): Promise<void>
  /** Waits, no longer than there is somebody to wait for. */
  rest(ms: number): Promise<void>
  close(how: 'fin' | 'rst' | 'half'): Promise<void>
  /** From now on nothing is sent. */
  mute(): void
  /** These bytes, which are sent next, are no answer. */
  injects(bytes: Buffer): void
  /** The next answer is kept back for so long, or until the client says more. */
  hold(ms: number): void
}

/** What a correct server would do here, and how it would refuse. */
export interface PlannedReply {
  readonly result: CommandResult
  refuse(as: Refusal): string
}

export interface Applied {
  readonly next: CommandResult['next'] | 'stop'
  readonly refused: boolean
}

/** Octets that leave in one write. */
const maxWrite = 256 * 1024

const sizeOf = (bytes: readonly Buffer[]): number => bytes.reduce((sum, { length }) => sum + length, 0)

/** Applies a list of effects. Neighbouring sends leave in one write. */
export async function applyEffects(
  effects: readonly Effect[],
  planned: PlannedReply,
  target: EffectTarget,
): Promise<Applied> {
  let pending: Buffer[] = []
  let next: Applied['next'] = 'command'
  let refused = false
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending)
    pending = []
    if (bytes.length > 0) await target.write(bytes)
  }
  for (const effect of effects) {
    switch (effect.do) {
      case 'reply':
        planned.result.commit?.()
        for await (const chunk of chunksOf(piecesOf(planned.result.send))) {
          if (target.gone) break
          if (chunk.length + sizeOf(pending) > maxWrite) await flush()
          pending.push(chunk)
        }
        next = planned.result.next
        break
      case 'send':
        pending.push(toBuffer(effect.bytes))
        break
      case 'refuse':
        pending.push(toBuffer(planned.refuse(effect.as)))
        refused = true
        break
      case 'inject': {
        const bytes = toBuffer(effect.bytes)
        target.injects(bytes)
        pending.push(bytes)
        break
      }
      case 'hold':
        target.hold(effect.ms)
        break
      case 'silent':
        await flush()
        target.mute()
        break
      case 'wait':
        await flush()
        await target.rest(effect.ms)
        break
      case 'drip':
        await flush()
        await drip(toBuffer(effect.bytes), effect.everyMs, target)
        break
      case 'close':
        await flush()
        await target.close(effect.how)
        if (effect.how !== 'half') return { next: 'stop', refused }
        break
    }
  }
  await flush()
  return { next, refused }
}

async function drip(bytes: Buffer, everyMs: number, target: EffectTarget): Promise<void> {
  const start = clock.now()
  for (const [index, byte] of bytes.entries()) {
    if (target.gone) return
    await target.write(Buffer.from([byte]))
    // Paced from the start, so that late timers do not add up.
    await target.rest(Math.max(0, start + (index + 1) * everyMs - clock.now()))
  }
}

export const toBuffer = (bytes: string | Uint8Array): Buffer =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes)
