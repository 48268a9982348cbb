import type { EventEmitter } from 'node:events'
import { clock } from '../clock.ts'

/**
 * The next event that fits.
 *
 * @param wanted `closed`: whether the emitter has told already that no more will come
 * @param failure what it rejects with when the time is over, or the emitter has closed
 */
export function nextOf<T>(
  events: EventEmitter,
  wanted: {
    readonly event: string
    fits(it: T): boolean
    readonly timeout: number
    readonly closed: boolean
  },
  failure: (why: 'late' | 'closed') => Error,
): Promise<T> {
  const { event, fits, timeout, closed } = wanted
  const next = new Promise<T>((resolve, reject) => {
    const stop = (): void => {
      clock.clearTimeout(timer)
      events.off(event, onEvent)
      events.off('closed', onClosed)
    }
    const onEvent = (it: T): void => {
      if (!fits(it)) return
      stop()
      resolve(it)
    }
    const onClosed = (): void => {
      stop()
      // A test that timed out before it came to await this has failed already: no rejection is left unhandled.
      void Promise.resolve().then(() => next.catch(() => {}))
      reject(failure('closed'))
    }
    const timer = clock.setTimeout(() => {
      stop()
      reject(failure('late'))
    }, timeout)
    events.on(event, onEvent)
    events.on('closed', onClosed)
    if (closed) onClosed()
  })
  return next
}
