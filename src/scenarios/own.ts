import { isDeepStrictEqual } from 'node:util'
import { MockmailError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import { facetsOf } from './compose.ts'
import { certificateShape, effectShape, quirkShape } from './definition.ts'
import type { Effect, Effects } from './effects.ts'
import type { CertificateEntry, CertificateFacets, EntryFacts, QuirkEntry } from './entry.ts'
import type { FineName } from './fine-names.ts'
import { type DefinedPart, type ScenarioInput, scenarioNames } from './scenario.ts'
import { type Problem, problemOf, type Shape } from './shape.ts'

type Own<Entry> = { readonly id: string } & Omit<Entry, keyof EntryFacts> &
  Partial<EntryFacts> &
  Pick<EntryFacts, 'summary'>

/** A certificate of your own: an id, a summary, and the facets that are not as in `good`. */
export type OwnCertificate = Own<CertificateEntry>

/** A quirk of your own: an id, a summary, its layer, where it can be served, and what it does. */
export type OwnQuirk = Own<QuirkEntry>

/**
 * A certificate of your own, to be passed in place of an id. What is not said is as in the catalogue's `good`, and a
 * strict client is expected to refuse it.
 *
 * @throws {MockmailError} INVALID_DEFINITION
 */
export function defineCertificate(definition: OwnCertificate): DefinedPart {
  const { id, ...entry } = checked('defineCertificate', definition, certificateShape)
  const faults = facetsOf(entry).filter((facet) => !saysNothing(entry[facet as keyof CertificateFacets], facet))
  if (faults.length === 0 && entry.changesAt === undefined)
    refuse(id, 'no facet differs from good, so it would be good')
  return { defined: true, kind: 'certificate', id, entry: { ...factDefaults, ...entry } }
}

/**
 * A quirk of your own, to be passed in place of an id.
 *
 * @throws {MockmailError} INVALID_DEFINITION
 */
export function defineQuirk(definition: OwnQuirk): DefinedPart {
  const { id, ...entry } = checked('defineQuirk', definition, quirkShape)
  const { twin, speaks, tls, at, capabilities: { add, remove, replace, order } = {} } = entry
  if (twin !== undefined && !scenarioNames.includes(twin)) {
    refuse(id, `there is no twin '${twin}' in the catalogue.${didYouMean(twin, scenarioNames)}`)
  }
  if ([speaks, tls, at, add, remove, replace, order].every((what) => saysNothing(what))) {
    refuse(id, 'it has no effect, no capability, no TLS parameter and no first bytes, so it would be good')
  }
  const proven = (entry.shows ?? []).filter((name) => byPlant.has(name))
  if (entry.plants?.length && proven.length === 0) {
    refuse(id, `what it plants proves nothing: shows must have one of ${[...byPlant].join(', ')}`)
  }
  const guarded = Object.entries(at ?? {}).flatMap(([hook, effects]) =>
    effects === undefined ? [] : [[hook, guard(id, hook, effects)]],
  )
  return {
    defined: true,
    kind: 'quirk',
    id,
    entry: { ...factDefaults, ...entry, ...(at && { at: Object.fromEntries(guarded) }) },
  }
}

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
const asInGood: CertificateFacets = {
  issuer: 'intermediate',
  usage: { extendedKeyUsage: ['serverAuth'] },
  chain: { send: ['leaf', 'intermediate'] },
  extensions: [],
}

/** Nothing, at any depth, or what is so anyway. A list without members says that there are none. */
function saysNothing(given: unknown, facet?: string): boolean {
  if (given === undefined) return true
  if (facet !== undefined && isDeepStrictEqual(given, asInGood[facet as keyof CertificateFacets])) return true
  if (Array.isArray(given)) return facet === undefined && given.length === 0
  if (typeof given !== 'object' || given === null || ArrayBuffer.isView(given)) return false
  return Object.values(given).every((one) => saysNothing(one, facet === undefined ? undefined : ''))
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
function guard(id: string, hook: string, effects: Effects): Effects {
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
