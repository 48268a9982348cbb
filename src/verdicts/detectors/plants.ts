import type { CommandRecord, ConnectionRecord, Phase } from '../../record/record.ts'
import type { Plant } from '../../scenarios/fine-names.ts'
import { commandProof, injectedStep, type Proof } from '../proof.ts'
import { wordsOf } from './words.ts'

/** Only what the client does not do at the twin as well: a flag is set by many. */
export const needsTwin = (plant: Plant): boolean => 'flag' in plant || 'set' in plant

/** What a plant is, as a noun. */
export function nounOf(plant: Plant): string {
  const [[kind, value] = ['', '']] = Object.entries(plant)
  return `${kindNouns[kind] ?? kind} ${value}`
}

const kindNouns: Readonly<Record<string, string>> = {
  mailbox: 'the mailbox',
  mechanism: 'the mechanism',
  number: 'message number',
  set: 'the messages',
  flag: 'the flag',
  verb: 'the command',
  message: 'the message with',
  text: 'the words',
}

/** Which commands count. */
interface Where {
  /** Milliseconds since accept. */
  readonly since: number
  /** Default: both. */
  readonly phase?: 'tls'
  /** Whether a mechanism that is offered in its own right may be used. Default: it may. */
  readonly offered?: 'excused' | 'counts'
}

/** The first command in which the client says what was planted, once it could have learnt it. */
export function plantUsed(
  record: ConnectionRecord,
  plants: readonly Plant[],
  { since, phase, offered = 'excused' }: Where,
): Proof | undefined {
  for (const plant of plants) {
    const index = record.commands.findIndex(
      (command) =>
        command.at >= since &&
        (phase === undefined || command.phase === phase) &&
        says(record, command, plant, offered),
    )
    const proof = commandProof(record, nounOf(plant), index, { before: [injectedStep(record, 0)] })
    if (proof) return proof
  }
  return undefined
}

function says(record: ConnectionRecord, command: CommandRecord, plant: Plant, offered: Where['offered']): boolean {
  if ('mechanism' in plant) {
    if (!same(mechanismOf(command), plant.mechanism)) return false
    return offered === 'counts' || !isOffered(record, command.phase, plant.mechanism)
  }
  if ('verb' in plant)
    return same(command.verb, plant.verb) || same(argumentsOf(command).split(' ')[0] ?? '', plant.verb)
  if ('number' in plant) return isOnMessages(command) && reaches(setOf(command), plant.number)
  if ('set' in plant) return isOnMessages(command) && sameSet(setOf(command), plant.set)
  if ('flag' in plant) return command.action === 'store' && has(wordsOf(command), plant.flag)
  if ('mailbox' in plant) return onMailboxes.has(command.action) && has(wordsOf(command), plant.mailbox)
  const wanted = ('message' in plant ? plant.message : plant.text).toLowerCase()
  return (
    wordsOf(command).some((word) => word.toLowerCase().includes(wanted)) ||
    textOf(command).toLowerCase().includes(wanted)
  )
}

const textOf = ({ line, more = '' }: CommandRecord): string => `${line}\n${more}`

/** Everything that names a mailbox: SELECT, LIST, APPEND, COPY, and STATUS, SUBSCRIBE, DELETE, which are `other`. */
const onMailboxes: ReadonlySet<string> = new Set(['select', 'list', 'append', 'store', 'fetch', 'other', 'search'])

const same = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase()

const has = (words: readonly string[], wanted: string): boolean => words.some((word) => same(word, wanted))

/** The SASL mechanism of a login; empty where it is none. */
export const mechanismOf = (command: CommandRecord): string =>
  command.action === 'auth' && command.verb.startsWith('AUTH')
    ? (argumentsOf(command).split(' ')[0] ?? '').toUpperCase()
    : ''

/** Whether the list that was shown in this phase has the mechanism. */
const isOffered = ({ capabilities }: ConnectionRecord, phase: Phase, mechanism: string): boolean =>
  (capabilities[phase] ?? []).some(
    (text) => /^(?:AUTH|SASL)[ =]/i.test(text) && text.toUpperCase().split(/[ =]/).includes(mechanism.toUpperCase()),
  )

/** Behind the tag, and the verb. */
function argumentsOf({ line, verb, tag }: CommandRecord): string {
  const untagged = tag && line.startsWith(tag) ? line.slice(tag.length) : line
  const rest = untagged.trimStart()
  return rest.toUpperCase().startsWith(verb) ? rest.slice(verb.length).trim() : rest.trim()
}

const isOnMessages = ({ action, verb }: CommandRecord): boolean =>
  ['fetch', 'store'].includes(action) || /^(?:UID )?(?:COPY|MOVE)$/.test(verb)

const setOf = (command: CommandRecord): string => /^[\d:*,]+/.exec(argumentsOf(command))?.[0] ?? ''

type Range = readonly [from: number, to: number]

/** RFC 9051 §9 sequence-set; `*` is beyond every number. */
const rangesOf = (set: string): readonly Range[] =>
  set
    .split(',')
    .slice(0, 1000)
    .flatMap((part) => {
      const [a = Number.NaN, b = a] = part
        .split(':')
        .map((end) => (end === '*' ? Number.POSITIVE_INFINITY : Number(end || Number.NaN)))
      return Number.isNaN(a) || Number.isNaN(b) ? [] : [[Math.min(a, b), Math.max(a, b)] as const]
    })

/** Whether a number that is at least that large is named; `*` names whatever there is. */
const reaches = (set: string, number: number): boolean =>
  rangesOf(set).some(([from, to]) => (Number.isFinite(to) && to >= number) || (Number.isFinite(from) && from >= number))

function sameSet(set: string, wanted: string): boolean {
  const spelled = (text: string): string =>
    rangesOf(text)
      .map((range) => range.join(':'))
      .sort()
      .join()
  return set !== '' && spelled(set) === spelled(wanted)
}
