import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { modes, protocols } from '../../src/scenarios/vocabulary.ts'
import type { ReportRow } from '../../test/reports/report.ts'
import { reports } from '../../test/reports/reports.ts'

/** The page of each field report, by its path, with the table that its tests have. What stands around it is kept. */
export const reportPages = (root: string): ReadonlyMap<string, string> =>
  new Map(
    reports.map(({ slug, rows }) => {
      const path = `docs/reports/${slug}.md`
      return [path, withTable(readFileSync(join(root, path), 'utf8'), path, Object.values(rows))]
    }),
  )

const place = /<!-- table -->\n[\s\S]*<!-- \/table -->\n/

function withTable(page: string, path: string, rows: readonly ReportRow[]): string {
  if (!place.test(page)) throw new Error(`${path} has no place for its table: <!-- table -->, <!-- /table -->`)
  const lines = [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(cells(row)))]
  return page.replace(place, () => `<!-- table -->\n${lines.join('\n')}\n<!-- /table -->\n`)
}

const columns = ['the report says', 'scenario', 'on', 'evidence', 'shown by'] as const

const cells = ({ said, scenarios, evidence, shown, ...row }: ReportRow): readonly string[] => [
  said,
  scenarios.map((scenario) => (scenario.includes(' ') ? scenario : `\`${scenario}\``)).join('<br>'),
  `${inOrder(protocols, row.protocols ?? protocols)}; ${inOrder(modes, row.modes)}`,
  evidence,
  shown,
]

const inOrder = <T>(all: readonly T[], some: readonly T[]): string => all.filter((one) => some.includes(one)).join(', ')

const line = (fields: readonly string[]): string =>
  `| ${fields.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
