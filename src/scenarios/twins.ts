import { isDeepStrictEqual } from 'node:util'
import { type Effect, type Effects, isSteps, type Step } from './effects.ts'
import type { QuirkEntry } from './entry.ts'
import { effectsOf, momentsOf } from './moments.ts'
import type { Moments, QuirkWords } from './quirk-words.ts'

/** Whether an entry sends what must not be taken for an answer. */
export const injects = (entry: QuirkEntry): boolean =>
  Object.values(momentsOf(entry)).some((effects) => effectsOf(effects).some((effect) => effect.do === 'inject'))

/**
 * The same without what it injects; null where nothing is left then. What a client does with the fault counts only where it
 * does not do it here as well.
 */
export function withoutInjection(entry: QuirkEntry): QuirkEntry | null {
  const { plants: _, canary: __, at: ___, aliases: ____, twin: _____, ...rest } = entry
  const at: Moments = Object.fromEntries(
    Object.entries(momentsOf(entry)).flatMap(([hook, effects]) => {
      const calm = withoutInject(effects)
      return isUsual(calm) ? [] : [[hook, calm]]
    }),
  )
  const calm = { ...rest, ...(Object.keys(at).length > 0 && { at }) }
  if (Object.keys(wordsOf(calm)).length === 0) return null
  const stops = Object.values(at).some((effects) => effectsOf(effects).some(({ do: what }) => ending.has(what)))
  return {
    ...calm,
    summary: `${entry.summary} Here nothing is injected.`,
    ...(!stops && { expect: 'accept', because: 'nothing is injected' }),
    tags: entry.tags.filter((tag) => tag !== 'core'),
  }
}

const ending: ReadonlySet<Effect['do']> = new Set(['silent', 'close', 'refuse'])

/** Whether two entries do the same in the same places, whatever is said of them. */
export const doTheSame = (one: QuirkEntry, other: QuirkEntry): boolean =>
  isDeepStrictEqual(wordsOf(one), wordsOf(other)) &&
  isDeepStrictEqual([one.protocols, one.modes], [other.protocols, other.modes])

const words: readonly (keyof QuirkWords)[] = [
  'listen',
  'start',
  'capabilities',
  'sasl',
  'connections',
  'tls',
  'script',
  'companions',
  'at',
]

const wordsOf = (entry: QuirkEntry): Partial<QuirkWords> =>
  Object.fromEntries(words.flatMap((word) => (entry[word] === undefined ? [] : [[word, entry[word]]])))

function withoutInject(effects: Effects): Effects {
  if (typeof effects === 'function') {
    return (context) => effects(context)?.flatMap(calmed)
  }
  return isSteps(effects)
    ? effects.map((step): Step => ({ ...step, do: step.do.flatMap(calmed) }))
    : effects.flatMap(calmed)
}

function calmed(effect: Effect): readonly Effect[] {
  if (effect.do === 'inject') return []
  return effect.do === 'repeat' ? [{ ...effect, effects: effect.effects.flatMap(calmed) }] : [effect]
}

/** What a correct server does by itself. */
function isUsual(effects: Effects): boolean {
  if (typeof effects === 'function') return false
  if (isSteps(effects)) return effects.every((step) => isUsual(step.do))
  return effects.every((effect) => effect.do === 'reply' && Object.keys(effect).length === 1)
}
