import { clock } from '../../clock.ts'
import type { Effect, Refusal } from '../../scenarios/effects.ts'
import { type Outcome, piecesOf } from './outcome.ts'
import { chunksOf } from './pieces.ts'

/** Where effects are played: what they may touch of a connection. */
export interface Theatre {
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
export interface Cue {
  readonly outcome: Outcome
  refuse(as: Refusal): string
}

export interface Played {
  readonly next: Outcome['next'] | 'stop'
  readonly refused: boolean
}

/** Octets that leave in one write. */
const maxWrite = 256 * 1024

const sizeOf = (bytes: readonly Buffer[]): number => bytes.reduce((sum, { length }) => sum + length, 0)

/** Plays a list of effects. Neighbouring sends leave in one write. */
export async function play(effects: readonly Effect[], cue: Cue, theatre: Theatre): Promise<Played> {
  let pending: Buffer[] = []
  let next: Played['next'] = 'command'
  let refused = false
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending)
    pending = []
    if (bytes.length > 0) await theatre.write(bytes)
  }
  for (const effect of effects) {
    switch (effect.do) {
      case 'reply':
        cue.outcome.commit?.()
        for await (const chunk of chunksOf(piecesOf(cue.outcome.send))) {
          if (theatre.gone) break
          if (chunk.length + sizeOf(pending) > maxWrite) await flush()
          pending.push(chunk)
        }
        next = cue.outcome.next
        break
      case 'send':
        pending.push(toBuffer(effect.bytes))
        break
      case 'refuse':
        pending.push(toBuffer(cue.refuse(effect.as)))
        refused = true
        break
      case 'inject': {
        const bytes = toBuffer(effect.bytes)
        theatre.injects(bytes)
        pending.push(bytes)
        break
      }
      case 'hold':
        theatre.hold(effect.ms)
        break
      case 'silent':
        await flush()
        theatre.mute()
        break
      case 'wait':
        await flush()
        await theatre.rest(effect.ms)
        break
      case 'drip':
        await flush()
        await drip(toBuffer(effect.bytes), effect.everyMs, theatre)
        break
      case 'close':
        await flush()
        await theatre.close(effect.how)
        if (effect.how !== 'half') return { next: 'stop', refused }
        break
    }
  }
  await flush()
  return { next, refused }
}

async function drip(bytes: Buffer, everyMs: number, theatre: Theatre): Promise<void> {
  const start = clock.now()
  for (const [index, byte] of bytes.entries()) {
    if (theatre.gone) return
    await theatre.write(Buffer.from([byte]))
    // Paced from the start, so that late timers do not add up.
    await theatre.rest(Math.max(0, start + (index + 1) * everyMs - clock.now()))
  }
}

export const toBuffer = (bytes: string | Uint8Array): Buffer =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes)
