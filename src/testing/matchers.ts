import { MockmailError } from '../errors.ts'
import type { Reason } from '../scenarios/vocabulary.ts'
import { MailServer } from '../server.ts'
import type { CredentialRecord } from '../servers/core/record.ts'
import { formatTranscript } from '../servers/core/transcript.ts'
import { agrees } from '../verdicts/agrees.ts'
import type { Judgement } from '../verdicts/verdict.ts'

/** What a runner's `expect.extend` wants back. */
export interface MatcherResult {
  readonly pass: boolean
  message(): string
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

/** The matchers of every runner, as plain functions. */
export const matchers = {
  async toHaveBeenRefused(received: unknown, { because, settle }: RefusedOptions = {}): Promise<MatcherResult> {
    const { server, outcome } = await judge(received, settle)
    const refused = outcome.outcome === 'refused'
    const contradicts =
      refused && outcome.reason !== null && !agrees(outcome.reason, because ? [because] : server.expectation.reasons)
    return {
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
} as const

const used: ReadonlySet<string> = new Set(['accepted', 'leaked', 'fooled'])

/**
 * @throws {MockmailError} NOTHING_RECORDED when nothing connected or the fault did not show, so that nothing passes, negated
 * or not, because nothing happened; INVALID_OPTION when this is no server
 */
async function judge(
  received: unknown,
  settle: number | undefined,
): Promise<{ server: MailServer; outcome: Judgement }> {
  if (!isServer(received)) {
    throw new MockmailError(
      'INVALID_OPTION',
      'This matcher is for a server: expect(await mail.start(…)).toHaveBeenRefused().',
    )
  }
  const outcome = await received.outcome(settle === undefined ? {} : { settle })
  if (received.connections.length === 0) {
    throw new MockmailError(
      'NOTHING_RECORDED',
      `Nothing connected to ${received.url} (${received.scenario}), so there is nothing to judge.`,
    )
  }
  if (outcome.outcome === 'not-reached') {
    throw new MockmailError(
      'NOTHING_RECORDED',
      explain(
        received,
        `${received.connections.length} connected, and none came as far as the fault (${outcome.detail})`,
        outcome,
      ),
    )
  }
  return { server: received, outcome }
}

/** Not by `instanceof` alone: an ESM and a CommonJS copy of this package may be loaded side by side. */
const isServer = (it: unknown): it is MailServer =>
  it instanceof MailServer ||
  (typeof it === 'object' && it !== null && 'connections' in it && 'outcome' in it && 'expectation' in it)

function fits({ phase, user }: CredentialRecord, options: CredentialsOptions): boolean {
  if (options.inClear !== undefined && (phase === 'clear') !== options.inClear) return false
  return options.user === undefined || options.user === user
}

const alertOf = ({ qualifier }: Judgement): string => (qualifier ?? '').replace(/^alert:/, '')

function explain(server: MailServer, what: string, outcome: Judgement): string {
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
    ...dialogues,
  ].join('\n')
}

const indent = (text: string): string => text.replace(/^/gm, '  ').slice(0, 8000)
