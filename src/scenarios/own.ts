import { isDeepStrictEqual } from 'node:util'
import { MockmailError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import { certificateShape, quirkShape } from './definition.ts'
import { effectShape } from './effect-shape.ts'
import type { Effect, EffectFunction } from './effects.ts'
import type { CertificateEntry, CertificateFault, EntryFacts, Member, QuirkEntry } from './entry.ts'
import type { FineName } from './fine-names.ts'
import { momentsOf } from './moments.ts'
import type { CapabilityChange, QuirkWords } from './quirk-words.ts'
import { hasOpenPlace, listedValues, type Parameterised, withValue } from './recipe/parameter.ts'
import { graphProblem, membersOf, recipeOf } from './recipe/recipe.ts'
import { unreachedSettings } from './recipe/settings.ts'
import { type DefinedPart, resolveScenario, type ScenarioInput, scenarioNames } from './scenario.ts'
import { type Problem, problemOf, type Shape } from './shape.ts'

type Own<Entry> = { readonly id: string } & Omit<Entry, keyof EntryFacts> &
  Partial<EntryFacts> &
  Pick<EntryFacts, 'summary'>

/** A certificate of your own: an id, a summary, and how its graph differs from that of `good`. */
export type OwnCertificate = Own<CertificateEntry>

/** A quirk of your own: an id, a summary, its layer, where it can be served, and what it does. */
export type OwnQuirk = Own<QuirkEntry>

/**
 * A certificate of your own, to be passed in place of an id. What is not said is as in the catalogue's `good`, and a
 * strict client is expected to refuse it.
 *
 * @throws {MockmailError} INVALID_DEFINITION
 * @example
 * const brief = defineCertificate({
 *   id: 'brief',
 *   summary: 'The leaf, and only the leaf, was valid for an hour.',
 *   leaf: { dates: { notBefore: seconds(-7200), notAfter: seconds(-3600) } },
 *   reason: 'expired',
 * })
 * const server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: brief })
 * @example
 * const forged = defineCertificate({
 *   id: 'forged',
 *   summary: 'The certificate of the intermediate, and only it, is signed by a key that nobody has.',
 *   intermediate: { signKey: 'other' },
 *   reason: ['signature', 'unknown-issuer'],
 * })
 */
export function defineCertificate(definition: OwnCertificate): DefinedPart {
  const { id, ...entry } = checked('defineCertificate', definition, certificateShape)
  for (const one of eachValue(id, entry, certificateShape)) {
    if (!differs(one)) refuse(id, 'nothing differs from good, so it would be good')
    const wrong = graphProblem(recipeOf(one))
    if (wrong !== undefined) refuse(id, wrong)
    const [lost] = unreachedSettings(one, [one])
    if (lost !== undefined) refuse(id, `it sets ${lost}, and nothing leads a client there`)
  }
  return { defined: true, kind: 'certificate', id, entry: { ...factDefaults, ...entry } }
}

/** The entry with its default, and with each value that is listed, each of the shape that it must have. */
function eachValue<Entry extends Parameterised>(id: string, entry: Entry, shape: Shape): readonly Entry[] {
  const { parameter: _, ...rest } = entry
  if (entry.parameter === undefined && hasOpenPlace(rest)) refuse(id, "it has 'param' in it, and no 'parameter'")
  let all: readonly Entry[]
  try {
    all = [undefined, ...listedValues(entry)].map((value) => withValue(id, entry, value))
  } catch (error) {
    return refuse(id, `'parameter': ${error instanceof Error ? error.message : String(error)}`)
  }
  const problem = all.map((one) => problemOf(shape, { id, ...one })).find((one) => one !== undefined)
  return problem ? refuse(id, clause(problem, 'it')) : all
}

/**
 * A quirk of your own, to be passed in place of an id.
 *
 * @throws {MockmailError} INVALID_DEFINITION
 */
export function defineQuirk(definition: OwnQuirk): DefinedPart {
  const { id, ...entry } = checked('defineQuirk', definition, quirkShape)
  for (const one of eachValue(id, entry, quirkShape)) refuseIdle(id, one)
  const { at } = entry
  const proven = (entry.shows ?? []).filter((name) => byPlant.has(name))
  if (entry.plants?.length && proven.length === 0) {
    refuse(id, `what it plants proves nothing: shows must have one of ${[...byPlant].join(', ')}`)
  }
  const guarded = Object.entries(momentsOf(entry)).flatMap(([hook, effects]) =>
    effects === undefined ? [] : [[hook, typeof effects === 'function' ? guard(id, hook, effects) : effects]],
  )
  return {
    defined: true,
    kind: 'quirk',
    id,
    entry: { ...factDefaults, ...entry, ...(at && { at: Object.fromEntries(guarded) }) },
  }
}

/** A quirk that does nothing, or not where it says. */
function refuseIdle(id: string, entry: Pick<QuirkEntry, keyof QuirkWords | 'twin'>): void {
  const { twin, at, moments: choice, companions } = entry
  if (twin !== undefined && !scenarioNames.includes(twin)) {
    refuse(id, `there is no twin '${twin}' in the catalogue.${didYouMean(twin, scenarioNames)}`)
  }
  for (const { scenario } of companions ?? []) resolveScenario(scenario)
  const happens = momentsOf(entry)
  if (at !== undefined && Object.keys(happens).length === 0 && choice === undefined && isList(at)) {
    refuse(id, "'at' has effects and no moment; name one, as in { greeting: […] }, or say 'moments'")
  }
  const lacking = choice?.find((moment) => happens[moment] === undefined)
  if (lacking !== undefined) refuse(id, `'moments' names ${lacking}, and 'at' says nothing of it`)
  if (
    Object.values(happens).every((effects) => effects === undefined) &&
    [entry.capabilities ?? []].flat().every(changesNothing) &&
    behaviourWords.every((name) => saysNothing(entry[name]))
  ) {
    refuse(id, 'it has no effect, no capability, no TLS parameter and nothing else that it does, so it would be good')
  }
}

const changesNothing = ({ only, add, remove, replace, order, spell }: CapabilityChange): boolean =>
  only === undefined && [add, remove, replace, order, spell].every((what) => saysNothing(what))

const isList = (at: unknown): boolean => Array.isArray(at) || typeof at === 'function'

/** What does something by itself; what a client could be seen by does not. */
const behaviourWords = ['listen', 'start', 'sasl', 'connections', 'tls', 'script'] as const

/** What a plant can prove. */
const byPlant: ReadonlySet<FineName> = new Set([
  'acted-on-injected',
  'acted-on-clear-state',
  'accepted-bad-dialogue',
  'downgraded-mech',
  'surfaced-clear-text',
])

const factDefaults = { expect: 'reject', because: 'its definition says so', references: [], tags: ['own'] } as const

/** What `good` has by itself. */
const asInGood: Readonly<Record<string, Member>> = {
  leaf: { issuer: 'intermediate', trusted: false, extendedKeyUsage: ['serverAuth'], staple: null },
  intermediate: { issuer: 'root', trusted: false },
  root: { issuer: 'self', trusted: true },
}

/** Words that say nothing while they are empty. */
const emptyWords: ReadonlySet<string> = new Set(['dates', 'extensions', 'raw', 'crl', 'ocsp'])

/** Whether anything is not as in `good`. */
function differs(fault: CertificateFault): boolean {
  const { send, sni = {}, tls = {}, dial, changesAt } = fault
  const ways = [['path'], ['leaf', 'intermediate']]
  if (send !== undefined && !ways.some((way) => isDeepStrictEqual(send, way))) return true
  if (dial !== undefined || changesAt !== undefined || Object.keys({ ...sni, ...tls }).length > 0) return true
  return Object.entries(membersOf(fault)).some(([name, member]) =>
    Object.entries(member).some(
      ([word, value]) =>
        !isDeepStrictEqual(value, asInGood[name]?.[word as keyof Member]) &&
        !(emptyWords.has(word) && saysNothing(value)),
    ),
  )
}

/** Nothing, at any depth. */
function saysNothing(given: unknown): boolean {
  if (given === undefined) return true
  if (Array.isArray(given)) return given.length === 0
  if (typeof given !== 'object' || given === null || ArrayBuffer.isView(given)) return false
  return Object.values(given).every(saysNothing)
}

const idPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

function checked<Given extends { readonly id: string }>(what: string, given: Given, shape: Shape): Given {
  const id = (given as Partial<Given> | null | undefined)?.id
  const problem = problemOf(shape, given)
  if (problem && (problem.path === 'id' || typeof id !== 'string')) {
    throw new MockmailError('INVALID_DEFINITION', `${what} cannot be used so: ${clause(problem, what)}.`)
  }
  if (problem) refuse(String(id), clause(problem, what))
  if (!idPattern.test(given.id)) refuse(given.id, 'an id is lower case letters, digits and single hyphens')
  if (scenarioNames.includes(given.id)) refuse(given.id, 'the catalogue has that name already')
  // What is undefined is absent, and must not take the place of a default.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Given
}

const clause = ({ path, what }: Problem, whole: string): string => `${path === '' ? whole : `'${path}'`} ${what}`

function refuse(id: string, what: string): never {
  throw new MockmailError(
    'INVALID_DEFINITION',
    `The definition of '${id}' cannot be used: ${what}${what.endsWith('?') ? '' : '.'}`,
  )
}

/** What the function throws, or returns in place of effects, is told as the definition's, and not as a defect of ours. */
function guard(id: string, hook: string, effects: EffectFunction): EffectFunction {
  const wrong = (what: string, options?: { readonly cause: unknown }): MockmailError =>
    new MockmailError('INVALID_DEFINITION', `What '${id}' does at '${hook}' ${what}.`, options)
  return (context) => {
    let given: readonly Effect[] | undefined
    try {
      given = effects(context)
    } catch (error) {
      throw wrong(`threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, {
        cause: error,
      })
    }
    if (given === undefined) return undefined
    if (!Array.isArray(given))
      throw wrong(`is no list of effects, but ${given instanceof Promise ? 'a promise' : typeof given}`)
    for (const [index, effect] of given.entries()) {
      const problem = problemOf(effectShape(effect), effect)
      if (problem) throw wrong(`is no list of effects: effect ${index + 1} ${clause(problem, '').trim()}`)
    }
    return given
  }
}

/**
 * Parts of one id would be taken for one another.
 *
 * @throws {MockmailError} INVALID_DEFINITION
 */
export function refuseNamesakes(inputs: readonly ScenarioInput[], own: readonly DefinedPart[] = []): void {
  const known = new Map<string, DefinedPart>()
  for (const part of [inputs, own].flat(2)) {
    if (typeof part !== 'object' || part === null) continue
    const other = known.get(part.id)
    if (other && !isDeepStrictEqual(other, part)) {
      throw new MockmailError(
        'INVALID_DEFINITION',
        `Two different definitions have the id '${part.id}'. Give each an id of its own.`,
      )
    }
    known.set(part.id, part)
  }
}
