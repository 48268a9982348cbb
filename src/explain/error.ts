import { scenarios } from '../scenarios/listing.ts'
import { coreSet } from '../scenarios/registry.ts'
import { resolveScenario, scenarioNames } from '../scenarios/scenario.ts'
import { reasons as allReasons, type Reason } from '../scenarios/vocabulary.ts'
import { codesIn, reasonsOf, toldBy } from '../verdicts/reasons/reasons.ts'
import { alertNotes, isOfTheClient, type JudgedAlert, judgedAlert, ofTheClientNote } from './alerts.ts'
import { type Reading, readingsOf } from './codes.ts'
import { isAboutMail, isAboutOtherCertificates, isAboutTls, isBareRefusal } from './context.ts'
import { type ErrorText, errorTexts } from './errors.ts'
import type { Candidate, ErrorExplanation } from './explain.ts'
import { isAboutTlsOrMail, namesCode, rowsFor, saysExactly } from './match.ts'
import { meanings } from './meanings.ts'
import { type Narrowing, narrowings } from './narrowed.ts'
import { certificateReasons } from './sourced-text.ts'
import { codesOfRow, reasonsOfRow } from './told-by-row.ts'

/**
 * What a text or code tells: its reasons, what it stands for as a code, and the scenarios that make a client say so. What
 * is not known is left empty; nothing is guessed by likeness.
 */
export function explainError(input: string): ErrorExplanation {
  const elsewhere = isAboutOtherCertificates(input)
  const readings = elsewhere ? [] : readingsOf(input)
  const alert = judgedAlert(input, readings)
  const told = elsewhere ? [] : toldIn(input, alert)
  const narrowed = narrowings.filter(({ pattern }) => pattern.test(input))
  const ofClient = isOfTheClient(
    input,
    alert,
    told.map(({ reason }) => reason),
  )
  const candidates = elsewhere || ofClient ? [] : candidatesOf(input, { readings, told, narrowed })
  return {
    schema: 1,
    kind: 'error',
    input,
    reasons: allReasons
      .filter((reason) => told.some((one) => one.reason === reason) && !alert?.untold.includes(reason))
      .map((reason) => ({ reason, meaning: meanings[reason] })),
    readings,
    notes: elsewhere
      ? []
      : [...alertNotes(alert), ...(ofClient ? [ofTheClientNote] : []), ...narrowed.flatMap(({ note }) => note ?? [])],
    scenarios: candidates,
    commands: candidates.slice(0, 1).map(({ id }) => `mockmail up ${id}`),
  }
}

interface Told {
  readonly reason: Reason
  readonly or?: readonly Reason[]
}

/** What a text tells. A client's word for an alert is not a server's: whose text it is decides what the alert is about. */
function toldIn(input: string, alert: JudgedAlert | null): readonly Told[] {
  const told = toldBy(input)
  if (!alert) return told
  const others = told.filter(({ reason }) => reason !== 'client-certificate')
  return [...others, ...alert.reasons.map((reason) => ({ reason }))]
}

interface Findings {
  readonly readings: readonly Reading[]
  readonly told: readonly Told[]
  readonly narrowed: readonly Narrowing[]
}

function candidatesOf(input: string, findings: Findings): readonly Candidate[] {
  const { narrowed } = findings
  const allowed = new Set(narrowed.flatMap(({ scenarios: ids }) => ids))
  const fits = (id: string): boolean => narrowed.length === 0 || id.split('+').some((part) => allowed.has(part))
  const rows = evidenceIn(input, findings.told)
  const said = candidatesFrom(rows, fits)
  const known = new Set(said.map(({ id }) => id))
  const meant = narrowed.length > 0 ? [...allowed] : meantBy(input, findings, rows)
  const all = [...said, ...meant.filter((id) => exists(id) && !known.has(id)).map((id) => candidate(id, 'reason', []))]
  return narrowed.some(({ equally }) => equally) ? all.map((one) => ({ ...one, evidence: 'reason' })) : all
}

/** Reasons that any connection can end for. They lead to a scenario only where the text is surely about one of ours. */
const ofAnyConnection: ReadonlySet<Reason> = new Set([
  'connection-refused',
  'unreachable',
  'connection-closed',
  'timeout',
])

/** What the text tells decides; a lost connection is only its consequence. */
const telling = (reasons: readonly Reason[]): readonly Reason[] =>
  reasons.filter((reason) => !ofAnyConnection.has(reason))

function isSure(input: string, reasons: readonly Reason[]): boolean {
  if (isAboutMail(input)) return true
  if (reasons.includes('connection-refused')) return isBareRefusal(input)
  return reasons.includes('connection-closed') && isAboutTls(input)
}

/** The rows that count: those that give a reason, else those that say that a certificate or TLS failed, and no more. */
function evidenceIn(input: string, told: readonly Told[]): readonly ErrorText[] {
  const rows = rowsFor(input)
  const given = told.map(({ reason }) => reason)
  const fits = (reasons: readonly Reason[]): boolean => telling(reasons).some((reason) => given.includes(reason))
  const clear = rows.filter(
    (row) => fits(reasonsOfRow(row)) || (row.code !== null && namesCode(input, row) && fits(reasonsOf(row.code))),
  )
  if (clear.length > 0) return clear
  if (telling(given).length > 0) return []
  if (given.length > 0) return isSure(input, given) ? rows.filter((row) => reasonsOfRow(row).length > 0) : []
  return rows.filter(
    (row) => (row.evidence === 'sourced' && saysExactly(input, row)) || (isAboutTlsOrMail(row) && saysOneThing(row)),
  )
}

