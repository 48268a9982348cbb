import { cut } from '../../../text/printable.ts'
import {
  correctClient,
  describeBaseline,
  describeCell,
  describeClient,
  flagMeanings,
  furtherWords,
} from '../../describe.ts'
import { evidence } from '../../evidence.ts'
import type { CheckCell, ClientEnd } from '../../report.ts'
import { placeOf, standingOf } from '../matrix.ts'
import { escapeHtml } from './escape.ts'
import { mark, type Numbered } from './parts.ts'

/** What a cell opens: what happened, what should have, the client's own words, and the transcript. */
export function dialog({ id, cell }: Numbered): string {
  const { scenario, verdict, known } = cell
  const standing = standingOf(cell)
  const baseline = describeBaseline(cell)
  return `<div class="cell" id="${id}" popover role="dialog" aria-labelledby="${id}-title">
<header><h2 id="${id}-title">${mark(standing)} ${escapeHtml(scenario)} <span class="place">${placeOf(cell)}</span></h2>
<button class="close" popovertarget="${id}" popovertargetaction="hide" aria-label="Close" autofocus>✕</button></header>
<p class="sentence"><strong class="${standing}">${verdict}</strong> The client ${escapeHtml(describeCell(cell))}.</p>
<p><strong>A correct client</strong> ${escapeHtml(correctClient(cell))}.</p>
${baseline ? `<p><strong>Changed:</strong> ${escapeHtml(baseline)}.</p>\n` : ''}${standing === 'known' ? `<p><strong>Known:</strong> ${escapeHtml(known ?? '')}</p>\n` : ''}<dl>${facts(cell)}</dl>
<h3>The client’s words</h3>
${words(describeClient(cell), cell.client)}
${proof(cell)}<h3>Transcript</h3>
${transcripts(cell)}
</div>`
}

/** How a client ended and what it wrote. */
export function words(end: string, client: ClientEnd): string {
  const further = furtherWords(client)
  return `<p>${escapeHtml(end)}</p>${further === '' ? '' : `\n<pre>${escapeHtml(further)}</pre>`}`
}

/** The proof, whose facts are in the record and not all among the bytes. */
function proof(cell: CheckCell): string {
  if (!cell.proof) return ''
  const lines = evidence(cell, { width: mostOfLine, limit: mostOfProof })
  return `<h3>The proof</h3>\n<pre class="proof">${lines.map(escapeHtml).join('\n')}</pre>\n`
}

function facts({ outcome, detail, grade, qualifier, reason, flags, duration }: CheckCell): string {
  const named: readonly (readonly [string, string | null])[] = [
    ['outcome', outcome === detail ? outcome : `${outcome}, ${detail}`],
    ['grade', grade === 'none' ? null : grade],
    ['on the wire', qualifier],
    ['reason', reason],
    ['took', `${Math.round(duration)} ms`],
    ...flags.map((flag) => [flag, flagMeanings[flag] ?? ''] as const),
  ]
  return named
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value ?? '')}</dd></div>`)
    .join('')
}

/** Lines of one connection that are shown: so many from its begin and its end, and what proves the outcome. */
const headLines = 300
const tailLines = 100

const mostOfLine = 2000

/** Lines. */
const mostOfProof = 10

function transcripts(cell: CheckCell): string {
  if (cell.transcripts.length === 0) return '<p>There was no connection.</p>'
  const legend = '<p class="legend">C: the client, S: the server, * inside TLS. What proves the outcome is marked.</p>'
  return [
    legend,
    ...cell.transcripts.map((transcript, index) => {
      const title =
        cell.transcripts.length > 1 ? `<h4>Connection ${index + 1} of ${cell.transcripts.length}</h4>\n` : ''
      const proving = new Set(cell.decidedBy === index ? cell.proofLines : [])
      return transcript === ''
        ? `${title}<p>Nothing crossed but a handshake, or the attempt at one.</p>`
        : `${title}<pre class="transcript">${transcriptLines(transcript, proving)}</pre>`
    }),
  ].join('\n')
}

/** The lines of one dialogue, what proves the outcome marked, the middle of a long one left out. */
export function transcriptLines(transcript: string, proving: ReadonlySet<number>): string {
  const lines = transcript.split('\n')
  const shown: string[] = []
  let left = 0
  const tellLeft = (): void => {
    if (left > 0) shown.push(`<i>… ${left} lines, which the json report has …</i>`)
    left = 0
  }
  for (const [index, line] of lines.entries()) {
    if (index >= headLines && index < lines.length - tailLines && !proving.has(index)) {
      left++
      continue
    }
    tellLeft()
    shown.push(transcriptLine(line, { proving: proving.has(index) }))
  }
  return shown.join('\n')
}

function transcriptLine(line: string, { proving }: { readonly proving: boolean }): string {
  const text = escapeHtml(cut(line, mostOfLine))
  const who = line.startsWith('C') ? 'client' : 'server'
  return proving ? `<mark class="${who}">${text}</mark>` : `<span class="${who}">${text}</span>`
}
