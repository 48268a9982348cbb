import { readFileSync } from 'node:fs'
import { fileJudges } from '../../scripts/measure/file-judges.ts'
import { group, sorted } from '../../scripts/measure/groups.ts'
import type { Implementation } from '../../scripts/measure/judge.ts'
import { judgesWith } from '../../scripts/measure/judges.ts'
import { type Row, readRecording, recordedJudges } from '../../scripts/measure/recording.ts'
import { needsRevocation } from '../../scripts/measure/targets.ts'
import { catalogue, type Part } from '../../src/scenarios/registry.ts'
import type { Reason } from '../../src/scenarios/vocabulary.ts'
import { reasonsOf, refusedFor } from '../../src/verdicts/reasons/reasons.ts'
import { sessionClients } from '../support/clients/all.ts'
import { sessionsOf } from '../support/clients/play.ts'

/** What is recorded and breaks a rule: `kind`, scenario, client and text, set apart by tabs; what does not matter is `*`. */
export type Problem = string

/** A line of `fixtures/measured-exceptions.tsv`: a problem, and why it is none. */
export interface Exception {
  readonly problem: Problem
  readonly because: string
}

export const exceptionsFile = 'fixtures/measured-exceptions.tsv'

export const readExceptions = (): readonly Exception[] =>
  readFileSync(new URL(`../../${exceptionsFile}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const cells = line.split('\t')
      return { problem: cells.slice(0, -1).join('\t'), because: cells.at(-1) ?? '' }
    })

/** What one client said of one scenario wherever it said the same kind of thing. */
export interface Words {
  readonly judge: string
  readonly implementation: Implementation
  readonly part: Part
  readonly client: string
  readonly rows: readonly [Row, ...Row[]]
}

const implementations: ReadonlyMap<string, Implementation> = new Map([
  ...[...judgesWith({ node: [], python: [], java: [], dotnet: ['python3'], angus: '.' }), ...fileJudges].map(
    ({ id, implementation }) => [id, implementation] as const,
  ),
  ...sessionClients.map((client) => [sessionsOf(client), client.implementation ?? 'openssl'] as const),
])

/** Bun's TLS is BoringSSL, a fork; what it runs need not be here to know that. */
const implementationOf = (judge: string): Implementation | undefined =>
  judge.endsWith('-on-Bun') ? 'openssl' : implementations.get(judge)

/** Everything recorded of single parts of the catalogue, by clients that were told to verify and had what it takes. */
export function recordedWords(): readonly Words[] {
  return recordedJudges().flatMap((judge) => {
    const implementation = implementationOf(judge)
    if (implementation === undefined) throw new Error(`fixtures/measured/${judge}.tsv is of no judge.`)
    const rows = readRecording(judge).rows.filter(({ given }) => given !== 'machine')
    const single = rows.flatMap((row) =>
      row.series.flatMap((series) => row.places.map((place) => ({ ...row, series: [series], places: [place] }))),
    )
    return group(single, ({ scenario, client, given, series, places }) => [
      ...[scenario, client, given, ...series, ...places],
    ]).flatMap((same): readonly Words[] => {
      const part = catalogue.find(({ id }) => id === same[0].scenario)
      const { client, given } = same[0]
      // Without a CRL nobody can see it.
      if (!part || (needsRevocation(part.id) && given !== 'crl')) return []
      return [{ judge, implementation, part, client, rows: same }]
    })
  })
}

/** What the recorded words show that a wrong recording would show as well. */
export function problemsOf(words: readonly Words[]): readonly Problem[] {
  const clients = sorted(words.map(({ client }) => client))
  const controlled = new Set(words.filter(({ part }) => part.id === 'good').map(({ client }) => client))
  const problems = [
    ...words.flatMap(problemsOfWords),
    ...clients.flatMap((client) => (controlled.has(client) ? [] : [line('has no control', 'good', client, '*')])),
  ]
  return sorted([...problems, ...catalogue.flatMap((part) => problemsOfPart(part, words))])
}

const line = (kind: string, scenario: string, client: string, text: string): Problem =>
  [kind, scenario, client, text].join('\t')

function problemsOfWords(words: Words): readonly Problem[] {
  const { part, client, rows } = words
  const { id, entry } = part
  const [{ outcome, server }] = rows
  if (server !== undefined && !server.endsWith(' pass')) return [line('is judged', id, client, server)]
  if (outcome === 'unsaid') return [line('says nothing', '*', client, '*')]
  if (entry.expect === 'accept') return outcome === 'accepted' ? [] : [line('refuses', id, client, rows[0].text)]
  if (entry.expect === 'either') return []
  if (outcome === 'accepted') return [line('goes on', id, client, '*')]
  if (outcome === 'hung') return [line('hangs', id, client, '*')]
  if (rows.every((row) => isCutOff(row))) return [line('is cut off', id, '*', '*')]
  const named = rows.map((row) => names(part, row))
  if (named.includes(true)) return []
  if (named.includes(false)) return rows.map(({ text }) => line('names another', id, client, text))
  return rows.map(({ text }) => line('names nothing', '*', client, text))
}

/** Many rows have the same words. */
const once = <T>(find: (error: { code: string; message: string }, reasons: readonly Reason[]) => T) => {
  const known = new Map<string, T>()
  return ({ code, text }: Row, reasons: readonly Reason[] = []): T => {
    const key = [code, text, ...reasons].join('\t')
    const found = known.has(key) ? (known.get(key) as T) : find({ code, message: text }, reasons)
    known.set(key, found)
    return found
  }
}

/** A lost connection is all that it tells of. */
const isCutOff = once((error) => {
  const told = reasonsOf(error)
  return told.length > 0 && told.every((reason) => reason === 'connection-closed' || reason === 'timeout')
})

const namesReason = once(refusedFor)

const names = ({ entry }: Part, row: Row): boolean | null => namesReason(row, [entry.reason ?? []].flat())

/** Faults of a certificate or of TLS are found by an implementation of TLS, all others by the program that speaks. */
function problemsOfPart(part: Part, words: readonly Words[]): readonly Problem[] {
  const { id, entry } = part
  const own = words.filter((one) => one.part === part)
  const right = own.filter(({ rows }) =>
    entry.reason && entry.expect !== 'accept'
      ? rows.some((row) => row.outcome === 'error' && names(part, row) === true)
      : rows.every(({ outcome }) => outcome === 'accepted'),
  )
  const byProgram = part.kind === 'quirk' && (part.entry.layer === 'starttls' || part.entry.layer === 'session')
  const independent = new Set(right.map(({ implementation, client }) => (byProgram ? client : implementation)))
  return independent.size >= 2 ? [] : [line('confirmed by one at most', id, [...independent].join(' ') || '*', '*')]
}
