import type { CertificateEntry } from '../scenarios/entry.ts'
import { catalogue } from '../scenarios/registry.ts'
import type { Reason } from '../scenarios/vocabulary.ts'
import { oneLine } from '../text/printable.ts'
import type { Detail, Qualifier } from '../verdicts/outcome.ts'
import type { StartTlsState } from '../verdicts/proof.ts'
import type { CheckCell, CheckReport, ClientEnd } from './report.ts'

/** What the client did, as a sentence without its subject: "sent the password in clear although STARTTLS was missing". */
export function describeCell(cell: CheckCell): string {
  return oneLine(`${sentence(cell)}${afterthoughts(cell)}`)
}

/** What a correct client does here, and why, as a sentence without its subject. */
export function correctClient({ expect, because }: Pick<CheckCell, 'expect' | 'because'>): string {
  return oneLine(`${{ reject: 'refuses', accept: 'goes on', either: 'may refuse or go on' }[expect]}: ${because}`)
}

/** How the client ended, with its own error. */
export function describeEnd({ exit, signal, error, timedOut }: ClientEnd): string {
  const words = error === null ? '' : oneLine(error)
  // The runner puts these into the place of an error where the client wrote none.
  const own = /^(?:still running after|ended by|exit status) \S+(?: ms)?$/.test(words) ? '' : words
  if (timedOut) return `ran out of time${words ? `: ${words}` : ''}`
  if (signal !== null) return `ended by ${signal}${own ? `: ${own}` : ''}`
  if (exit === null) return words || 'reported success'
  if (error === null) return `exit ${exit}, reported success`
  return `exit ${exit}${own ? `: ${own}` : ''}`
}

/** Whether the client was tried at all: it is not where it failed the good server. */
export const wasStarted = ({ detail }: CheckCell): boolean => detail !== 'inconclusive:control-dirty'

/** The same for a cell. */
export const describeClient = (cell: CheckCell): string =>
  wasStarted(cell) ? describeEnd(cell.client) : 'was not started'

/** What became of the cells in which the client was not started, or null where there is none. */
export function describeUnstarted(cells: readonly CheckCell[]): string | null {
  const unstarted = cells.filter((cell) => !wasStarted(cell)).length
  return unstarted > 0 ? `not started in ${unstarted} more, as it does not work with the good server there` : null
}

/** What the client wrote, where that is more than its error. */
export const furtherWords = ({ error, output }: ClientEnd): string =>
  error !== null && oneLine(output) === oneLine(error) ? '' : output.trimEnd()

/** What a baseline expected here, where it differs. */
export function describeBaseline({ baseline }: CheckCell): string | null {
  if (!baseline) return null
  const { verdict, outcome, why } = baseline
  return oneLine(`the baseline expects ${[verdict, outcome].filter(Boolean).join(', ')}${why ? ` (${why})` : ''}`)
}

/** What a flag says, as a sentence without its subject. */
export const flagMeanings: Readonly<Record<CheckCell['flags'][number], string>> = {
  'clear-by-mode': 'logged in in clear, in a mode that promises no TLS',
  'client-hello-early': 'sent its ClientHello before STARTTLS was answered',
  'pipelined-after-starttls': 'sent more commands behind STARTTLS, in the same segment',
  'no-sni': 'named no server in its ClientHello',
  'no-re-ehlo': 'did not ask again what the server can do once TLS was on',
  'unoffered-mech': 'logged in by a mechanism that was not offered',
  'starttls-twice': 'asked for STARTTLS more than once',
  'login-refused-in-clear': 'tried a login in clear that the server refused',
  resumed: 'resumed a TLS session, so that no certificate was shown',
  'retry-in-clear': 'came back without TLS after its first attempt',
  'silent-success': 'reported success after it refused, or was refused',
  'silent-failure': 'reported failure after a complete session',
  'wrong-reason': 'refused, and gave another reason than the right one',
  'left-children': 'left processes behind that had to be ended',
  'output-flood': 'wrote more than a mebibyte',
}

/** Whether a baseline knows it for what it is, so that it fails nothing. */
export const isKnown = ({ verdict, known }: CheckCell): boolean =>
  known !== undefined && (verdict === 'fail' || verdict === 'inconclusive')

