import { MockmailError } from '../errors.ts'
import type { CertificateEntry, EntryFacts, QuirkEntry } from './entry.ts'
import { type DefinedPart, scenarioNames } from './scenario.ts'
import { actions, type Expect, expects, modes, moments, protocols } from './vocabulary.ts'

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
export function defineCertificate({ id, ...entry }: OwnCertificate): DefinedPart {
  checkFacts(id, entry)
  return { defined: true, kind: 'certificate', id, entry: { ...factDefaults, ...entry } }
}

/**
 * A quirk of your own, to be passed in place of an id.
 *
 * @throws {MockmailError} INVALID_DEFINITION
 */
export function defineQuirk({ id, ...entry }: OwnQuirk): DefinedPart {
  checkFacts(id, entry)
  checkList(id, 'protocols', entry.protocols, protocols)
  checkList(id, 'modes', entry.modes, modes)
  const { twin } = entry
  if (twin !== undefined && !scenarioNames.includes(twin)) refuse(id, `there is no twin '${twin}' in the catalogue`)
  const hooks = [...moments, ...actions.map((action) => `command:${action}`)]
  for (const [hook, effects] of Object.entries(entry.at ?? {})) {
    if (!hooks.includes(hook)) refuse(id, `there is no moment '${hook}'`, hooks)
    if (typeof effects !== 'function') refuse(id, `what happens at '${hook}' is a function that returns effects`)
  }
  return { defined: true, kind: 'quirk', id, entry: { ...factDefaults, ...entry } }
}

const factDefaults = { expect: 'reject', because: 'its definition says so', references: [], tags: ['own'] } as const

const idPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

function checkFacts(id: string, { summary, expect }: { summary: string; expect?: Expect }): void {
  if (typeof id !== 'string' || !idPattern.test(id))
    refuse(String(id), 'an id is lower case letters, digits and single hyphens')
  if (scenarioNames.includes(id)) refuse(id, 'the catalogue has that name already')
  if (typeof summary !== 'string' || summary === '') refuse(id, 'a summary is one sentence that says what is wrong')
  if (expect !== undefined) checkList(id, 'expect', [expect], expects)
}

function checkList(id: string, what: string, given: readonly string[] | undefined, allowed: readonly string[]): void {
  if (!Array.isArray(given) || given.length === 0) refuse(id, `${what} is missing`, allowed)
  const wrong = given.find((one) => !allowed.includes(one))
  if (wrong !== undefined) refuse(id, `'${wrong}' is not one of ${what}`, allowed)
}

function refuse(id: string, what: string, allowed?: readonly string[]): never {
  const list = allowed ? ` Allowed: ${allowed.join(', ')}.` : ''
  throw new MockmailError('INVALID_DEFINITION', `The definition of '${id}' cannot be used: ${what}.${list}`)
}