/** What is said of one kind of fault, or of certificates alone. A text that is said of everything is like a class. */
function saysOneThing(row: ErrorText): boolean {
  if (row.evidence === 'sourced') return true
  const ids = errorTexts.filter(({ text }) => text === row.text).flatMap(({ scenarios: own }) => own)
  const kinds = new Set(ids.filter(exists).map((id) => resolveScenario(id).expectation.reasons[0] ?? id))
  return (
    kinds.size === 1 ||
    [...kinds].every((kind) => certificateReasons.some((reason) => reason === kind) || kind === 'certificate-changed')
  )
}

/** Scenarios of which nobody was heard to say so, and which have the reason that the text gives. */
function meantBy(input: string, { told, readings }: Findings, rows: readonly ErrorText[]): readonly string[] {
  const given = told.flatMap(({ reason, or = [] }) => [reason, ...or])
  const first = withReasons(telling(told.map(({ reason }) => reason)))
  // What a library says as well of something else is a guess beside what it says.
  const meant = first.length > 0 ? first : withReasons(telling(given))
  if (telling(given).length > 0) return meant.filter((id) => !saysOtherwise(id, input, rows))
  if (given.length > 0) return isSure(input, given) ? withReasons(given) : []
  if (rows.length > 0) return []
  // A number means the first thing that anything here is about.
  return readings.map(({ reasons }) => withReasons(telling(reasons))).find((ids) => ids.length > 0) ?? []
}

/** Ids of every entry with one of these reasons, in the order of the catalogue. */
const withReasons = (wanted: readonly Reason[]): readonly string[] =>
  scenarios.filter(({ reasons }) => reasons.some((reason) => wanted.includes(reason))).map(({ id }) => id)

/**
 * Every client that was measured to say this was measured with the scenario too, and gave another reason, and nobody was
 * heard to give the same one. A client that went on, or gave none, rules nothing out: the next one may be set otherwise.
 */
function saysOtherwise(id: string, input: string, rows: readonly ErrorText[]): boolean {
  const clients = new Set(rows.filter(({ evidence }) => evidence === 'measured').flatMap((row) => row.clients))
  const codes = codesIn(input)
  const heard = errorTexts.some(
    (row) => row.scenarios.includes(id) && codesOfRow(row).some((one) => codes.includes(one)),
  )
  return !heard && clients.size > 0 && [...clients].every((client) => errorTexts.some((row) => blames(row, client, id)))
}

const blames = (row: ErrorText, client: string, id: string): boolean =>
  row.evidence === 'measured' &&
  row.clients.includes(client) &&
  row.scenarios.includes(id) &&
  reasonsOfRow(row).length > 0

/** Surest first: what was measured, what more of the matching rows are about, single faults before combinations. */
function candidatesFrom(rows: readonly ErrorText[], fits: (id: string) => boolean): readonly Candidate[] {
  const ids = [...new Set(rows.flatMap((row) => row.scenarios))].filter(exists).filter(fits)
  const parts = (id: string): number => id.split('+').length
  return ids
    .map((id) => {
      const said = rows.filter((row) => row.scenarios.includes(id))
      return candidate(id, said.some(({ evidence }) => evidence === 'measured') ? 'measured' : 'sourced', said)
    })
    .sort(
      (a, b) =>
        a.evidence.localeCompare(b.evidence) ||
        parts(a.id) - parts(b.id) ||
        rarity(a.id) - rarity(b.id) ||
        b.said.length - a.said.length ||
        position(a.id) - position(b.id),
    )
}

/** What everybody meets is in the core set. */
const rarity = (id: string): number => (id.split('+').every((part) => coreSet.includes(part)) ? 0 : 1)

/** In the catalogue. */
const position = (id: string): number => scenarios.findIndex((entry) => entry.id === id.split('+')[0])

/** A row may be about a scenario that this catalogue has not, or has no more. */
const exists = (id: string): boolean => id.split('+').every((part) => scenarioNames.includes(part))

function candidate(id: string, evidence: Candidate['evidence'], said: readonly ErrorText[]): Candidate {
  const { parts, expectation } = resolveScenario(id)
  const { expect, because } = expectation
  const summary = parts.map(({ entry }) => entry.summary).join(' ')
  return { id, summary, expect, because, evidence, said, closer: closerThan(said, id) }
}

function closerThan(said: readonly ErrorText[], id: string): ErrorText | null {
  const ecosystems = new Set(said.map(({ ecosystem }) => ecosystem))
  const least = Math.min(...said.map((row) => row.scenarios.length))
  const closer = errorTexts
    .filter(({ evidence, ecosystem }) => evidence === 'measured' && ecosystems.has(ecosystem))
    .filter((row) => row.scenarios.includes(id) && row.scenarios.length < least && reasonsOfRow(row).length > 0)
    .sort((a, b) => a.scenarios.length - b.scenarios.length)
  return closer[0] ?? null
}
