import { clock } from '../../clock.ts'
import { decodeText } from '../core/sasl/text.ts'
import type { Arguments } from './arguments.ts'
import type { Candidate } from './search-candidate.ts'
import { isInSet, resolveSet, type SequenceSet } from './sets.ts'

/** Whether a message matches one search key. Where that takes long it is found out step by step. */
export type Test = (candidate: Candidate) => boolean | Generator<string, boolean>

/** Bounds of one search, so that a hostile one ends. */
const most = { keys: 500, texts: 50, depth: 20, text: 256 } as const

/** What a search turned out to need while it was read. */
export interface SearchNeeds {
  keys: number
  /** Keys that look into header fields or bodies. */
  texts: number
  modseq: boolean
}

/** Reads one key behind another to the end; a message must match them all, RFC 9051 §6.4.4. */
export function readSearchKeys(args: Arguments, needs: SearchNeeds): Test {
  const tests = [readKey(args, needs, 0)]
  while (args.problem === undefined && args.more()) tests.push(readKey(args, needs, 0))
  return all(tests)
}

function readKey(args: Arguments, needs: SearchNeeds, depth: number): Test {
  if (++needs.keys > most.keys || needs.texts >= most.texts || depth > most.depth) args.fail('Search too complex')
  if (args.problem !== undefined) return () => false
  if (args.next === '(') {
    const tests = args.list(() => readKey(args, needs, depth + 1))
    if (tests.length === 0) args.fail('Expected a search key')
    return all(tests)
  }
  if (args.isSet()) return inSet(args.sequenceSet())
  const name = args.name()
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined
  if (!key) args.fail('Unknown search key')
  return key?.(args, needs, depth) ?? (() => false)
}

type KeyReader = (args: Arguments, needs: SearchNeeds, depth: number) => Test

const keys: Readonly<Record<string, KeyReader>> = {
  ALL: () => () => true,
  ANSWERED: () => flagged('\\Answered'),
  DELETED: () => flagged('\\Deleted'),
  DRAFT: () => flagged('\\Draft'),
  FLAGGED: () => flagged('\\Flagged'),
  SEEN: () => flagged('\\Seen'),
  UNANSWERED: () => not(flagged('\\Answered')),
  UNDELETED: () => not(flagged('\\Deleted')),
  UNDRAFT: () => not(flagged('\\Draft')),
  UNFLAGGED: () => not(flagged('\\Flagged')),
  UNSEEN: () => not(flagged('\\Seen')),
  KEYWORD: (args) => flagged(args.space().keyword()),
  UNKEYWORD: (args) => not(flagged(args.space().keyword())),
  RECENT: () => recent,
  OLD: () => not(recent),
  NEW: () => all([recent, not(flagged('\\Seen'))]),

  UID: (args) => {
    const set = args.space().sequenceSet()
    return ({ message, view }) => isInSet(resolveOnce(set, view.largestUid), message.uid)
  },
  LARGER: (args) => atLeast(args.space().number() + 1, ({ message }) => message.raw.length),
  SMALLER: (args) => not(atLeast(args.space().number(), ({ message }) => message.raw.length)),
  MODSEQ: (args, needs) => {
    needs.modseq = true
    // RFC 7162 §3.1.5 allows to name a flag, for servers that keep a mod-sequence per flag.
    if (args.space().next === '"') {
      args.string()
      args.space().keyword()
      args.space()
    }
    return atLeast(args.number(), ({ message }) => message.modseq)
  },

  SINCE: (args) => atLeast(args.space().date(), received),
  BEFORE: (args) => not(atLeast(args.space().date(), received)),
  ON: (args) => onDay(args.space().date(), received),
  SENTSINCE: (args, needs) => sent(needs, atLeast(args.space().date(), sentOn)),
  SENTBEFORE: (args, needs) => sent(needs, not(atLeast(args.space().date(), sentOn))),
  SENTON: (args, needs) => sent(needs, onDay(args.space().date(), sentOn)),
  OLDER: (args) => atLeast(args.space().number(), age),
  YOUNGER: (args) => not(atLeast(args.space().number(), age)),

  FROM: (args, needs) => inAddresses('from', readText(args, needs)),
  TO: (args, needs) => inAddresses('to', readText(args, needs)),
  CC: (args, needs) => inAddresses('cc', readText(args, needs)),
  BCC: (args, needs) => inAddresses('bcc', readText(args, needs)),
  SUBJECT: (args, needs) => inHeader('subject', readText(args, needs)),
  HEADER: (args, needs) => {
    const field = args.space().astring().toLowerCase()
    return inHeader(field, readText(args, needs))
  },
  BODY: (args, needs) => {
    const wanted = readText(args, needs)
    return (candidate) => candidate.bodyHas(wanted)
  },
  TEXT: (args, needs) => {
    const wanted = readText(args, needs)
    return either(
      (candidate) => candidate.headerHas(wanted),
      (candidate) => candidate.bodyHas(wanted),
    )
  },

  NOT: (args, needs, depth) => not(readKey(args.space(), needs, depth + 1)),
  OR: (args, needs, depth) => {
    const one = readKey(args.space(), needs, depth + 1)
    const other = readKey(args.space(), needs, depth + 1)
    return either(one, other)
  },
}

