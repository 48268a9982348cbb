import { faultKeys } from './definition-of-certificates.ts'
import type { Effect, Refusal } from './effects.ts'
import type {
  CapabilityChange,
  CertificateEntry,
  CertificateFault,
  EntryFacts,
  Needs,
  QuirkEntry,
  QuirkFault,
  TlsProfile,
  ValueOf,
} from './entry.ts'
import { every, type Keys, list, number, object, oneOf, record, type Shape, text, value, whole, word } from './shape.ts'
import { actions, expects, type Hook, modes, moments, protocols, reasons } from './vocabulary.ts'

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

const version = word('TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3')

const tls = object({
  minVersion: version,
  maxVersion: version,
  ciphers: text,
  ecdhCurve: text,
  sigalgs: text,
  sessionTimeout: whole(1),
  clientCertificate: word('optional', 'required'),
} satisfies Keys<TlsProfile>)

const places = {
  protocols: list(word(...protocols), { least: 1 }),
  modes: list(word(...modes), { least: 1 }),
}

const capabilities = object({
  add: list(text),
  remove: list(text),
  replace: record(text),
  order: list(text),
  protocols: places.protocols,
  phase: word('clear', 'tls'),
} satisfies Keys<CapabilityChange>)

const hooks: readonly Hook[] = [...moments, ...actions.map((action) => `command:${action}` as const)]

const effects = value(
  'a function that returns effects',
  () => undefined,
  (given) => typeof given === 'function',
)

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

const quirkKeys = {
  speaks: word('clear', 'tls', 'nothing'),
  capabilities,
  tls,
  at: object(Object.fromEntries(hooks.map((hook) => [hook, effects]))),
} satisfies Keys<QuirkFault>

/** A quirk of the user's own. */
export const quirkShape = object(
  {
    id: text,
    ...facts,
    ...places,
    ...quirkKeys,
    layer: word('starttls', 'session', 'tls', 'wire'),
    parameter: parameterOf(object({ ...factsOfValue, ...quirkKeys } satisfies Keys<ValueOf<QuirkFault>>)),
    twin: text,
  } satisfies Keys<{ id: string } & QuirkEntry>,
  ['id', 'summary', 'layer', 'protocols', 'modes'],
)

const someBytes = value(
  'a text or a Uint8Array',
  'a text',
  (given) => typeof given === 'string' || given instanceof Uint8Array,
)

const ms = number('a number of milliseconds', 0)

type EffectKeys = {
  readonly [Do in Effect['do']]: Keys<Omit<Extract<Effect, { readonly do: Do }>, 'do'>>
}

const effectKeys: EffectKeys = {
  reply: {},
  send: { bytes: someBytes },
  inject: { bytes: someBytes },
  hold: { ms },
  refuse: {
    as: word(
      ...every<Refusal>({
        'not-implemented': true,
        unavailable: true,
        'bad-sequence': true,
        'tls-required': true,
        'auth-failed': true,
      }),
    ),
  },
  silent: {},
  wait: { ms },
  drip: { bytes: someBytes, everyMs: ms },
  close: { how: word('fin', 'rst', 'half') },
}

const kinds = word(...Object.keys(effectKeys))

/** Each effect, by what it does. */
export const effectShapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries<Readonly<Record<string, Shape>>>(effectKeys).map(([kind, keys]) => [
    kind,
    object({ do: word(kind), ...keys }, ['do', ...Object.keys(keys)]),
  ]),
)

/** The shape of an effect by what it says that it does. */
export const effectShape = (effect: unknown): Shape =>
  effectShapes.get((effect as Partial<Effect> | null | undefined)?.do ?? '') ?? object({ do: kinds }, ['do'])
