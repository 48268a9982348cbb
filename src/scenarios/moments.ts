import { needsScript } from './availability.ts'
import { type Effect, type Effects, isSteps, type Step } from './effects.ts'
import type { QuirkEntry } from './entry.ts'
import type { Moments } from './quirk-words.ts'
import type { Part } from './registry.ts'
import { type Hook, hooks, type Mode, type Moment, modes, type Protocol, protocols } from './vocabulary.ts'

/** Where a moment or a reply is to be met. */
export interface Places {
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
}

const withTls: readonly Mode[] = ['implicit', 'starttls']

/** What is not everywhere. */
const placesOf: Readonly<Partial<Record<Hook, Partial<Places>>>> = {
  'starttls-reply': { modes: ['starttls'] },
  'client-hello': { modes: withTls },
  'server-hello': { modes: withTls },
  'server-flight': { modes: withTls },
  'after-tls': { modes: withTls },
  data: { protocols: ['smtp', 'imap'] },
  'continued:message': { protocols: ['smtp'] },
  'continued:append': { protocols: ['imap'] },
  'continued:idle': { protocols: ['imap'] },
}

/** Protocols and modes in which a moment comes. */
export const placesOfMoment = (hook: Hook): Places => ({ protocols, modes, ...placesOf[hook] })

/** The effects of an entry by moment, whichever of its moments is chosen. */
export function momentsOf({ at, moments: choice }: Pick<QuirkEntry, 'at' | 'moments'>): Moments {
  if (at === undefined) return {}
  if (!isEffects(at)) return at
  return Object.fromEntries((choice ?? []).map((moment) => [moment, at]))
}

const isEffects = (at: Moments | Effects): at is Effects => Array.isArray(at) || typeof at === 'function'

/** The entry as it is when its effects happen at one of its moments, with the protocols and modes that this moment has. */
export function atMoment(entry: QuirkEntry, moment: Moment): QuirkEntry {
  const { moments: _, ...rest } = entry
  const effects = momentsOf(entry)[moment]
  const places = placesOfMoment(moment)
  return {
    ...rest,
    protocols: entry.protocols.filter((protocol) => places.protocols.includes(protocol)),
    modes: entry.modes.filter((mode) => places.modes.includes(mode)),
    ...(effects && { at: { [moment]: effects } }),
  }
}

/** Every step of a moment; effects that always happen are a step without a condition, and a function says nothing. */
export function stepsOf(effects: Effects): readonly Step[] {
  if (typeof effects === 'function') return []
  return isSteps(effects) ? effects : [{ when: {}, do: effects }]
}

/** Every effect of a moment, at any depth. */
export const effectsOf = (effects: Effects): readonly Effect[] =>
  stepsOf(effects).flatMap((step) => step.do.flatMap((effect) => [effect, ...inner(effect)]))

const inner = (effect: Effect): readonly Effect[] => (effect.do === 'repeat' ? effect.effects : [])

/** The moments that every connection meets, in its order; what is behind the greeting of a mode depends on the client. */
const course: Readonly<Record<Mode, readonly Hook[]>> = {
  implicit: ['accept', 'client-hello', 'server-hello', 'server-flight', 'after-tls', 'greeting'],
  starttls: ['accept', 'greeting', 'starttls-reply', 'client-hello', 'server-hello', 'server-flight', 'after-tls'],
  plain: ['accept', 'greeting'],
}

/** Behind what a connection always comes to. */
const inSession = 99

/** How far a connection has to come for a moment. */
function depthOf(hook: Hook, mode: Mode): number {
  const at = course[mode].indexOf(hook)
  return at < 0 ? inSession : at
}

/** The moment at which a quirk ends every conversation, whatever the client does; undefined where it goes on. */
export function deadEndOf(entry: Pick<QuirkEntry, 'at' | 'moments'>, mode: Mode): Hook | undefined {
  return hooks.find((hook) => {
    const effects = momentsOf(entry)[hook]
    if (effects === undefined || typeof effects === 'function' || !course[mode].includes(hook)) return false
    return stepsOf(effects).some(({ when, do: list }) => Object.keys(when).length === 0 && list.some(endsAll))
  })
}

const endsAll = (effect: Effect): boolean =>
  effect.do === 'silent' || (effect.do === 'close' && ['fin', 'rst'].includes(effect.how))

/** How far a connection has to come for a part to show: its certificate, its parameters of TLS, or its first moment. */
export function depthOfPart(part: Part, mode: Mode): number {
  if (part.kind === 'preset') return 0
  if (part.kind === 'certificate') return depthOf('server-flight', mode)
  const { tls, capabilities, sasl, start } = part.entry
  const depths = Object.keys(momentsOf(part.entry)).map((hook) => depthOf(hook as Hook, mode))
  if (tls) depths.push(depthOf('client-hello', mode))
  // A list may stand in the greeting, and what there is to begin with shows there.
  if (capabilities || sasl || start) depths.push(depthOf('greeting', mode))
  return Math.min(...depths, inSession)
}

/** How far a connection comes that ends at a moment. */
export const depthOfEnd = (hook: Hook, mode: Mode): number => depthOf(hook, mode)

/** Why Node's TLS cannot do what an entry says, or null where it can. */
export function scriptNeeds(entry: Pick<QuirkEntry, 'at' | 'moments' | 'script' | 'tls'>): string | null {
  const { script, tls } = entry
  if (script !== undefined) return waits('its script')
  if (tls?.sni?.missing === 'warning' || tls?.sni?.unknown === 'warning') return waits('a warning about the name')
  for (const [hook, effects] of Object.entries(momentsOf(entry))) {
    if (hook === 'server-hello' || hook === 'server-flight') return waits(`the moment ${hook}`)
    const inClear = inClearOnly.has(hook)
    for (const effect of effectsOf(effects)) {
      if (effect.do === 'below') return waits('clear text below TLS')
      if (effect.do === 'alert' && !inClear) return waits('an alert within the session')
      if (effect.do === 'stay-in-clear' && !inClear) return waits('to leave TLS and go on in clear')
    }
  }
  return null
}

const waits = (what: string): string => `${what}: ${needsScript}`

/** Moments in which nothing is protected yet. */
const inClearOnly: ReadonlySet<string> = new Set(['accept', 'client-hello', 'starttls-reply'])
