import { faultKeys } from './definition-of-certificates.ts'
import type { CertificateEntry, CertificateFault, EntryFacts, Needs, QuirkEntry, ValueOf } from './entry.ts'
import { places, quirkWords } from './quirk-shape.ts'
import type { QuirkWords } from './quirk-words.ts'
import { every, type Keys, list, object, oneOf, record, type Shape, text, value, whole, word } from './shape.ts'
import { expects, reasons } from './vocabulary.ts'

const reason = word(...reasons)

const facts = {
  summary: text,
  expect: word(...expects),
  because: text,
  reason: oneOf(reason, list(reason, { least: 1 })),
  needs: word(
    ...every<Needs>({
      'revocation-checking': true,
      'crl-checking': true,
      'ocsp-checking': true,
      'staple-checking': true,
    }),
  ),
  runs: whole(1),
  observable: word('client'),
  references: list(text),
  tags: list(text),
  aliases: list(text),
  errors: record(value('a text or a number', 10, (given) => ['string', 'number'].includes(typeof given))),
} satisfies Keys<EntryFacts>

const textOrNumber = value('a text or a number', '10', (given) => ['string', 'number'].includes(typeof given))

/** What a value of a parameter may be different in. */
const parameterOf = (difference: Shape): Shape =>
  object(
    {
      name: text,
      values: oneOf(
        record(difference),
        list(textOrNumber, { least: 1 }),
        object({ from: whole(0), to: whole(0), listed: list(whole(0), { least: 1 }) }, ['from', 'to', 'listed']),
        object({ pattern: text, means: text, listed: list(text, { least: 1 }) }, ['pattern', 'means', 'listed']),
      ),
      default: textOrNumber,
    },
    ['name', 'values', 'default'],
  )

const { tags: _, ...factsOfValue } = facts

/** A certificate of the user's own. */
export const certificateShape = object(
  {
    id: text,
    ...facts,
    ...faultKeys,
    parameter: parameterOf(object({ ...factsOfValue, ...faultKeys } satisfies Keys<ValueOf<CertificateFault>>)),
  } satisfies Keys<{ id: string } & CertificateEntry>,
  ['id', 'summary'],
)

/** A quirk of the user's own. */
export const quirkShape = object(
  {
    id: text,
    ...facts,
    ...places,
    ...quirkWords,
    layer: word('starttls', 'session', 'tls', 'wire'),
    parameter: parameterOf(object({ ...factsOfValue, ...quirkWords } satisfies Keys<ValueOf<QuirkWords>>)),
    twin: text,
    leaf: object({ key: text }, ['key']),
  } satisfies Keys<{ id: string } & QuirkEntry>,
  ['id', 'summary', 'layer', 'protocols', 'modes'],
)
