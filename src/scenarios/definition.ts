import { isIP } from 'node:net'
import type {
  CertificateEntry,
  CertificateFacets,
  EntryFacts,
  Offset,
  QuirkEntry,
  RevocationReason,
  SubjectAttribute,
  Validity,
} from './entry.ts'
import { places, quirkWords } from './quirk-shape.ts'
import { bytes, type Keys, list, object, record, row, type Shape, text, truth, value, whole, word } from './shape.ts'
import { expects, reasons } from './vocabulary.ts'

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
    ...places,
    ...quirkWords,
    layer: word('starttls', 'session', 'tls', 'wire'),
    twin: text,
  } satisfies Keys<{ id: string } & QuirkEntry>,
  ['id', 'summary', 'layer', 'protocols', 'modes'],
)
