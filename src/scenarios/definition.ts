import { isIP } from 'node:net'
import type { Effect, Refusal } from './effects.ts'
import type {
  CapabilityChange,
  CertificateEntry,
  CertificateFacets,
  EntryFacts,
  EntryProof,
  Offset,
  QuirkEntry,
  RevocationReason,
  SubjectAttribute,
  TlsProfile,
  Validity,
} from './entry.ts'
import { fineNames, type Plant, type PlantKind, plantKinds } from './fine-names.ts'
import {
  bytes,
  type Keys,
  list,
  number,
  object,
  problemOf,
  record,
  row,
  type Shape,
  text,
  truth,
  value,
  whole,
  word,
} from './shape.ts'
import { actions, expects, type Hook, modes, moments, protocols, reasons } from './vocabulary.ts'

/** The members of a union, each named once. */
const every = <Member extends string>(members: Readonly<Record<Member, true>>): readonly string[] =>
  Object.keys(members)

const facts = {
  summary: text,
  expect: word(...expects),
  because: text,
  reason: word(...reasons),
  needs: word('revocation-checking'),
  runs: whole(1),
  observable: word('client'),
  references: list(text),
  tags: list(text),
  aliases: list(text),
  errors: record(value('a text or a number', 10, (given) => ['string', 'number'].includes(typeof given))),
} satisfies Keys<EntryFacts>

const offset = object({ days: value('a number', 1, Number.isFinite) } satisfies Keys<Offset>, ['days'])

const validity = object({ notBefore: offset, notAfter: offset } satisfies Keys<Validity>)

const attribute = word(
  ...every<SubjectAttribute>({ CN: true, C: true, L: true, ST: true, O: true, OU: true, DC: true }),
)

const subject = list(row(attribute, text))

/** The same of each certificate of the chain. */
const perMember = (shape: Shape): Shape =>
  object({ leaf: shape, intermediate: shape, root: shape } satisfies Keys<NonNullable<CertificateFacets['dates']>>)

const address = value('an IP address', '127.0.0.1', (given) => typeof given === 'string' && isIP(given) !== 0)

const oid = value('an object identifier such as 1.3.6.1.5.5.7.1.24', '1.2.3', (given) =>
  /^[0-2](\.\d+)+$/.test(String(given)),
)

const facets = {
  issuer: word('intermediate', 'self', 'untrusted-root'),
  names: object(
    { dnsNames: list(text), ipAddresses: list(address) } satisfies Keys<NonNullable<CertificateFacets['names']>>,
    ['dnsNames'],
  ),
  subject: perMember(subject),
  dates: perMember(validity),
  key: object({ leaf: word('ec', 'rsa') }, ['leaf']),
  usage: object({ extendedKeyUsage: list(word('serverAuth', 'clientAuth', 'emailProtection')) }, ['extendedKeyUsage']),
  extensions: list(object({ oid, critical: truth, value: bytes }, ['oid', 'critical', 'value'])),
  chain: object({ send: list(word('leaf', 'intermediate', 'root'), { least: 1 }) }, ['send']),
  revocation: object(
    {
      leaf: word('revoked'),
      reason: word(
        ...every<RevocationReason>({
          unspecified: true,
          keyCompromise: true,
          cessationOfOperation: true,
          superseded: true,
        }),
      ),
    },
    ['leaf', 'reason'],
  ),
} satisfies Keys<CertificateFacets>

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

type PlantKeys = { readonly [Kind in PlantKind]: Keys<Extract<Plant, { readonly [K in Kind]: unknown }>> }

const plantKeys: PlantKeys = {
  mailbox: { mailbox: text },
  mechanism: { mechanism: text },
  number: { number: whole(1) },
  set: { set: text },
  flag: { flag: text },
  verb: { verb: text },
  message: { message: text },
  text: { text },
}

/** One kind each, so that what is planted is looked for in one way. */
const plant = value(
  `an object with one of ${plantKinds.join(', ')}`,
  { mailbox: 'a mailbox' },
  (given) =>
    typeof given === 'object' &&
    given !== null &&
    Object.keys(given).length === 1 &&
    plantKinds.some((kind) => problemOf(object(plantKeys[kind], [kind]), given) === undefined),
)

const proof = {
  shows: list(word(...fineNames)),
  plants: list(plant),
  canary: object({ protocol: word(...protocols), mode: word(...modes) } satisfies Keys<
    NonNullable<EntryProof['canary']>
  >),
} satisfies Keys<EntryProof>

const hooks: readonly Hook[] = [...moments, ...actions.map((action) => `command:${action}` as const)]

const effects = value(
  'a function that returns effects',
  () => undefined,
  (given) => typeof given === 'function',
)

/** A certificate of the user's own. */
export const certificateShape = object(
  { id: text, ...facts, ...facets, changesAt: whole(2) } satisfies Keys<{ id: string } & CertificateEntry>,
  ['id', 'summary'],
)

/** A quirk of the user's own. */
export const quirkShape = object(
  {
    id: text,
    ...facts,
    ...proof,
    ...places,
    layer: word('starttls', 'session', 'tls', 'wire'),
    speaks: word('clear', 'tls', 'nothing'),
    capabilities,
    tls,
    at: object(Object.fromEntries(hooks.map((hook) => [hook, effects]))),
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