const recent: Test = (candidate) => candidate.recent

function all(tests: readonly Test[]): Test {
  return (candidate) => {
    for (const [index, test] of tests.entries()) {
      const verdict = test(candidate)
      if (verdict === false) return false
      if (verdict !== true) return allSlowly(verdict, tests.slice(index + 1), candidate)
    }
    return true
  }
}

function* allSlowly(
  first: Generator<string, boolean>,
  others: readonly Test[],
  candidate: Candidate,
): Generator<string, boolean> {
  if (!(yield* first)) return false
  for (const test of others) {
    const verdict = test(candidate)
    if (!(typeof verdict === 'boolean' ? verdict : yield* verdict)) return false
  }
  return true
}

function not(test: Test): Test {
  return (candidate) => {
    const verdict = test(candidate)
    return typeof verdict === 'boolean' ? !verdict : notSlowly(verdict)
  }
}

function* notSlowly(verdict: Generator<string, boolean>): Generator<string, boolean> {
  return !(yield* verdict)
}

const either = (one: Test, other: Test): Test => not(all([not(one), not(other)]))

const flagged =
  (flag: string): Test =>
  ({ message, view }) =>
    message.flags.has(view.folder.spell(flag))

const atLeast =
  (least: number, of: (candidate: Candidate) => number): Test =>
  (candidate) =>
    of(candidate) >= least

const msPerDay = 24 * 60 * 60 * 1000

const onDay = (day: number, of: (candidate: Candidate) => number): Test =>
  all([atLeast(day, of), not(atLeast(day + msPerDay, of))])

const received = ({ message }: Candidate): number => message.internalDate.getTime()

const sentOn = (candidate: Candidate): number => candidate.sentOn

/** RFC 5032: in seconds. */
const age = ({ message }: Candidate): number => (clock.date() - message.internalDate.getTime()) / 1000

/** A message without a date was sent on no day. */
function sent(needs: SearchNeeds, test: Test): Test {
  needs.texts++
  return (candidate) => !Number.isNaN(candidate.sentOn) && test(candidate)
}

function readText(args: Arguments, needs: SearchNeeds): string {
  needs.texts++
  const text = decodeText(Buffer.from(args.space().astring(), 'latin1')).toLowerCase()
  if (text.length > most.text) args.fail('Search text too long')
  return text
}

const inAddresses =
  (field: string, wanted: string): Test =>
  (candidate) =>
    candidate.addressesHave(field, wanted)

const inHeader =
  (field: string, wanted: string): Test =>
  (candidate) =>
    candidate.values(field).some((value) => value.includes(wanted))

function inSet(set: SequenceSet): Test {
  return ({ number, view }) => isInSet(resolveOnce(set, view.messages.length), number)
}

const resolved = new WeakMap<SequenceSet, { readonly largest: number; readonly set: SequenceSet }>()

/** For every message of a search anew would be quadratic. */
function resolveOnce(set: SequenceSet, largest: number): SequenceSet {
  const known = resolved.get(set)
  if (known?.largest === largest) return known.set
  const fresh = { largest, set: resolveSet(set, largest) }
  resolved.set(set, fresh)
  return fresh.set
}
