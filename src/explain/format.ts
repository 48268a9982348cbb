import type { Needs } from '../scenarios/entry.ts'
import type { ListedParameter } from '../scenarios/listing.ts'
import { fields, indented, wrapped } from '../text/wrap.ts'
import { type Acceptance, type ErrorText, measuredOn } from './errors.ts'
import {
  type Candidate,
  type ErrorExplanation,
  type Explanation,
  isKnown,
  type PartExplanation,
  type ScenarioExplanation,
} from './explain.ts'
import { reasonsOfRow } from './told-by-row.ts'

/** Scenarios and texts that a terminal shows; `--json` has them all. */
const shown = { scenarios: 12, textsPerEcosystem: 2 } as const

/** An explanation for people, in lines of at most `width` characters. */
export const formatExplanation = (explanation: Explanation, width: number): readonly string[] =>
  explanation.kind === 'scenario' ? formatScenario(explanation, width) : formatError(explanation, width)

function formatScenario(explanation: ScenarioExplanation, width: number): readonly string[] {
  const { id, parts, expect, because, reasons, needs, runs, twin, protocols, modes, together, commands } = explanation
  const [only] = parts
  const alone = parts.length === 1 && only ? only : undefined
  return [
    id,
    ...indented(parts.map(({ summary }) => summary).join(' '), width),
    '',
    ...fields(
      [
        ['client', `${verbs[expect]}: ${because}`],
        ['reason', reasons.join(', ') || '-'],
        ['needs', needs === null ? '' : `a client that ${abilities[needs]}`],
        ['runs', runs === 1 ? '' : `it takes ${runs} connections to show`],
        ['counts', twin === null ? '' : `beside ${twin} only, which injects nothing; check serves both`],
        ['shows on', `${protocols.join(' ')}; ${modes.join(' ')}`],
        ...(alone ? factsOf(alone) : []),
      ],
      width,
    ),
    ...formatSaid({ said: together, accepted: [] }, width),
    ...parts.flatMap((part) => (alone ? formatSaid(part, width) : formatPart(part, width, together.length > 0))),
    ...formatCommands(commands),
  ]
}

/** What the client must do to see the fault. */
const abilities: Readonly<Record<Needs, string>> = {
  'revocation-checking': 'checks revocation',
  'crl-checking': 'fetches the CRL, or is given it',
  'ocsp-checking': 'asks by OCSP',
  'staple-checking': 'reads what the server staples',
}

const verbs = { reject: 'refuses', accept: 'goes on', either: 'may go on or refuse' } as const

const factsOf = ({
  kind,
  sets,
  references,
  tags,
  aliases,
  observable,
  parameter,
}: PartExplanation): readonly Field[] => [
  ['kind', kind],
  ['behind a colon', parameter === null ? '' : choiceOf(parameter)],
  ['sets', sets.join(', ') || 'nothing'],
  ['seen by', observable === 'client' ? 'the client only: the server cannot tell' : ''],
  ['also called', aliases.join(', ')],
  ['tags', tags.join(', ')],
  ['read', references.join(' · ')],
]

/** Its name, and what is expected with each value where that differs. */
function choiceOf({ name, values, allowed, default: usual }: ListedParameter): string {
  const differ = new Set(values.map(({ expect }) => expect)).size > 1
  const each = values.map(({ value, expect }) => (differ ? `${value} (${expect})` : value)).join(', ')
  return `${name}: ${allowed === null ? '' : `${allowed}, such as `}${each}; ${usual} when nothing is said`
}

type Field = readonly [name: string, value: string]

/** A part of a combination. What is said of it alone is left to its own explanation where the whole was measured. */
const formatPart = (part: PartExplanation, width: number, measuredTogether: boolean): readonly string[] => [
  '',
  part.id,
  ...indented(part.summary, width),
  ...fields(
    [
      ['client', `${verbs[part.expect]}: ${part.because}`],
      ['from', part.from > 1 ? `connection ${part.from} on` : ''],
      ...factsOf(part),
      ['alone', measuredTogether ? `mockmail explain ${part.id}` : ''],
    ],
    width,
    2,
  ),
  ...(measuredTogether ? [] : formatSaid(part, width)),
]

function formatSaid({ said, accepted }: Pick<PartExplanation, 'said' | 'accepted'>, width: number): readonly string[] {
  const measured = said.filter(({ evidence }) => evidence === 'measured')
  const sourced = said.filter(({ evidence }) => evidence === 'sourced')
  return [
    ...(measured.length > 0 ? ['', `measured on ${measuredOn}: clients say`, ...formatTexts(measured, width)] : []),
    ...(accepted.length > 0
      ? ['', `measured on ${measuredOn}: clients go on, without a word`, ...formatAcceptances(accepted, width)]
      : []),
    ...(sourced.length > 0 ? ['', 'sourced, not measured here', ...formatTexts(sourced, width)] : []),
  ]
}

