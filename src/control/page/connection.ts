import { X509Certificate } from 'node:crypto'
import { transcriptLines } from '../../check/reporters/html/dialog.ts'
import { escapeHtml } from '../../check/reporters/html/escape.ts'
import { mark } from '../../check/reporters/html/parts.ts'
import type { ConnectionRecord } from '../../record/record.ts'
import { formatTranscript, linesWith } from '../../record/transcript.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { formatProof, stepsOf } from '../../verdicts/proof.ts'
import { type Judgement, judgeConnection } from '../../verdicts/verdict.ts'

/**
 * One connection as the live page shows it, of the parts of the report: what it came to, the handshake, the chain, the
 * ClientHello, and the dialogue with its proof marked.
 *
 * @param chain PEM of what was served, leaf first; undefined where that is not known any more
 */
export function connectionView(record: ConnectionRecord, scenario: Scenario, chain: string | undefined): string {
  const judgement = judgeConnection(record, scenario)
  const { expect, because } = scenario.expectation
  return [
    `<h2>${mark(judgement.verdict)} ${escapeHtml(record.scenario)} <span class="place">${record.protocol}/${record.mode}, connection ${record.nth}</span></h2>`,
    `<p class="sentence"><strong class="${judgement.verdict}">${judgement.verdict}</strong> ${escapeHtml(`${judgement.outcome}, ${judgement.detail}`)}</p>`,
    `<p><strong>A correct client</strong> would ${expect}: ${escapeHtml(because)}.</p>`,
    `<dl>${facts(handshakeFacts(record, judgement))}</dl>`,
    ...(judgement.proof
      ? [`<h3>The proof</h3>\n<pre class="proof">${formatProof(judgement.proof).map(escapeHtml).join('\n')}</pre>`]
      : []),
    '<h3>Dialogue</h3>',
    dialogue(record, judgement),
    ...(chain === undefined ? [] : ['<h3>Chain</h3>', `<ol>${chainItems(chain)}</ol>`]),
    ...clientHello(record),
  ].join('\n')
}

type Fact = readonly [name: string, value: string | null | undefined]

const facts = (named: readonly Fact[]): string =>
  named
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value ?? '')}</dd></div>`)
    .join('')

function handshakeFacts(
  { handshake, end, remote, openedAt }: ConnectionRecord,
  { qualifier }: Judgement,
): readonly Fact[] {
  const { result, version, cipher, alpn, resumed, certificate, alertReceived, alertSent, error } = handshake
  return [
    ['began', openedAt],
    ['from', `${remote.address}, port ${remote.port}`],
    ['TLS', [result, version, cipher, resumed ? 'resumed' : null].filter(Boolean).join(', ')],
    ['ALPN', alpn],
    ['certificate', certificate?.subject],
    ['alert received', alertReceived?.name],
    ['alert sent', alertSent?.name],
    ['error', error],
    ['on the wire', qualifier],
    ['ended', end ? `by ${end.by}, ${end.how}${end.why === undefined ? '' : `: ${end.why}`}` : 'still open'],
  ]
}

function dialogue({ transcript, cut }: ConnectionRecord, { proof }: Judgement): string {
  const text = formatTranscript(transcript)
  if (text === '') return '<p>Nothing crossed but a handshake, or the attempt at one.</p>'
  const proving = new Set(proof ? linesWith({ transcript, cut }, stepsOf(proof)) : [])
  const legend = '<p class="legend">C: the client, S: the server, * inside TLS. What proves the outcome is marked.</p>'
  return `${legend}\n<pre class="transcript">${transcriptLines(text, proving)}</pre>`
}

const pemPattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

const chainItems = (chain: string): string =>
  [...chain.matchAll(pemPattern)].map(([pem]) => `<li><dl>${facts(certificateFacts(pem))}</dl></li>`).join('')

/** What Node cannot read is shown as that: some scenarios serve certificates that nobody can. */
function certificateFacts(pem: string): readonly Fact[] {
  try {
    const { subject, issuer, validFrom, validTo, subjectAltName, serialNumber, fingerprint256 } = new X509Certificate(
      pem,
    )
    const oneLine = (name: string): string => name.replaceAll('\n', ', ')
    return [
      ['subject', oneLine(subject)],
      ['issuer', oneLine(issuer)],
      ['valid', `${validFrom} to ${validTo}`],
      ['names', subjectAltName],
      ['serial', serialNumber],
      ['SHA-256', fingerprint256],
    ]
  } catch (error) {
    return [['unreadable', (error as Error).message]]
  }
}

function clientHello({ clientHello: hello }: ConnectionRecord): readonly string[] {
  if (!hello) return []
  return [
    '<h3>ClientHello</h3>',
    `<dl>${facts([
      ['server name', hello.serverName ?? 'none'],
      ['versions', hello.versions.join(', ')],
      ['ALPN', hello.alpn.join(', ')],
      ['cipher suites', hello.ciphers.map((suite) => suite.toString(16).padStart(4, '0')).join(' ')],
      ['JA3', hello.ja3],
      ['JA4', hello.ja4],
    ])}</dl>`,
  ]
}