/** Says what came out, in numbers. */
export function describeCounts({ cells, counts, partial }: CheckReport): string {
  const changed = cells.filter(({ baseline }) => baseline !== null).length
  const known = cells.filter(isKnown).length
  return [
    `${counts.fail} of ${cells.length} failed`,
    ...(counts.inconclusive > 0 ? [`${counts.inconclusive} inconclusive`] : []),
    ...(counts.note > 0 ? [`${counts.note} noted`] : []),
    `${counts.pass} passed`,
    ...(known > 0 ? [`${known} as the baseline expects`] : []),
    ...(partial ? ['interrupted before the rest was tried'] : []),
    ...(changed > 0 ? [`${changed} not as ${known > 0 ? 'it' : 'the baseline'} expects`] : []),
  ].join(', ')
}

type Named = Exclude<Detail, `inconclusive:${string}`>

function sentence(cell: CheckCell): string {
  const { detail } = cell
  if (detail.startsWith('inconclusive:')) {
    const why = detail.slice('inconclusive:'.length)
    return inconclusive[why] ?? `cannot be judged: ${why.replaceAll('-', ' ')}`
  }
  // A report that was read from a file may be newer than this code.
  return sentences[detail as Named]?.(cell) ?? detail.replaceAll('-', ' ')
}

const inconclusive: Readonly<Record<string, string>> = {
  'control-dirty': 'does not work with the good server, so nothing can be said here',
  'still-open': 'was still connected when it was judged',
  'needs-control': 'spoke on without an answer; whether the injected one was why shows only beside a run without it',
  'twin-alike': 'speaks on without waiting for answers, injected or not, so nothing can be said here',
}

const sentences: Readonly<Record<Named, (cell: CheckCell) => string>> = {
  'leak-credentials-clear': (cell) => `sent ${whatOf(cell, 'the password')} in clear${inSpiteOf(cell)}`,
  'leak-hash-clear': (cell) => `sent ${whatOf(cell, 'a hash of the password')} in clear${inSpiteOf(cell)}`,
  'leak-message-clear': (cell) => `sent ${whatOf(cell, 'the message')} in clear${inSpiteOf(cell)}`,
  'leak-identity-clear': (cell) => `sent ${whatOf(cell, 'the user name')} in clear${inSpiteOf(cell)}`,
  'leak-credentials-untrusted-tls': (cell) => `sent ${whatOf(cell, 'the password')} to ${impostor(cell)}`,
  'leak-credentials-untrusted-host': (cell) =>
    `sent ${whatOf(cell, 'the password')} to another host, to which the server had sent it`,
  'leak-message-untrusted-tls': (cell) => `sent ${whatOf(cell, 'the message')} to ${impostor(cell)}`,
  'leak-identity-untrusted': (cell) => `showed a certificate of its own to ${impostor(cell)}`,
  'acted-on-injected': () => 'took what was injected in clear before the handshake for an answer inside TLS',
  'acted-on-clear-state': (cell) => `used inside TLS what it had been told in clear: ${whatOf(cell, 'a name')}`,
  'acted-on-unverified-server': () => 'went on with a server that had not proved that it knows the password',
  'acted-on-wrong-protocol': () => 'spoke its protocol to a server that had greeted it in another',
  'followed-referral': () => 'went to another host, to which the server had sent it',
  'accepted-truncation': () => 'took what was cut off for all there is',
  'accepted-unconfirmed': () => 'reported success for what the server had not confirmed',
  'surfaced-clear-text': (cell) =>
    `showed its user, as the server's word, what had come in clear: ${whatOf(cell, 'words')}`,
  'accepted-bad-tls': (cell) => `went on over TLS that had to be refused: ${cell.because}`,
  'accepted-bad-dialogue': (cell) => `went on with a dialogue that it had to leave: ${cell.because}`,
  'accepted-bad-cert': (cell) => `went on with ${impostor(cell)}`,
  'downgraded-no-tls': (cell) => `went on without TLS${inSpiteOf(cell)}`,
  'downgraded-mech': () => 'logged in by a weaker mechanism than both sides know',
  'downgraded-tls': () => 'agreed to an older TLS version than it should',
  'downgraded-kdf': () => 'proved its password with too few rounds',
  'tolerated-malformed': () => 'took what is malformed for what it should have been',
  looped: (cell) => `did the same again and again: ${whatOf(cell, 'the same command')}`,
  'safe-continue': ({ expect }) => (expect === 'either' ? 'went on, as it may' : 'completed the session'),
  'safe-retry-secure': (cell) => `refused${manner(cell.qualifier)}, and did its work on a port that is secure`,
  'safe-abort': (cell) => (cell.expect === 'accept' ? falseReject(cell) : `refused${manner(cell.qualifier)}`),
  'false-reject': (cell) => falseReject(cell),
  'turned-away': ({ expect }) =>
    `was turned away by the server${expect === 'accept' ? ', which has no reason to do so' : ''}`,
  hung: ({ client }) =>
    client.timedOut ? 'hung until it was ended at the time limit' : 'hung until the server ended the connection',
  crashed: ({ client }) => `crashed (${client.signal ?? 'no signal'})`,
  'not-reached': ({ transcripts }) =>
    transcripts.length === 0 ? 'never connected' : 'left before it met what is special here',
}

