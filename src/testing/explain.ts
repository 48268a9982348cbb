import type { CheckReport } from '../check/report.ts'
import { MockmailError } from '../errors.ts'
import { MailServer } from '../fleet/mail-server.ts'
import { formatTranscript } from '../record/transcript.ts'
import { hintFor } from '../verdicts/hints.ts'
import { formatProof } from '../verdicts/proof.ts'
import type { ClientError } from '../verdicts/reasons/reasons.ts'
import type { Judgement } from '../verdicts/verdict.ts'

/** @throws {MockmailError} INVALID_OPTION */
export function asServer(received: unknown): MailServer {
  if (isServer(received)) return received
  throw new MockmailError(
    'INVALID_OPTION',
    'This matcher is for a server: expect(await mail.start(…)).toHaveBeenRefused().',
  )
}

/** @throws {MockmailError} INVALID_OPTION */
export function asReport(received: unknown): CheckReport {
  if (typeof received === 'object' && received !== null && 'cells' in received && 'verdict' in received) {
    return received as CheckReport
  }
  throw new MockmailError(
    'INVALID_OPTION',
    'This matcher is for a server or a report: expect(await mail.start(…)).toPass(), expect(await checkClient(…)).toPass().',
  )
}

/** Not by `instanceof` alone: an ESM and a CommonJS copy of this package may be loaded side by side. */
export const isServer = (it: unknown): it is MailServer =>
  it instanceof MailServer ||
  (typeof it === 'object' && it !== null && 'connections' in it && 'outcome' in it && 'expectation' in it)

/** Outcomes in which the client went on to use a session. */
export const used: ReadonlySet<string> = new Set(['accepted', 'leaked', 'fooled'])

/** The alert behind a qualifier. */
export const alertOf = ({ qualifier }: Judgement): string => (qualifier ?? '').replace(/^alert:/, '')

/**
 * What a run came to, what a strict client would do, the newest three dialogues, and what to try where the client refused a
 * server that nothing is wrong with.
 *
 * @param error the client's own, where it is known
 */
export function explain(server: MailServer, what: string, outcome: Judgement, error?: ClientError): string {
  const { scenario, protocol, mode, url, expectation, connections } = server
  const name = `${scenario} (${protocol}/${mode}, ${url})`
  const detail = [outcome.detail, outcome.qualifier, ...outcome.flags].filter(Boolean).join(', ')
  const dialogues = connections.slice(-3).map((record) => {
    const { result, version, error } = record.handshake
    const handshake = `TLS: ${result}${version ? ` ${version}` : ''}${error ? ` (${error})` : ''}`
    const ended = record.end ? `ended by ${record.end.by}, ${record.end.how}` : 'still open'
    return `Connection ${record.nth}: ${handshake}; ${ended}\n${indent(formatTranscript(record.transcript) || '(no bytes of the protocol)')}`
  })
  return [
    `${name}: ${what} [${detail}].`,
    `A strict client would ${expectation.expect}: ${expectation.because}.`,
    ...proofLines(server, outcome),
    ...dialogues,
    ...hints(server, outcome, error),
  ].join('\n')
}

/** What shows that the client did wrong. */
const proofLines = ({ connections, scenario }: MailServer, { proof, grade }: Judgement): readonly string[] =>
  proof && grade !== 'safe'
    ? [
        'Proof:',
        ...formatProof(proof, { width: 200, of: connections.length, served: scenario }).map((line) => `  ${line}`),
      ]
    : []

function hints(
  { expectation, connections, mode }: MailServer,
  { outcome }: Judgement,
  error: ClientError | undefined,
): readonly string[] {
  const last = connections.at(-1)
  if (expectation.expect !== 'accept' || outcome !== 'refused' || !last?.clientHello || mode === 'plain') return []
  return [trust, hintFor(last, error)].filter((hint) => hint !== undefined)
}

const trust =
  'The client has to trust the roots of this run: server.tls in the options of one in Node, server.tls.ca (PEM) for any other.'

const indent = (text: string): string => text.replace(/^/gm, '  ').slice(0, 8000)
