import type { Effects, When } from './effects.ts'
import type { PresetEntry, QuirkEntry } from './entry.ts'
import { canonicalHook } from './hooks.ts'
import { effectsOf, momentsOf, stepsOf } from './moments.ts'
import type { CapabilityChange, Script } from './quirk-words.ts'
import type { Hook } from './vocabulary.ts'

/** Something that a part sets: two parts must not set the same. */
interface Setting {
  readonly what: string
  /** Where it counts only under conditions, these. */
  readonly when?: When
  /** Whether it may be in clear as well as inside TLS. */
  readonly phases?: true
}

/** What a quirk or a preset sets, as words for people. */
export const behaviourSettings = (entry: QuirkEntry | PresetEntry): readonly string[] =>
  unique(settingsIn(entry).map(({ what, when = {} }) => words(what, when)))

/**
 * What it lays claim to: a moment by phase and condition, so that what counts in clear only and what counts inside TLS only
 * can be combined.
 */
export const behaviourClaims = (entry: QuirkEntry | PresetEntry): readonly string[] =>
  unique(
    settingsIn(entry).flatMap(({ what, when = {}, phases }) =>
      phases && when.phase === undefined
        ? (['clear', 'tls'] as const).map((phase) => words(what, { ...when, phase }))
        : [words(what, when)],
    ),
  )

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)]

function settingsIn(entry: QuirkEntry | PresetEntry): readonly Setting[] {
  const { tls, capabilities } = entry
  const quirk = entry as QuirkEntry
  return [
    ...[capabilities ?? []].flat().flatMap(ofCapabilities),
    ...Object.entries(tls ?? {}).flatMap(([name, value]) => ofTls(name, value)),
    ...keysOf(quirk.sasl).map((name) => ({ what: `SASL ${name}` })),
    ...keysOf(quirk.start).map((name) => ({ what: `start ${name}` })),
    ...keysOf(quirk.connections).map((name) => ({ what: `${name} connections` })),
    ...[quirk.script ?? []].flat().flatMap(ofScript),
    ...(quirk.canary ? [{ what: 'canary' }] : []),
    // Nothing is ever accepted.
    ...(quirk.listen === false ? [{ what: 'moment accept' }] : []),
    ...Object.entries(momentsOf(quirk)).flatMap(([hook, effects]) => ofMoment(canonicalHook(hook as Hook), effects)),
  ]
}

function ofCapabilities({ only, add, remove, replace, order, spell }: CapabilityChange): readonly Setting[] {
  const names = [...(only ?? []), ...(add ?? []), ...(remove ?? []), ...keysOf(replace)]
  return [
    ...names.map((name) => ({ what: `capability ${name}` })),
    ...(only ? [{ what: 'list of capabilities' }] : []),
    ...(order ? [{ what: 'order of capabilities' }] : []),
    ...(spell ? [{ what: 'spelling of capabilities' }] : []),
  ]
}

const ofTls = (name: string, value: unknown): readonly Setting[] =>
  name === 'sni'
    ? keysOf(value as object).map((which) => ({ what: `TLS parameter sni.${which}` }))
    : [{ what: `TLS parameter ${name}` }]

const ofScript = ({ at, ...members }: Script): readonly Setting[] => [
  ...keysOf(members).map((name) => ({ what: `script ${name}` })),
  ...keysOf(at as object | undefined).map((moment) => ({ what: `script at ${moment}` })),
]

function ofMoment(hook: Hook, effects: Effects): readonly Setting[] {
  const what = nameOf(hook)
  const phases = inEitherPhase(hook) ? { phases: true as const } : {}
  const steps = stepsOf(effects)
  if (steps.length === 0) return [{ what, ...phases }]
  const holds = effectsOf(effects).some((effect) => effect.do === 'hold')
  return [
    ...steps.map(({ when }) => ({ what, when, ...phases })),
    ...(holds ? [{ what: `answer behind ${hook}` }] : []),
  ]
}

const nameOf = (hook: Hook): string =>
  /^(?:command|continued):/.test(hook) ? hook.replace(':', ' ') : `moment ${hook}`

/** STARTTLS inside TLS has a condition that says so. */
const inEitherPhase = (hook: Hook): boolean =>
  /^(?:command|continued):(?!starttls)/.test(hook) || ['greeting', 'auth', 'data', 'closing'].includes(hook)

function words(what: string, { phase, ...others }: When): string {
  const conditions = Object.entries(others).map(([name, value]) => `${name} is ${value}`)
  const where = phase === undefined ? '' : phase === 'clear' ? ' in clear' : ' inside TLS'
  return `${what}${where}${conditions.length > 0 ? ` if ${conditions.join(' and ')}` : ''}`
}

const keysOf = (of: object | undefined): readonly string[] => Object.keys(of ?? {})
