import { describe } from 'vitest'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import type { Cell } from '../support/clients/cells.ts'
import type { Report, ReportRow } from './report.ts'

/** The tests of a report: for every row of it, one that shows its evidence. */
export function describeReport<Id extends string>(
  { title, rows }: Report<Id>,
  shows: Readonly<Record<Id, (row: ReportRow) => void>>,
): void {
  describe(title, () => {
    for (const [id, row] of Object.entries<ReportRow>(rows)) {
      describe(`${id}: ${row.said}`, () => shows[id as Id](row))
    }
  })
}

/** Where the scenarios of a row are to show. */
export const cellsIn = (
  { protocols = ['smtp', 'imap', 'pop3'], modes, scenarios }: ReportRow,
  only: readonly string[] = scenarios,
): readonly Cell[] =>
  only.flatMap((scenario) =>
    protocols.flatMap((protocol) =>
      modes
        .filter((mode) => resolveScenario(scenario).unservable(protocol, mode) === undefined)
        .map((mode) => ({ scenario, protocol, mode })),
    ),
  )

/** The codes of all errors that `s_client` found, each once, in order of their numbers. */
export const codesIn = (said: string): readonly number[] =>
  [...new Set([...said.matchAll(/^verify error:num=(\d+):/gm)].map(([, code]) => Number(code)))].sort((a, b) => a - b)

/** The status line of `gnutls-cli`, without its label. */
export const statusIn = (said: string): string | undefined => /^- Status: (.*?) *$/m.exec(said)?.[1]

/** How GnuTLS says that it does not trust a certificate. */
export const notTrusted = (...why: readonly string[]): string => ['The certificate is NOT trusted.', ...why].join(' ')
