import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explain } from '../../src/explain/explain.ts'

const page = readFileSync(new URL('../../docs/explain.md', import.meta.url), 'utf8')
const cells = (line: string): readonly string[] => line.split('|').map((cell) => cell.trim().replaceAll('`', ''))
const rows = [...page.matchAll(/^\| `(?:.*?)` \| [023] \|.*$/gm)].map(([line]) => cells(line))

describe('the first table of docs/explain.md', () => {
  it('has an answer of each kind', () => {
    expect(new Set(rows.map(([, , exit]) => exit))).toEqual(new Set(['0', '2', '3']))
  })

  it.each(rows)('%s%j ends with %s: %s, %s', (_, text = '', exit, reason, scenario) => {
    if (exit === '2') return expect(() => explain(text)).toThrow(expect.objectContaining({ exitCode: 2 }))
    const explanation = explain(text)
    if (explanation.kind !== 'error') throw new Error(`${text} was taken for a scenario`)
    const [first] = explanation.scenarios
    expect({ reason: explanation.reasons[0]?.reason ?? '–', scenario: first?.id ?? '–' }).toEqual({ reason, scenario })
    expect(exit).toBe(first ? '0' : '3')
  })
})
