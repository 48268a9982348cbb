import { createHash } from 'node:crypto'
import { modes, protocols } from '../../scenarios/vocabulary.ts'
import { describeCell, describeCounts, describeEnd, describeUnstarted, isKnown } from '../describe.ts'
import type { CheckReport } from '../report.ts'
import { dialog, words } from './html/dialog.ts'
import { escapeHtml } from './html/escape.ts'
import { dataOf, mark, type Numbered } from './html/parts.ts'
import { script } from './html/script.ts'
import { style } from './html/style.ts'
import { type Column, isWorthAWord, matrixOf, placeOf, standingOf, untriedIn, verdicts, worstFirst } from './matrix.ts'

/**
 * The report as one self-contained page. Its policy lets it load nothing and run nothing but its own script; without any
 * script all but the filters works.
 */
export function formatHtml(report: CheckReport): string {
  const numbered = worstFirst(report.cells).map((cell, index) => ({ id: `c${index + 1}`, cell }))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${report.verdict}: ${describeCounts(report)} | mockmail check</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${heading(report)}
<main>
${report.cells.length > 0 ? `${filters(report)}\n<p id="shown" class="faint" role="status"></p>\n${matrix(report, numbered)}\n${findings(report, numbered)}` : '<p>Nothing was tried.</p>'}
${untried(report)}
</main>
${numbered.map(dialog).join('\n')}
${report.cells.length > 0 ? `<script>${script}</script>\n` : ''}</body>
</html>
`
}

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Hashes of its own style and script, so that nothing that got in beside them counts. */
const policy = (): string =>
  `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; img-src data:; base-uri 'none'; form-action 'none'`

function heading(report: CheckReport): string {
  const { client, mockmail, contract, startedAt, verdict } = report
  const when = startedAt.replace('T', ' ').replace(/(?::\d\d(?:\.\d+)?)?Z$/, ' UTC')
  return `<header>
<h1>mockmail check</h1>
<p class="command"><code>${escapeHtml(client)}</code></p>
<p class="result ${verdict}">${verdict}: ${describeCounts(report)}</p>
<p class="faint">mockmail ${escapeHtml(mockmail)}, contract ${contract}, <time datetime="${escapeHtml(startedAt)}">${escapeHtml(when)}</time></p>
</header>`
}

function filters({ cells, counts }: CheckReport): string {
  const choice = (name: string, value: string, inside: string): string =>
    `<label class="choice"><input type="checkbox" name="${name}" value="${value}">${inside}</label>`
  const group = (title: string, choices: readonly string[]): string =>
    choices.length > 1 ? `<fieldset><legend>${title}</legend>${choices.join('')}</fieldset>\n` : ''
  const of = <T extends string>(all: readonly T[], key: 'protocol' | 'mode' | 'verdict'): readonly T[] =>
    all.filter((value) => cells.some((cell) => cell[key] === value))
  return `<details id="filtering" hidden><summary>Filters</summary><form id="filters" aria-label="Filters">
${group(
  'Verdict',
  of(verdicts, 'verdict').map((verdict) =>
    choice('verdict', verdict, `${mark(verdict)}${verdict} <small>${counts[verdict]}</small>`),
  ),
)}${group(
  'Protocol',
  of(protocols, 'protocol').map((protocol) => choice('protocol', protocol, protocol)),
)}${group(
  'Mode',
  of(modes, 'mode').map((mode) => choice('mode', mode, mode)),
)}<label class="search"><span>Scenario</span><input type="search" name="text" autocomplete="off" spellcheck="false"></label>
<button type="reset">Show all</button>
</form></details>`
}

function matrix(report: CheckReport, numbered: readonly Numbered[]): string {
  const { columns, rows } = matrixOf(report)
  const groups = protocols
    .map((protocol) => ({ protocol, own: columns.filter((column) => column.protocol === protocol) }))
    .filter(({ own }) => own.length > 0)
  return `<div class="scroll"><table id="matrix">
<caption class="faint">Worst first. A cell opens its transcript; – was not tried.</caption>
<thead>
<tr><th scope="col" rowspan="2">scenario</th>${groups
    .map(
      ({ protocol, own }) =>
        `<th scope="colgroup" colspan="${own.length}" data-columns="${own.map(placeOf).join(' ')}">${protocol}</th>`,
    )
    .join('')}</tr>
<tr>${columns.map((column) => `<th scope="col"${ofColumn(column, columns)}>${column.mode}</th>`).join('')}</tr>
</thead>
<tbody>
${rows
  .map(
    ({ scenario, cells }) =>
      `<tr>${rowHeader(scenario)}${cells
        .map((cell, index) =>
          place(
            ofColumn(columns[index] as Column, columns),
            numbered.find((one) => one.cell === cell),
          ),
        )
        .join('')}</tr>`,
  )
  .join('\n')}
</tbody>
</table></div>`
}

/** Parts break at their `+`; a place to break reads as a space, so that the name is told beside it. */
function rowHeader(scenario: string): string {
  const name = escapeHtml(scenario)
  return name.includes('+')
    ? `<th scope="row" aria-label="${name}">${name.replaceAll('+', '+<wbr>')}</th>`
    : `<th scope="row">${name}</th>`
}

/** What a place shares with its column; the first one of a protocol is told apart. */
function ofColumn(column: Column, columns: readonly Column[]): string {
  const first = columns.find(({ protocol }) => protocol === column.protocol) === column
  return ` data-column="${placeOf(column)}"${first ? ' class="first"' : ''}`
}

function place(attributes: string, numbered: Numbered | undefined): string {
  if (!numbered) return `<td${attributes}><span class="none">–</span></td>`
  const { id, cell } = numbered
  const { scenario, verdict, outcome, baseline } = cell
  const standing = standingOf(cell)
  const remark = baseline ? 'changed' : standing === 'known' ? 'known' : null
  const label = `${scenario} ${placeOf(cell)}: ${verdict}, ${outcome}${baseline ? ', not as the baseline expects' : standing === 'known' ? ', as the baseline expects' : ''}`
  return `<td${attributes}${dataOf(cell)}><button class="${standing}" popovertarget="${id}" aria-haspopup="dialog" aria-label="${escapeHtml(label)}">${mark(standing)}<span class="word">${escapeHtml(outcome)}</span>${remark ? `<span class="remark">${remark}</span>` : ''}</button></td>`
}

function findings({ cells, advice }: CheckReport, numbered: readonly Numbered[]): string {
  const unstarted = describeUnstarted(cells)
  const worthAWord = numbered.filter(({ cell }) => isWorthAWord(cell))
  return `<section id="findings-section"${worthAWord.length === 0 ? ' hidden' : ''}>
<h2>What the client did</h2>
<ol id="findings">
${worthAWord
  .map(
    ({ id, cell }) =>
      `<li${dataOf(cell)}><button popovertarget="${id}" aria-haspopup="dialog">${mark(standingOf(cell))} <span class="scenario">${escapeHtml(cell.scenario)}</span> <span class="place">${placeOf(cell)}</span><span class="sentence">${escapeHtml(describeCell(cell))}${cell.baseline ? ' (not as the baseline expects)' : isKnown(cell) ? ' (as the baseline expects)' : ''}</span></button></li>`,
  )
  .join('\n')}
</ol>
</section>${unstarted ? `\n<p class="faint">The client was ${unstarted}.</p>` : ''}${(advice ?? []).map((one) => `\n<p>Try: ${escapeHtml(one)}</p>`).join('')}`
}

function untried(report: CheckReport): string {
  const all = untriedIn(report)
  if (all.length === 0) return ''
  return `<section>
<h2>What was not tried</h2>
${all
  .map(
    ({ what, why, attempts }) => `<details><summary>does not speak ${what}: skipped</summary>
<p>${escapeHtml(why)}</p>
${attempts.map((attempt) => `<h3>${placeOf(attempt)}</h3>\n${words(describeEnd(attempt.client), attempt.client)}`).join('\n')}
</details>`,
  )
  .join('\n')}
</section>`
}
