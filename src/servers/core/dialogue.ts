import { clock, longestTurn, turn } from '../../clock.ts'
import type { Action } from '../../scenarios/vocabulary.ts'
import { type CommandResult, type Continuation, LateReply, reply } from './command-result.ts'
import type { Command, Dialect, Request, Session } from './dialect.ts'
import { guessForeign } from './foreign.ts'
import type { Input } from './input.ts'

/** A result on its way out: what was asked, and what a correct server would do. */
export interface Answer {
  readonly action: Action | 'greeting'
  /** Set where it is not the first reply to the command, but that to a part of it which came later. */
  readonly continued?: true
  /** What the client was asked for, and has given. */
  readonly asked?: Continuation
  /** Absent for the greeting and for lines that are not commands. */
  readonly request?: Request
  readonly result: CommandResult
}

/** What the connection does for a dialogue. */
export interface Responder {
  /** Nothing is sent any more, so that a client cannot learn that a line is no good. Default false. */
  readonly mute?: boolean
  /** A command was read, and is about to run; what belongs to it is read from the same input. */
  heard(request: Request, action: Action, input: Input): void
  /** More was said for the command that was heard last. */
  continued?(bytes: Buffer): void
  /** Sends the answer, or what a quirk makes of it, and tells how to go on. */
  respond(answer: Answer): Promise<CommandResult['next'] | 'stop' | 'stay-in-clear'>
}

/** How one phase of a dialogue ended. */
export type DialogueEnd = 'upgrade' | 'close' | 'eof' | 'stop' | 'hopeless'

/** So many refused lines in a row and the server gives up, as real ones do. */
const patience = 50

/**
 * Runs the command loop of one TLS phase: line, table, handler, result. Knows no socket.
 *
 * @param greet whether the server speaks first; only the first phase of a connection does
 */
