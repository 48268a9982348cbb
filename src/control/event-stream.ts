import type { LostEvent } from './types.ts'

/** Octets that wait for a reader, where it does not say otherwise. Whoever reads slower than that loses events. */
const mostWaitingByDefault = 8 << 20

/** Server-sent events for one reader, who keeps nobody waiting: what it does not read in time is lost, and it is told so. */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #waiting: Buffer[] = []
  #octets = 0
  #lost = 0
  #over = false
  #wake: () => void = () => {}

  readonly #most: number

  /** `gone` is told once, when the reader has left. */
  constructor(gone: () => void, mostWaiting: number = mostWaitingByDefault) {
    this.#most = mostWaiting
    this.body = new ReadableStream(
      {
        pull: async (controller) => {
          while (this.#waiting.length === 0 && !this.#over) {
            await new Promise<void>((resolve) => {
              this.#wake = resolve
            })
          }
          const next = this.#waiting.shift()
          if (!next) return controller.close()
          this.#octets -= next.length
          controller.enqueue(next)
          if (this.#waiting.length === 0) this.#tellLost()
        },
        cancel: () => {
          if (this.#over) return
          this.end()
          gone()
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** @param line one line of JSON */
  tell(event: string, line: string): void {
    if (this.#over) return
    const told = Buffer.from(`event: ${event}\ndata: ${line}\n\n`)
    // One that is larger than all room is told where nothing else waits.
    if (this.#octets > 0 && this.#octets + told.length > this.#most) {
      this.#lost++
      return
    }
    this.#tellLost()
    this.#add(told)
  }

  /** Ends it; what waits is still read. */
  end(): void {
    this.#over = true
    this.#wake()
  }

  #tellLost(): void {
    if (this.#lost === 0) return
    const marker: LostEvent = { schema: 1, event: 'lost', count: this.#lost }
    this.#lost = 0
    this.#add(Buffer.from(`event: lost\ndata: ${JSON.stringify(marker)}\n\n`))
  }

  #add(told: Buffer): void {
    this.#waiting.push(told)
    this.#octets += told.length
    this.#wake()
  }
}
