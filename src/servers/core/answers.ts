import { maxText } from '../../record/bounds.ts'
import type { Phase } from '../../record/record.ts'
import type { Action, Hook } from '../../scenarios/vocabulary.ts'
import type { Applied, PlannedReply } from './apply-effects.ts'
import { type CommandResult, piecesOf } from './command-result.ts'
import type { Dialect, Request, Session } from './dialect.ts'
import { type Answer, isSilent, type Responder } from './dialogue.ts'
import type { Pieces } from './pieces.ts'
import type { Quirks } from './quirks.ts'
import type { Recorder } from './recorder.ts'

/** What answers need of their connection. */
export interface Answering {
  readonly dialect: Dialect
  readonly recorder: Recorder
  readonly phase: Phase
  /** Gives an answer when what is pushed has left. */
  answer<T>(give: () => Promise<T>): Promise<T>
  /** No further than the client reads. */
  write(pieces: Pieces): Promise<void>
}

/** As much of it as a fact keeps, and one octet more where there is more. */
const lineOf = (line: Buffer): string => line.toString('latin1', 0, maxText + 1)

export const noRequest: Request = { verb: '', args: '', tag: '', line: Buffer.alloc(0) }

/** Gives a dialogue's answers, or what quirks make of them, and records what was asked. */
export class Answers {
  readonly #connection: Answering
  readonly #quirks: Quirks
  /** The dialogue's state when the command that is answered came in. */
  state = ''
  /** Set until the answer to STARTTLS begins to leave. */
  answersStartTls = false

  constructor(connection: Answering, quirks: Quirks) {
    this.#connection = connection
    this.#quirks = quirks
  }

  responder(session: Session): Responder {
    const quirks = this.#quirks
    return {
      get mute() {
        return quirks.muted
      },
      heard: (request, action) => {
        this.state = session.state
        this.heard(request, action)
      },
      respond: (answer) => this.#connection.answer(() => this.#respond(answer)),
    }
  }

  heard({ verb, line, tag }: Request, action: Action): void {
    const { recorder, phase } = this.#connection
    recorder.command(phase, { verb, action, line: lineOf(line), ...(tag && { tag }) })
    if (action === 'starttls') recorder.record.starttls.requested++
  }

  async #respond(answer: Answer): Promise<CommandResult['next'] | 'stop'> {
    const { result, action } = answer
    const { recorder } = this.#connection
    if (isSilent(result)) return result.next
    if (action === 'greeting') recorder.mark('greeting')
    else await this.#quirks.holdAnswer()
    // What a client says for a command that is not complete is no command, whether it is told to go on or not.
    if (this.#quirks.muted) return typeof result.next === 'object' ? result.next : 'command'
    if (action !== 'starttls') return (await this.#give(answer)).next
    this.answersStartTls = true
    const { next, refused } = await this.#give(answer)
    recorder.record.starttls.refused = refused
    return next
  }

  async #give({ result, action, request = noRequest }: Answer): Promise<Applied> {
    const { dialect, write } = this.#connection
    const planned: PlannedReply = { result, refuse: (as) => dialect.refuse(as, request) }
    const hook = hookOf(action)
    const applied = hook && (await this.#quirks.applyAt(hook, planned, request))
    if (applied) return applied
    result.commit?.()
    await write(piecesOf(result.send))
    return { next: result.next, refused: result.next !== 'upgrade' }
  }
}

/** The hook of an action's reply. */
function hookOf(action: Answer['action']): Hook | undefined {
  if (action === 'greeting') return 'greeting'
  return action === 'continued' ? undefined : `command:${action}`
}