export async function runDialogue<S extends Session>(
  dialect: Dialect<S>,
  session: S,
  input: Input,
  responder: Responder,
  { greet }: { readonly greet: boolean },
): Promise<DialogueEnd> {
  const table = tableOf(dialect)
  let strikes = 0
  /** How a login that was refused would have gone on. */
  let unasked: Continuation | undefined

  const settle = async (answer: Answer): Promise<DialogueEnd | 'command'> => {
    let current = answer
    let next = await responder.respond(current)
    while (typeof next === 'object') {
      const result = await continueWith(next)
      if (result === 'eof' || result === 'hopeless') return result
      // Where nothing was said in between, as to a literal that is not waited for, this is the command's only reply.
      const first = isSilent(current.result) && !current.continued
      current = { ...answer, result, asked: next, ...(!first && { continued: true }) }
      next = await responder.respond(current)
    }
    if (answer.action === 'auth' && next === 'command') unasked = restOf(current.result)
    return next === 'stay-in-clear' ? 'command' : next
  }

  /** A line that is no command may be the rest of a login that nobody asked for, one that is badly made, or of another protocol. */
  const readBetween = async (line: Buffer): Promise<void> => {
    const rest = unasked
    unasked = undefined
    if (rest?.read === 'line') {
      responder.continued?.(line)
      unasked = restOf(await rest.run(line))
      return
    }
    const request = dialect.guess(line)
    const command = request && table.get(request.verb)
    if (!command) {
      const foreign = guessForeign(line)
      if (foreign) responder.heard(foreign.request, foreign.action, input)
      unasked = foreign?.run(session.link)
      return
    }
    responder.heard(request, command.action, input)
    if (command.action === 'auth') unasked = restOf(await command.run(session, request))
  }

  const continueWith = async (continuation: Continuation): Promise<CommandResult | 'eof' | 'hopeless'> => {
    if (continuation.read === 'line') {
      const line = await input.line(dialect.maxLine)
      // The client ended in the middle of it: what came has crossed, and nobody is left to be answered.
      if (line === 'eof' && input.length > 0) await goOn(continuation, input.drain())
      if (line === 'eof' || line === 'hopeless') return line
      return line === 'too-long' ? dialect.tooLong(session) : goOn(continuation, line)
    }
    if (continuation.read === 'literal') {
      const bytes = await input.literal(continuation.size)
      return bytes === 'eof' ? bytes : goOn(continuation, bytes)
    }
    const bytes = await input.dotted(continuation.limit)
    return bytes === 'eof' ? bytes : continuation.run(bytes)
  }

  const goOn = (
    continuation: Exclude<Continuation, { read: 'dotted' }>,
    bytes: Buffer,
  ): CommandResult | Promise<CommandResult> => {
    responder.continued?.(bytes)
    return continuation.run(bytes)
  }

  const answerTo = async (line: Buffer | 'too-long'): Promise<Answer> => {
    strikes++
    if (line === 'too-long') {
      await readBetween(input.head(dialect.maxLine))
      return { action: 'other', result: dialect.tooLong(session) }
    }
    const request = dialect.parse(session, line)
    if ('send' in request) {
      await readBetween(line)
      return { action: 'other', result: request }
    }
    const command = table.get(request.verb)
    responder.heard(request, command?.action ?? 'other', input)
    if (!command) {
      await readBetween(line)
      return { action: 'other', request, result: dialect.unknown(session, request) }
    }
    const { action, states } = command
    if (states !== 'any' && !states.includes(session.state)) {
      return { action, request, result: dialect.wrongState(session, request) }
    }
    strikes = 0
    return { action, request, result: await command.run(session, request) }
  }

  if (greet) {
    const end = await settle({ action: 'greeting', result: dialect.greeting(session) })
    if (end !== 'command') return end
  }
  for (let since = clock.now(); ; ) {
    // Lines that are there already cost no wait.
    if (input.length > 0 && clock.now() - since > longestTurn) {
      await turn()
      since = clock.now()
    }
    // Whoever expects text finds no command in a ClientHello, and says so.
    const hello = session.link.secure ? undefined : await input.strayHello()
    const line = hello ?? (await input.line(dialect.maxLine))
    if (line === 'eof' && input.length > 0) await readBetween(input.drain())
    if (line === 'eof' || line === 'hopeless') return line
    const end = await settle(await answerTo(line))
    if (end !== 'command') return end
    if (strikes > patience && !responder.mute) {
      await responder.respond({ action: 'other', result: reply(dialect.goodbye(session)) })
      return 'hopeless'
    }
  }
}

/**
 * Understands what a client says although nobody answers: after a handshake that failed, behind STARTTLS, on a server that
 * has fallen silent. Nothing that is said has any effect.
 */
export async function overhear<S extends Session>(
  dialect: Dialect<S>,
  session: S,
  input: Input,
  listener: Pick<Responder, 'heard' | 'continued'>,
): Promise<void> {
  const respond = async ({ result: { next } }: Answer) => (typeof next === 'object' ? next : 'command')
  await runDialogue(dialect, session, input, { mute: true, ...listener, respond }, { greet: false })
}

/** Whether this is no reply, but a step on the way to one. */
export const isSilent = ({ send, next }: CommandResult): boolean =>
  typeof next === 'object' && !(send instanceof LateReply) && send.length === 0

const restOf = ({ next, unasked }: CommandResult): Continuation | undefined =>
  unasked ?? (typeof next === 'object' ? next : undefined)

const tables = new WeakMap<object, ReadonlyMap<string, unknown>>()

/** Commands by verb. Made once, because a connection has several phases and a dialect many commands. */
function tableOf<S extends Session>({ commands }: Dialect<S>): ReadonlyMap<string, Command<S>> {
  const table =
    (tables.get(commands) as ReadonlyMap<string, Command<S>> | undefined) ??
    new Map(commands.map((command) => [command.verb, command]))
  tables.set(commands, table)
  return table
}
