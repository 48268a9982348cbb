import type { CheckCell, CheckReport } from '../check/report.ts'
import { MockmailError } from '../errors.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import { checkOptionNames, checkWord } from '../fleet/options.ts'
import type { CredentialRecord } from '../record/record.ts'
import { type Reason, reasons } from '../scenarios/vocabulary.ts'
import { grades, type OutcomeWord, outcomeWords, type Verdict, verdicts } from '../verdicts/findings.ts'
import { type Detail, details } from '../verdicts/outcome.ts'
import { agrees } from '../verdicts/reasons/agrees.ts'
import type { Judgement } from '../verdicts/verdict.ts'
import { alertOf, asReport, asServer, explain, isServer, used } from './explain.ts'

/** What a runner's `expect.extend` wants back. */
export interface MatcherResult {
  readonly pass: boolean
  message(): string
  /** The run that was judged, where it was one. */
  readonly run?: { readonly server: MailServer; readonly outcome: Judgement }
}

export interface RefusedOptions {
  /** The reason that the refusal must not contradict. Default: the scenario's own. */
  readonly because?: Reason
  /** Milliseconds without a new connection before the run is judged. Default 250. */
  readonly settle?: number
}

export interface CredentialsOptions {
  /** Only those that crossed in clear (true), or only those inside TLS (false). Default: either. */
  readonly inClear?: boolean
  readonly user?: string
  /** Milliseconds without a new connection before the run is judged. Default 250. */
  readonly settle?: number
}

/** What a session negotiated; what is absent is not looked at. */
export interface NegotiatedOptions {
  /** `TLSv1.3`, … */
  readonly version?: string
  /** IANA's name: `TLS_AES_256_GCM_SHA384`, … */
  readonly cipher?: string
  /** The name in the client's SNI. */
  readonly servername?: string
  readonly resumed?: boolean
  /** Milliseconds without a new connection before the run is judged. Default 250. */
  readonly settle?: number
}

export interface PassOptions {
  /** Whether what is only noted passes too, such as a client that was given no CRL. Default true. */
  readonly notes?: boolean
  /** Milliseconds without a new connection before the run is judged. Default 250. Of a server only. */
  readonly settle?: number
}

/** An outcome's word or fine name, or several of its parts. */
export type OutcomeOptions =
  | OutcomeWord
  | Detail
  | (Partial<Pick<Judgement, 'outcome' | 'detail' | 'grade' | 'qualifier' | 'verdict'>> & { readonly settle?: number })

/** What the matchers look like on a runner's `expect`. */
export interface MailMatchers<R> {
  /** The client refused this server, and for no visible reason other than the scenario's. Settles first. */
  toHaveBeenRefused(options?: RefusedOptions): Promise<R>
  /** The client went on to use the session. Settles first. */
  toHaveBeenAccepted(options?: { readonly settle?: number }): Promise<R>
  /** A password or token reached this server, whether it was right or not. Settles first. */
  toHaveSeenCredentials(options?: CredentialsOptions): Promise<R>
  /** A connection finished its handshake with these parameters. Settles first. */
  toHaveNegotiated(options: NegotiatedOptions): Promise<R>
  /** The run came to this. Settles first. */
  toHaveOutcome(outcome: OutcomeOptions): Promise<R>
  /** A run, or a report of `checkClient`, has nothing that failed or was inconclusive. Of a server: settles first. */
  toPass(options?: PassOptions): Promise<R>
}

