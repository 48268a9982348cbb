import { describe, expect, it } from 'vitest'
import { formatMarkdown } from '../../../src/check/reporters/markdown.ts'
import { hostile } from './hostile.ts'
import { broken, clean, sample } from './sample.ts'

/** GFM §4.10: a row has as many cells as pipes that are not escaped tell. */
const cellsIn = (row: string): number => row.replace(/\\./g, '').split('|').length - 2

const rowsOf = (markdown: string): readonly string[] => markdown.split('\n').filter((line) => line.startsWith('| '))

describe('the report for a job summary or a comment', () => {
  it('is a table, and what is not as it should be, folded', async () => {
    await expect(formatMarkdown(sample)).toMatchFileSnapshot('../../../fixtures/reports/markdown.md')
  })

  it('folds nothing where all is well', () => {
    expect(formatMarkdown(clean)).toMatch(/^## ✅ mockmail check: 0 of 21 failed, 21 passed\n/)
    expect(formatMarkdown(clean)).not.toContain('<details>')
    expect(formatMarkdown(sample).match(/<details>/g)).toHaveLength(24)
  })

  it('tells once of what was not started', () => {
    const text = formatMarkdown(broken)
    expect(text).toContain(
      '\n\nThe client was not started in 9 more, as it does not work with the good server there.\n\n',
    )
    expect(text.match(/<details>/g)).toHaveLength(1)
  })

  it.each([
    ['the sample', sample],
    ['hostile words', hostile],
  ])('has six cells in every row, with %s', (_, report) => {
    const rows = rowsOf(formatMarkdown(report))
    expect(rows).toHaveLength(16)
    for (const row of rows) expect(cellsIn(row)).toBe(6)
  })

  it('closes every fence only where it ends', () => {
    const lines = formatMarkdown(hostile).split('\n')
    let fence: string | undefined
    let blocks = 0
    for (const line of lines) {
      const ticks = /^(`{3,})[^`]*$/.exec(line)
      if (fence === undefined && ticks) fence = ticks[1]
      else if (fence !== undefined && line === fence) {
        fence = undefined
        blocks++
      } else if (fence === undefined) expect(line.replace(/`.*`/g, '')).not.toMatch(/(?<!\\)<(?:img|\/script)/)
    }
    expect(fence).toBeUndefined()
    expect(blocks).toBe(24)
  })

  it('lets no words of a client make a tag, a link or a call for people', () => {
    const outside = formatMarkdown(hostile)
      .replace(/^(`{3,})text\n.*?\n\1$/gms, '')
      .replace(/(?<!\\|`)(`+)(?!`).*?[^`]\1(?!`)/g, '')
      .replace(/^<details><summary>.*$/gm, (line) => line.replaceAll('](', ''))
      .replace(/\\[!-/:-@[-`{-~]/g, '')
    expect(outside).toContain('onload=x')
    expect(outside).not.toMatch(/<(?!\/?(?:details|summary|code)>)[a-z/]/i)
    expect(outside).not.toMatch(/\]\(http/)
    expect(outside).not.toContain('@everyone')
  })

  it('fits a comment, however much went wrong, and says what is left out', () => {
    const [failed] = sample.cells.filter(({ verdict }) => verdict === 'fail')
    if (!failed) throw new Error('The sample has no failure.')
    const cells = Array.from({ length: 2000 }, (_, index) => ({ ...failed, scenario: `expired@${index}th` }))
    const text = formatMarkdown({ ...sample, cells, client: 'x'.repeat(100_000) })
    expect(text.length).toBeLessThan(65_536)
    expect(text).toMatch(/\n\| … and \d+ more \| +\|\n/)
    expect(text).toMatch(/\n… and \d+ more, left out to fit a comment\.\n$/)
  })
})
