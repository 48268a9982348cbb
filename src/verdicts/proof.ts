import type { ConnectionRecord, Phase } from '../record/record.ts'
import { cut, oneLine } from '../text/printable.ts'

/** One thing that was said or done, and where the record has it. */
export interface ProofStep {
  /** Milliseconds since the connection was accepted. */
  readonly at: number
  readonly from: 'client' | 'server'
  readonly phase: Phase
  /** Where it stands in the record: `commands[3].line`, `handshake.version`; `client.output` for what the client's own end tells. */
  readonly fact: string
  /** `bytes` as they crossed, or a `fact` in words. */
  readonly kind: 'bytes' | 'fact'
  /** Printable, on one line, 200 columns at most. */
  readonly text: string
  /** Of bytes: an octet of that line, counted from 1 among those that its side sent in that phase. */
  readonly octet?: number
}

/** What became of STARTTLS (POP3: STLS) before something crossed in clear. */
export type StartTlsState = 'granted' | 'refused' | 'ignored' | 'missing' | 'not-asked' | 'asked-later'

/** What shows that the client did what an outcome says: the bytes or the fact, and what led to it. */
export interface Proof extends ProofStep {
  /** The connection's id; null where only the client's own end tells. */
  readonly connection: string | null
  /** The connection's number; null where only the client's own end tells. */
  readonly nth: number | null
  /** What that connection was served: a twin, or a canary, is another one than was judged. */
  readonly scenario: string
  /** What crossed, or was used, as a noun: `the password`, `sender and recipients`. */
  readonly what: string
  /** What led to it, oldest first. */
  readonly before: readonly ProofStep[]
  /** What followed. */
  readonly after: readonly ProofStep[]
  /** Of what crossed in clear on a port for STARTTLS. */
  readonly starttls?: StartTlsState
}

const mostColumns = 200
const mostSteps = 3

const shown = (text: string): string => cut(oneLine(text.slice(0, 4 * mostColumns)), mostColumns)

/** A fact of the client's or the server's, in words. */
export const factStep = (
  fact: string,
  text: string,
  { at = 0, from = 'client', phase = 'tls' }: Partial<Pick<ProofStep, 'at' | 'from' | 'phase'>> = {},
): ProofStep => ({ at, from, phase, fact, kind: 'fact', text: shown(text) })

/** What a client said: the line of one command. */
export function commandStep({ commands }: ConnectionRecord, index: number): ProofStep | undefined {
  const command = commands[index]
  if (!command) return undefined
  const { at, phase, line, offset } = command
  return {
    at,
    from: 'client',
    phase,
    fact: `commands[${index}].line`,
    kind: 'bytes',
    text: shown(line),
    ...(offset !== undefined && { octet: offset }),
  }
}

/** What the client said further for it: a literal, the lines of a login. */
export function moreStep({ commands }: ConnectionRecord, index: number): ProofStep | undefined {
  const { at = 0, phase = 'clear', more } = commands[index] ?? {}
  return more === undefined
    ? undefined
    : { at, from: 'client', phase, fact: `commands[${index}].more`, kind: 'bytes', text: shown(more) }
}

/** What it was answered. */
export function replyStep({ commands }: ConnectionRecord, index: number): ProofStep | undefined {
  const { at = 0, phase = 'clear', reply, replyOffset } = commands[index] ?? {}
  if (reply === undefined) return undefined
  const octet = replyOffset === undefined ? {} : { octet: replyOffset + 1 }
  return { at, from: 'server', phase, fact: `commands[${index}].reply`, kind: 'bytes', text: shown(reply), ...octet }
}

/** What was planted, as it crossed. */
export function injectedStep({ injected }: ConnectionRecord, index: number): ProofStep | undefined {
  const { at = 0, phase = 'clear', text, offset } = injected[index] ?? {}
  if (text === undefined) return undefined
  const octet = offset === undefined ? {} : { octet: offset + 1 }
  return { at, from: 'server', phase, fact: `injected[${index}].text`, kind: 'bytes', text: shown(text), ...octet }
}

type Steps = readonly (ProofStep | undefined)[]

const there = (steps: Steps): readonly ProofStep[] => steps.filter((step) => step !== undefined)

/** Puts a proof together; steps that do not exist are left out. */
export function proofOf(
  { id, nth, scenario }: Pick<ConnectionRecord, 'id' | 'nth' | 'scenario'>,
  what: string,
  step: ProofStep | undefined,
  { before = [], after = [], starttls }: { before?: Steps; after?: Steps; starttls?: StartTlsState | undefined } = {},
): Proof | undefined {
  if (!step) return undefined
  return {
    connection: id,
    nth,
    scenario,
    what,
    ...step,
    before: there(before).slice(-mostSteps),
    after: there(after).slice(0, mostSteps),
    ...(starttls && { starttls }),
  }
}

/** What only the client's own end tells. */
export const clientProof = (scenario: string, what: string, fact: string, text: string, before: Steps = []): Proof => ({
  connection: null,
  nth: null,
  scenario,
  what,
  ...factStep(fact, text),
  before: there(before).slice(-mostSteps),
  after: [],
})

/** A proof that is one command, with what it was answered. */
export const commandProof = (
  record: ConnectionRecord,
  what: string,
  index: number,
  { before = [], after = [], starttls }: { before?: Steps; after?: Steps; starttls?: StartTlsState | undefined } = {},
): Proof | undefined =>
  proofOf(record, what, commandStep(record, index), {
    before,
    after: [moreStep(record, index), replyStep(record, index), ...after],
    starttls,
  })

/** A proof's steps in order. */
export const stepsOf = (proof: Proof): readonly ProofStep[] => [...proof.before, proof, ...proof.after]

/** Where the proof stands: which connection, when, and whether TLS protected it. */
function placeOf(
  { connection, nth, at, phase, scenario }: Proof,
  { of, served }: { of?: number; served?: string },
): string {
  if (connection === null) return 'the client itself:'
  const count = of !== undefined && of > 1 ? ` of ${of}` : ''
  const elsewhere = served !== undefined && served !== scenario ? ` (${scenario})` : ''
  return `connection ${nth}${count}${elsewhere}, after ${at} ms, ${phase === 'clear' ? 'in clear' : 'inside TLS'}:`
}

function lineOf({ from, phase, kind, fact, text }: ProofStep, proof: Proof): string {
  const named = kind === 'bytes' ? text : `(${fact}) ${text}`
  const who =
    proof.connection === null && fact.startsWith('client.')
      ? ''
      : `${from === 'client' ? 'C' : 'S'}${phase === 'tls' ? '*' : ''}: `
  return who + named
}

/** The proof in lines: where it stands, then what was said and done, oldest first; the decisive step is among them in any case. */
export function formatProof(
  proof: Proof,
  {
    width = 80,
    limit = 6,
    ...place
  }: {
    readonly width?: number
    readonly limit?: number
    /** How many connections there were. */
    readonly of?: number
    /** What was served where the client was to go. */
    readonly served?: string
  } = {},
): readonly string[] {
  const room = Math.max(1, limit - 1)
  const after = proof.after.slice(0, Math.min(1, room - 1))
  const before = room - 1 - after.length > 0 ? proof.before.slice(-(room - 1 - after.length)) : []
  const steps = [...before, proof, ...after].map((step) => lineOf(step, proof))
  return [placeOf(proof, place), ...steps].map((line) => cut(oneLine(line), width))
}