/** The matchers of every runner, as plain functions. */
export const matchers = {
  async toHaveBeenRefused(received: unknown, { because, settle }: RefusedOptions = {}): Promise<MatcherResult> {
    if (because !== undefined) checkWord('because', because, reasons)
    const { server, outcome } = await judge(received, settle)
    const refused = outcome.outcome === 'refused'
    const { reasons: right } = server.expectation
    // Many refusals tell no reason, and then any word would do.
    if (refused && because !== undefined && outcome.reason === null && !agrees(because, right)) {
      throw new MockmailError(
        'INVALID_OPTION',
        `because: '${because}' is no reason to refuse ${server.scenario}, and the client told none. Allowed: ${right.join(', ')}.`,
      )
    }
    const contradicts = refused && outcome.reason !== null && !agrees(outcome.reason, because ? [because] : right)
    return {
      run: { server, outcome },
      pass: refused && !contradicts,
      message: () =>
        contradicts
          ? explain(server, `refused, but for another reason: ${alertOf(outcome)}`, outcome)
          : explain(
              server,
              refused ? 'refused, which was not expected' : `expected to be refused, and was ${outcome.outcome}`,
              outcome,
            ),
    }
  },

  async toHaveBeenAccepted(received: unknown, { settle }: { readonly settle?: number } = {}): Promise<MatcherResult> {
    const { server, outcome } = await judge(received, settle)
    const pass = used.has(outcome.outcome)
    return {
      run: { server, outcome },
      pass,
      message: () =>
        explain(
          server,
          pass ? 'accepted, which was not expected' : `expected to be accepted, and was ${outcome.outcome}`,
          outcome,
        ),
    }
  },

  async toHaveSeenCredentials(received: unknown, options: CredentialsOptions = {}): Promise<MatcherResult> {
    const { server, outcome } = await judge(received, options.settle)
    const seen = server.connections
      .flatMap(({ credentials }) => credentials)
      .filter((credential) => fits(credential, options))
    const where = options.inClear === undefined ? '' : options.inClear ? ' in clear' : ' inside TLS'
    return {
      run: { server, outcome },
      pass: seen.length > 0,
      message: () =>
        explain(
          server,
          seen.length > 0
            ? `saw credentials${where}: ${seen.map(({ mechanism, user, phase }) => `${mechanism} of ${user} (${phase})`).join(', ')}`
            : `saw no credentials${where}`,
          outcome,
        ),
    }
  },

  /** A connection finished its handshake with these parameters. */
  async toHaveNegotiated(received: unknown, wanted: NegotiatedOptions = {}): Promise<MatcherResult> {
    checkOptionNames('toHaveNegotiated', wanted, negotiatedParts)
    const { server, outcome } = await judge(received, wanted.settle)
    const sessions = server.connections.filter(({ handshake }) => handshake.result === 'finished')
    const seen = sessions.map(({ handshake, clientHello }) => ({
      version: handshake.version,
      cipher: handshake.cipher,
      resumed: handshake.resumed,
      servername: clientHello?.serverName ?? null,
    }))
    const { settle: _, ...parts } = wanted
    const pass = seen.some((session) =>
      Object.entries(parts).every(([part, value]) => session[part as keyof typeof session] === value),
    )
    return {
      run: { server, outcome },
      pass,
      message: () =>
        explain(
          server,
          `negotiated ${JSON.stringify(seen)}, ${pass ? 'not expected' : 'expected'} ${JSON.stringify(parts)}`,
          outcome,
        ),
    }
  },

  /** The run came to this. `not-reached` can be asked for too, by its name. */
  async toHaveOutcome(received: unknown, wanted: OutcomeOptions): Promise<MatcherResult> {
    checkOutcome(wanted)
    const { settle, ...parts } = typeof wanted === 'string' ? {} : wanted
    const words = typeof wanted === 'string' ? [wanted] : [parts.outcome, parts.detail, parts.verdict]
    const asked = words.some((word) => /^(?:not-reached|inconclusive)/.test(word ?? ''))
    const { server, outcome } = await judge(received, settle, asked ? { notReached: 'allowed' } : {})
    const pass =
      typeof wanted === 'string'
        ? outcome.outcome === wanted || outcome.detail === wanted
        : Object.entries(parts).every(([part, value]) => outcome[part as keyof Judgement] === value)
    return {
      run: { server, outcome },
      pass,
      message: () =>
        explain(
          server,
          `was ${outcome.outcome} (${outcome.verdict}), ${pass ? 'not expected' : 'expected'} ${JSON.stringify(typeof wanted === 'string' ? wanted : parts)}`,
          outcome,
        ),
    }
  },

  /** A run, or a report of `checkClient`, has nothing that failed or was inconclusive. */
  async toPass(received: unknown, options: PassOptions = {}): Promise<MatcherResult> {
    const ofServer = isServer(received)
    checkOptionNames('toPass', options, ofServer ? ['notes', 'settle'] : ['notes'])
    const { notes = true, settle } = options
    if (!ofServer) return passOfReport(asReport(received), notes ? ['pass', 'note'] : ['pass'])
    const { server, outcome } = await judge(received, settle)
    const pass = outcome.verdict === 'pass' || (outcome.verdict === 'note' && notes)
    return {
      run: { server, outcome },
      pass,
      message: () =>
        explain(
          server,
          pass
            ? `passed as ${outcome.outcome}, which was not expected`
            : `did not pass (${outcome.verdict}): was ${outcome.outcome}`,
          outcome,
        ),
    }
  },
} as const

