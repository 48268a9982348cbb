import { maxText } from '../../record/bounds.ts'
import type { Phase } from '../../record/record.ts'
import { continuedActions, type Hook } from '../../scenarios/vocabulary.ts'
import type { Applied } from './apply-effects.ts'
import { piecesOf } from './command-result.ts'
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
  /** How TLS begins, where a quirk says so. */
  upgrade: Applied['upgrade']
  /** Credentials that had crossed when the command came in. */
  #credentials = 0

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
      heard: (request, action, input) => {
        this.state = session.state
        this.#credentials = this.#connection.recorder.record.counts.credentials
        this.listener.heard(request, action, input)
      },
      continued: this.listener.continued,
      respond: (answer) => this.#connection.answer(() => this.#respond(answer)),
    }
  }

  /** Records what the client says, whether it is answered or not. */
  readonly listener: Required<Pick<Responder, 'heard' | 'continued'>> = {
    heard: ({ verb, line, tag }, action, input) => {
      const { recorder, phase } = this.#connection
      recorder.command(phase, { verb, action, line: lineOf(line), ...(tag && { tag }) }, input)
      if (action === 'starttls') recorder.record.starttls.requested++
    },
    continued: (bytes) => this.#connection.recorder.continued(bytes),
  }

  async #respond(answer: Answer): Promise<Next> {
    const { result, action } = answer
    const { recorder } = this.#connection
    if (isSilent(result)) return result.next
    if (action === 'greeting') recorder.mark('greeting')
    else if (this.#quirks.holds) await this.#quirks.holdAnswer()
    // What a client says for a command that is not complete is no command, whether it is told to go on or not.
    if (this.#quirks.muted) return typeof result.next === 'object' ? result.next : 'command'
    if (action !== 'starttls') return (await this.#give(answer)).next
    this.answersStartTls = true
    const { next, refused, upgrade } = await this.#give(answer)
    recorder.record.starttls.refused = refused
    this.upgrade = upgrade
    return next
  }

  async #give(answer: Answer): Promise<Applied> {
    const { write } = this.#connection
    const { result, request = noRequest } = answer
    const playing = this.#quirks.any && this.#quirks.applyAt(this.#hooksOf(answer), result, request)
    if (playing) return goingOn(await playing, answer)
    result.commit?.()
    await write(piecesOf(result.send))
    return { next: result.next, refused: result.next !== 'upgrade', replied: true }
  }

  /** The names of an answer, the most specific one first. */
  #hooksOf({ action, continued, result }: Answer): readonly Hook[] {
    if (action === 'greeting') return greeting
    const goesOn = typeof result.next === 'object'
    const ends = action === 'auth' && !goesOn && this.#connection.recorder.record.counts.credentials > this.#credentials
    const special: Hook[] = ends ? ['auth'] : goesOn && !continued && handsIn.has(action) ? ['data'] : []
    if (continued && isContinued(action)) return [...special, `continued:${action}`]
    return [...special, `command:${action}`, 'command:any']
  }
}

type Next = Applied['next']

const greeting: readonly Hook[] = ['greeting']

/** Commands with a message behind a go-ahead. */
const handsIn: ReadonlySet<string> = new Set(['message', 'append'])

const isContinued = (action: string): action is (typeof continuedActions)[number] =>
  continuedActions.some((one) => one === action)

/**
 * A challenge in place of an answer to a response: the client's next response belongs to the same login. Whatever else is
 * said there ends the command.
 */
function goingOn(applied: Applied, { action, continued, asked }: Answer): Applied {
  const goesOn = action === 'auth' && continued && asked && !applied.replied && !applied.refused
  return goesOn && applied.next === 'command' ? { ...applied, next: asked } : applied
}
