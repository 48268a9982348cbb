import type { CheckCell } from '../../report.ts'
import type { Standing } from '../matrix.ts'
import { escapeHtml } from './escape.ts'

/** A cell with the id that its dialog has in the page. */
export interface Numbered {
  readonly id: string
  readonly cell: CheckCell
}

/** Shape and word say what the colour says. */
export const marks: Readonly<Record<Standing, string>> = {
  fail: '✗',
  inconclusive: '?',
  note: '!',
  known: '✗',
  pass: '✓',
}

export const mark = (standing: Standing): string =>
  `<span class="mark ${standing}" aria-hidden="true">${marks[standing]}</span>`

/** What the filters look at. */
export const dataOf = ({ scenario, protocol, mode, verdict }: CheckCell): string =>
  ` data-scenario="${escapeHtml(scenario)}" data-protocol="${protocol}" data-mode="${mode}" data-verdict="${verdict}"`