function falseReject({ scenario, qualifier }: CheckCell): string {
  const what = scenario === 'good' ? 'that is right in every respect' : 'that it should accept'
  return `refused a server ${what}${qualifier ? ` (${qualifier.replace(':', ' ')})` : ''}`
}

/** What crossed, or was used, as the proof has it. */
const whatOf = ({ proof }: CheckCell, otherwise: string): string => proof?.what ?? otherwise

/** What should have kept the client from speaking in clear. */
function inSpiteOf({ flags, mode, protocol, proof }: CheckCell): string {
  if (flags.includes('retry-in-clear')) return ' when it came back without TLS'
  if (mode === 'implicit') return ' on a port for implicit TLS'
  const word = protocol === 'pop3' ? 'STLS' : 'STARTTLS'
  return proof?.starttls ? ` ${states[proof.starttls].replace('…', word)}` : ''
}

const states: Readonly<Record<StartTlsState, string>> = {
  granted: 'although … was granted',
  refused: 'although … was refused',
  ignored: 'although … was offered',
  missing: 'although … was missing',
  'not-asked': 'without asking for …',
  'asked-later': 'before it asked for …',
}

/** What is wrong with the server, by the reasons that a correct refusal gives. */
function impostor({ scenario, because }: CheckCell): string {
  const faults = faultsOf(scenario)
  return faults.length > 0
    ? `a server whose certificate ${faults.join(' and ')}`
    : `a server that had to be refused: ${because}`
}

/** Of the reasons that lie in a certificate; another one says nothing of it. */
const faultOf: Readonly<Partial<Record<Reason, string>>> = {
  expired: 'has expired',
  'not-yet-valid': 'is not yet valid',
  'name-mismatch': 'is for another name',
  revoked: 'is revoked',
  'revocation-unknown': 'cannot be checked for revocation',
  signature: 'has a wrong signature',
  'weak-signature': 'has a weak signature',
  'weak-key': 'has a weak key',
  purpose: 'is for another purpose',
  'name-constraints': 'has a name that its issuer may not vouch for',
  'path-length': 'is further from its root than an issuer allows',
  'not-a-ca': 'is issued by one that is no CA',
  'critical-extension': 'has a critical extension that must be understood',
  malformed: 'is malformed',
  'self-signed': 'is self-signed',
  'unknown-issuer': 'leads to no trusted root',
}

function faultsOf(scenario: string): readonly string[] {
  const faults = scenario.split('+').flatMap((name) => {
    const id = name.replace(/[@:].*$/, '')
    const part = catalogue.find((one) => one.id === id)
    if (part === undefined) return []
    const [reason] = [part.entry.reason ?? []].flat()
    const fault = reason && faultOf[reason]
    if (!fault) return []
    const { intermediate, root } = part.entry as CertificateEntry
    return [intermediate?.dates || root?.dates ? `depends on one that ${fault}` : fault]
  })
  return [...new Set(faults)]
}

function manner(qualifier: Qualifier | null): string {
  if (qualifier === null) return ''
  if (qualifier.startsWith('alert:')) return ` with the alert ${qualifier.slice('alert:'.length)}`
  return manners[qualifier as keyof typeof manners] ?? ` (${qualifier})`
}

const manners: Readonly<Record<Exclude<Qualifier, `alert:${string}`>, string>> = {
  'silent-close': ' and closed the connection without a word',
  rst: ' and reset the connection',
  'quit-in-tls': ' and said goodbye inside TLS',
  'quit-in-clear': ' and said goodbye in clear',
  'close-after-finished': ' and closed the connection after the handshake',
}

/** What the client says of it, where that is not what it did. */
function afterthoughts({ flags, reason }: CheckCell): string {
  return [
    ...(flags.includes('wrong-reason') ? [`, for another reason: ${reason ?? 'none that is known'}`] : []),
    ...(flags.includes('silent-success') ? [', yet reported success'] : []),
    ...(flags.includes('silent-failure') ? [', yet reported failure'] : []),
    ...(flags.includes('left-children') ? [', and left processes behind'] : []),
    ...(flags.includes('output-flood') ? [', and wrote more than a mebibyte'] : []),
  ].join('')
}
