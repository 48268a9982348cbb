import type { Action } from '../../scenarios/vocabulary.ts'
import type { CommandResult } from '../core/command-result.ts'
import type { Command, Request } from '../core/dialect.ts'
import type { Arguments } from './arguments.ts'
import { maxStringLiterals, withLiterals } from './literals.ts'
import type { ImapSession, ImapState } from './session.ts'
import { bad } from './spelling.ts'
import type { View } from './view.ts'

export type ImapCommand = Command<ImapSession>

interface Definition<T> {
  readonly verb: string
  readonly action: Action
  readonly states: readonly ImapState[] | 'any'
  readonly reference: string
  /** Octets of all its literals together. Default 64 KiB. */
  readonly maxLiterals?: number
  /** Reads everything behind the verb. Default: there is nothing. */
  readonly read?: (args: Arguments) => T
  readonly run: (session: ImapSession, given: T, request: Request) => CommandResult | Promise<CommandResult>
  /** Is told the arguments that could not be read, in place of `run`, where they are a fact all the same. */
  readonly unread?: (session: ImapSession, text: string) => void
}

/** A command whose arguments, literals included, are read before it runs; what cannot be read gets BAD. */
export function defineCommand<T = undefined>(definition: Definition<T>): ImapCommand {
  const { verb, action, states, reference, maxLiterals = maxStringLiterals, read, run, unread } = definition
  return {
    verb,
    action,
    states,
    reference,
    run: (session, request) =>
      withLiterals(request, maxLiterals, (args) => {
        const given = read?.(args) as T
        args.end()
        if (args.problem === undefined) return run(session, given, request)
        unread?.(session, args.whole)
        return bad(request.tag, args.problem)
      }),
  }
}

type MailboxDefinition<T> = Omit<Definition<T>, 'states' | 'run'> & {
  readonly run: (session: ImapSession, view: View, given: T, request: Request) => CommandResult | Promise<CommandResult>
}

/** A command on the selected mailbox. */
export function defineMailboxCommand<T = undefined>(definition: MailboxDefinition<T>): ImapCommand {
  return defineCommand<T>({
    ...definition,
    states: ['selected'],
    run: (session, given, request) =>
      session.view ? definition.run(session, session.view, given, request) : bad(request.tag, 'No mailbox selected'),
  })
}

/** A command that exists with sequence numbers and, as `UID …`, with UIDs: RFC 9051 §6.4.9. */
export function defineWithUid<T>(
  definition: Omit<MailboxDefinition<T>, 'run' | 'reference'> & {
    readonly reference: string
    readonly run: (
      session: ImapSession,
      view: View,
      given: T & { readonly byUid: boolean },
      request: Request,
    ) => CommandResult | Promise<CommandResult>
  },
): readonly ImapCommand[] {
  return [false, true].map((byUid) =>
    defineMailboxCommand<T>({
      ...definition,
      verb: byUid ? `UID ${definition.verb}` : definition.verb,
      run: (session, view, given, request) => definition.run(session, view, { ...given, byUid }, request),
    }),
  )
}
