import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ErrorExplanation, explain } from '../../src/explain/explain.ts'
import { catalogue } from '../../src/scenarios/registry.ts'
import { scenarioNames } from '../../src/scenarios/scenario.ts'
import { reasons } from '../../src/scenarios/vocabulary.ts'
import { reasonsOf } from '../../src/verdicts/reasons/reasons.ts'

/** The rows of a table of texts, by the names in its first line. */
function rowsOf(name: string): readonly Readonly<Record<string, string>>[] {
  const text = readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')
  const [head = '', ...lines] = text.trimEnd().split('\n')
  const names = head.split('\t')
  return lines.map((line) => {
    const values = line.split('\t')
    return Object.fromEntries(names.map((column, index) => [column, values[index] ?? '']))
  })
}

const explained = (text: string): ErrorExplanation => {
  const explanation = explain(text)
  if (explanation.kind !== 'error') throw new Error(`${text} was taken for a scenario`)
  return explanation
}

/** A single word that is written like an id is refused as a mistyped one. */
function scenariosOf(text: string): readonly string[] {
  try {
    return explained(text).scenarios.map(({ id }) => id)
  } catch (error) {
    expect(error).toMatchObject({ code: 'UNKNOWN_SCENARIO' })
    return []
  }
}

const told = ({ reasons: given }: ErrorExplanation): readonly string[] => given.map(({ reason }) => reason)

describe('a public report', () => {
  const cases = rowsOf('field-cases.tsv').map(
    ({ n = '', client = '', error_text: text = '', scenario = '', rank = '', reason = '' }) =>
      ({ n, client, text, scenario, rank, reason }) as const,
  )

  it('is one of fifty, of which each is answered by a scenario that exists or by a reason', () => {
    expect(cases).toHaveLength(50)
    for (const { scenario, rank, reason } of cases) {
      if (reason !== '') expect(reasons).toContain(reason)
      if (scenario === '') expect(reason).not.toBe('')
      else expect(scenarioNames).toEqual(expect.arrayContaining(scenario.split('+')))
      expect(['first', 'among', '']).toContain(rank)
    }
  })

  it.each(cases.filter(({ scenario }) => scenario !== ''))('$n of $client leads to $scenario, $rank', (one) => {
    const explanation = explained(one.text)
    if (one.reason !== '') expect(told(explanation)).toContain(one.reason)
    const [surest] = explanation.scenarios
    if (one.rank === 'first') expect(surest?.id).toBe(one.scenario)
    const top = explanation.scenarios.filter(({ evidence }) => evidence === surest?.evidence)
    expect(top.map(({ id }) => id)).toContain(one.scenario)
  })

  it.each(cases.filter(({ scenario }) => scenario === ''))('$n of $client gives $reason and no scenario', (one) => {
    const explanation = explained(one.text)
    expect({ told: told(explanation)[0], scenarios: explanation.scenarios.map(({ id }) => id) }).toEqual({
      told: one.reason,
      scenarios: [],
    })
  })
})

describe('a wording of a client', () => {
  const wordings = rowsOf('error-families.tsv').map(({ family = '', reason = '', scenarios = '', text = '' }) => {
    return { family, reason, scenarios, text }
  })
  const served = new Set<string>(catalogue.flatMap(({ entry }) => entry.reason ?? []))

  it('is one of at least 250, of twenty families', () => {
    expect(wordings.length).toBeGreaterThanOrEqual(250)
    expect(new Set(wordings.map(({ family }) => family)).size).toBeGreaterThanOrEqual(20)
    expect(new Set(wordings.map(({ text }) => text)).size).toBe(wordings.length)
  })

  it.each(wordings)('of $family gives $reason: $text', ({ reason, text }) => {
    expect(reasonsOf(text)[0] ?? '-').toBe(reason)
    if (reason !== '-') expect(told(explained(text))).toContain(reason)
  })

  // What tells only that verification failed leads to every certificate that fails.
  it.each(wordings)('of $family leads to scenarios where one has its reason, and to none elsewhere: $text', (one) => {
    const right = one.scenarios || (one.reason === '-' || served.has(one.reason) ? 'some' : 'none')
    expect(explained(one.text).scenarios.length > 0 ? 'some' : 'none').toBe(right)
  })
})

describe('a text of other software', () => {
  const others = rowsOf('other-texts.tsv').map(({ software = '', text = '' }) => ({ software, text }))

  it('is one of at least 200', () => {
    expect(new Set(others.map(({ text }) => text)).size).toBeGreaterThanOrEqual(200)
  })

  it.each(others)('of $software leads to no scenario: $text', ({ text }) => {
    expect(scenariosOf(text)).toEqual([])
  })
})
