import type { Verdict } from '../../../verdicts/verdict.ts'
import type { CheckCell } from '../../report.ts'
import { escapeHtml } from './escape.ts'

/** A cell with the id that its dialog has in the page. */
export interface Numbered {
  readonly id: string
  readonly cell: CheckCell
}

/** Shape and word say what the colour says. */
export const marks: Readonly<Record<Verdict, string>> = { fail: '✗', inconclusive: '?', note: '!', pass: '✓' }

export const mark = (verdict: Verdict): string =>
  `<span class="mark ${verdict}" aria-hidden="true">${marks[verdict]}</span>`

/** What the filters look at. */
export const dataOf = ({ scenario, protocol, mode, verdict }: CheckCell): string =>
  ` data-scenario="${escapeHtml(scenario)}" data-protocol="${protocol}" data-mode="${mode}" data-verdict="${verdict}"`