function passOfReport(report: CheckReport, fine: readonly Verdict[]): MatcherResult {
  const wrong = report.cells.filter(({ verdict }) => !fine.includes(verdict))
  const line = ({ scenario, protocol, mode, verdict, outcome, detail, client }: CheckCell): string =>
    `  ${scenario} ${protocol}/${mode}: ${verdict}, ${outcome} (${detail})${client.error ? `: ${client.error}` : ''}`
  const pass = report.verdict === 'pass' && (fine.includes('note') || report.counts.note === 0)
  return {
    pass,
    message: () =>
      pass
        ? `${report.client} passed, which was not expected: ${JSON.stringify(report.counts)}`
        : [`${report.client} did not pass: ${JSON.stringify(report.counts)}`, ...wrong.map(line)].join('\n'),
  }
}

const negotiatedParts = ['version', 'cipher', 'servername', 'resumed', 'settle'] as const

/** What a part of an outcome can be, where that is known. */
const outcomeParts: Readonly<Record<string, readonly string[] | undefined>> = {
  outcome: outcomeWords,
  detail: details,
  verdict: verdicts,
  grade: grades,
  qualifier: undefined,
  settle: undefined,
}

/** A word that is mistyped is never true, and its negation always. */
function checkOutcome(wanted: OutcomeOptions): void {
  if (typeof wanted === 'string') {
    checkOutcomeWord('toHaveOutcome', wanted, [...outcomeWords, ...details])
    return
  }
  checkOptionNames('toHaveOutcome', wanted, Object.keys(outcomeParts))
  for (const [part, value] of Object.entries(wanted)) checkOutcomeWord(part, value, outcomeParts[part])
}

function checkOutcomeWord(part: string, given: unknown, allowed: readonly string[] | undefined): void {
  if (given === undefined || !allowed || String(given).startsWith('inconclusive:')) return
  checkWord(part, String(given), allowed)
}

/**
 * @throws {MockmailError} NOTHING_RECORDED when nothing connected or the fault did not show, so that nothing passes, negated
 * or not, because nothing happened; INVALID_OPTION when this is no server
 */
async function judge(
  received: unknown,
  settle: number | undefined,
  { notReached }: { readonly notReached?: 'allowed' } = {},
): Promise<{ server: MailServer; outcome: Judgement }> {
  const server = asServer(received)
  const outcome = await server.outcome(settle === undefined ? {} : { settle })
  if (notReached) return { server, outcome }
  if (server.connections.length === 0) {
    throw new MockmailError(
      'NOTHING_RECORDED',
      `Nothing connected to ${server.url} (${server.scenario}), so there is nothing to judge.`,
    )
  }
  if (outcome.outcome === 'not-reached') {
    throw new MockmailError(
      'NOTHING_RECORDED',
      explain(
        server,
        outcome.detail === 'inconclusive:needs-control'
          ? 'the client spoke on without an answer, which counts only if it does not do so on server.twin: connect it there too'
          : `${server.connections.length} connected, and ${
              outcome.detail === 'not-reached' ? 'none came as far as the fault' : 'what it came to cannot be judged'
            } (${outcome.detail})`,
        outcome,
      ),
    )
  }
  return { server, outcome }
}

function fits({ phase, user }: CredentialRecord, options: CredentialsOptions): boolean {
  if (options.inClear !== undefined && (phase === 'clear') !== options.inClear) return false
  return options.user === undefined || options.user === user
}
