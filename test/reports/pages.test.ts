import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reportPages } from '../../scripts/generate/reports.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { reports } from './reports.ts'

const root = join(import.meta.dirname, '../..')
const pages = [...reportPages(root)]

describe('the pages of the field reports', () => {
  it.each(pages)("%s has the table of the tests: 'npm run generate' writes it", (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text)
  })

  it('are there for each report, with one index and nothing else', () => {
    const named = pages.map(([path]) => path.replace('docs/reports/', ''))
    expect(readdirSync(join(root, 'docs/reports')).sort()).toEqual(['README.md', ...named].sort())
    const index = readFileSync(join(root, 'docs/reports/README.md'), 'utf8')
    for (const name of named) expect(index).toContain(`](${name})`)
  })

  it('name scenarios that there are', () => {
    const named = reports.flatMap(({ rows }) => Object.values(rows).flatMap(({ scenarios }) => scenarios))
    for (const scenario of named.filter((name) => !name.includes(' '))) {
      expect(() => resolveScenario(scenario)).not.toThrow()
    }
  })

  it('link to pages that there are', () => {
    for (const [path, text] of pages) {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        expect(() => readFileSync(join(root, 'docs/reports', target)), `${path}: ${target}`).not.toThrow()
      }
    }
  })
})