/** How little a text tells: one that gives a reason tells more than one that does not, a code more than none. */
const vagueness = (row: ErrorText): number =>
  (reasonsOfRow(row).length > 0 ? 0 : 2000) + (row.code === null ? 1000 : 0) + row.scenarios.length

/** The most telling texts of each ecosystem. */
function formatTexts(rows: readonly ErrorText[], width: number): readonly string[] {
  const ecosystems = [...new Set(rows.map(({ ecosystem }) => ecosystem))]
  const lines = ecosystems.flatMap((ecosystem): Field[] => {
    const own = rows.filter((row) => row.ecosystem === ecosystem).sort((a, b) => vagueness(a) - vagueness(b))
    const few = own.slice(0, shown.textsPerEcosystem)
    const more = own.length - few.length
    return [
      ...few.map((row, index): Field => [index === 0 ? ecosystem : '', sentenceOf(row)]),
      ...(more > 0 ? [['', `(${more} more with --json)`] as const] : []),
    ]
  })
  return fields(lines, width, 2)
}

function sentenceOf({ code, text, clients, versions, evidence, source }: ErrorText): string {
  const told = code !== null && !text.includes(code) ? `${code}: ${text}` : text
  const who = [...clients.slice(0, 3), ...(clients.length > 3 ? ['…'] : [])].join(', ')
  const which = [who, versions.join(', ')].filter(Boolean).join(' ')
  return evidence === 'measured'
    ? `${told} (${which || source})`
    : `${told} (${[which, source].filter(Boolean).join('; ')})`
}

const formatAcceptances = (rows: readonly Acceptance[], width: number): readonly string[] =>
  fields(
    [...new Set(rows.map(({ ecosystem }) => ecosystem))].map((ecosystem): Field => {
      const own = rows.filter((row) => row.ecosystem === ecosystem)
      return [ecosystem, own.map(({ client, versions }) => `${client} ${versions.join(', ')}`).join('; ')]
    }),
    width,
    2,
  )

function formatError(explanation: ErrorExplanation, width: number): readonly string[] {
  const { input, reasons, readings, notes, scenarios, commands } = explanation
  return [
    ...wrapped(input, width),
    '',
    ...fields(
      [
        ...readings.map(({ of, code, name, meaning }): Field => [of, `${code} ${name}: ${meaning}`]),
        ...reasons.map(({ reason, meaning }): Field => ['reason', `${reason}: ${meaning}`]),
        ...(reasons.length === 0 ? [['reason', 'none that the text gives'] as const] : []),
      ],
      width,
    ),
    ...notes.flatMap((note) => ['', ...wrapped(note, width)]),
    ...headings.flatMap(([evidence, heading]) => {
      const group = scenarios.filter((one) => one.evidence === evidence)
      return group.length > 0 ? ['', heading, ...formatCandidates(group, width)] : []
    }),
    ...(scenarios.length === 0 ? ['', ...wrapped(isKnown(explanation) ? unserved : unknown, width)] : []),
    ...formatCommands([...commands, ...scenarios.slice(0, 1).map(({ id }) => `mockmail explain ${id}`)]),
  ]
}

const unserved = 'No scenario of the catalogue makes a client say so.'
const unknown = "Nothing is known of it: it is no text or code of a mail client's TLS that was measured or found."

const headings = [
  ['measured', 'measured: clients say so of'],
  ['sourced', 'sourced, not measured here: it is said of'],
  ['reason', 'not measured: the reason it gives is that of'],
] as const

function formatCandidates(group: readonly Candidate[], width: number): readonly string[] {
  const few = group.slice(0, shown.scenarios)
  const more = group.length - few.length
  const systems = few.map(systemsOf)
  const [first] = systems
  const same = few.length > 1 && systems.every((one) => one === first) ? first : undefined
  return [
    ...(same ? indented(same, width) : []),
    ...few.flatMap(({ id, summary, closer }, index) => [
      `  ${id}`,
      ...indented(summary, width, 4),
      ...(same ? [] : indented(systems[index] ?? '', width, 4)),
      ...(closer ? indented(`there also: ${sentenceOf(closer)}`, width, 4) : []),
    ]),
    ...(more > 0 ? [`  and ${more} more, with --json`] : []),
  ]
}

/** Which systems say so; sources only where nothing was measured. */
function systemsOf({ said, evidence: surest }: Candidate): string {
  const systems = said
    .filter(({ evidence }) => evidence === surest)
    .map(({ ecosystem, clients, versions, source }) =>
      [ecosystem, clients.slice(0, 4).join(', '), versions.join(', '), surest === 'sourced' ? `(${source})` : '']
        .filter(Boolean)
        .join(' '),
    )
  return systems.length > 0 ? `by ${[...new Set(systems)].join('; ')}` : ''
}

const formatCommands = (commands: readonly string[]): readonly string[] =>
  commands.length > 0 ? ['', 'try it', ...commands.map((command) => `  ${command}`)] : []
