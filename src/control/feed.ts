import { changedEvent, connectionEvent, messageEvent, readyEvent } from '../fleet/events.ts'
import type { LiveFleet } from '../fleet/live.ts'
import { jsonLine } from '../fleet/told.ts'
import { Turns } from '../fleet/turns.ts'
import { judgeConnection } from '../verdicts/verdict.ts'
import { version } from '../version.ts'
import { EventStream } from './event-stream.ts'

/** The lines of `--json` for whoever listens. While nobody does, nothing is made. */
export class Feed {
  readonly #live: LiveFleet
  readonly #readers = new Set<EventStream>()
  readonly #turns = new Turns()

  constructor(live: LiveFleet) {
    this.#live = live
    live.servers.each((server) => {
      server.onClose(async () => this.#turns.finish())
      server.onEnded((record) => {
        // It may show another scenario when its turn comes.
        const { resolved } = server
        this.#tell('connection', () => connectionEvent(server, record, judgeConnection(record, resolved)))
      })
      server.onMessage((message) => this.#tell('message', () => messageEvent(server, message)))
    })
    live.onChange((change, server) => this.#tell('endpoint', () => changedEvent(live.servers, change, server)))
  }

  /** A new reader: the ready event first, which lists what is there now. */
  open(): EventStream {
    const reader = new EventStream(() => this.#readers.delete(reader))
    reader.tell('ready', jsonLine(readyEvent(this.#live.servers, version)).line)
    this.#readers.add(reader)
    return reader
  }

  close(): void {
    this.#turns.finish()
    for (const reader of this.#readers) reader.end()
  }

  #tell(name: string, make: () => object): void {
    if (this.#readers.size === 0) return
    this.#turns.add(() => {
      const { line } = jsonLine(make())
      for (const reader of this.#readers) reader.tell(name, line)
    })
  }
}
