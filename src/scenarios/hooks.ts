import { type Action, actions, type Hook, momentOfAction } from './vocabulary.ts'

const actionOfMoment: ReadonlyMap<string | undefined, Action> = new Map(
  actions.map((action) => [momentOfAction[action], action]),
)

/** One name for what can be said in two ways: a moment that is the reply to a command is that command. */
export function canonicalHook(hook: Hook): Hook {
  const action = actionOfMoment.get(hook)
  return action ? `command:${action}` : hook
}
