import { certificateShape } from '../../src/scenarios/definition.ts'
import { faultKeys } from '../../src/scenarios/definition-of-certificates.ts'
import type { Shape } from '../../src/scenarios/shape.ts'

/** The page of the words that certificates are said in, by the shapes that definitions are held to. */
export function vocabularyPage(): string {
  const member = keysOf(faultKeys.leaf)
  const section = (title: string, words: Readonly<Record<string, Shape>>): readonly string[] => [
    `## ${title}`,
    '',
    '| word | takes |',
    '| --- | --- |',
    ...Object.entries(words).map(([word, shape]) => `| \`${word}\` | ${taken(shape)} |`),
    '',
  ]
  return [
    "<!-- Written by 'npm run generate' from the shapes of definitions. -->",
    '',
    '# The vocabulary of certificates',
    '',
    'An identity is a small graph of *members*: `leaf`, `intermediate` and `root`, and further ones that an entry names. Each is',
    'right in every respect but for what the entry says of it. The same words make an entry of the catalogue and a certificate of',
    'your own (`defineCertificate`); a key that is none of them is refused, by the compiler and at run time.',
    '',
    '```ts',
    'const forged = defineCertificate({',
    "  id: 'forged',",
    "  summary: 'The intermediate, and only it, is signed by a key that nobody has.',",
    "  intermediate: { signKey: 'other' },",
    "  reason: ['signature', 'unknown-issuer'],",
    '})',
    '```',
    '',
    ...section('An entry', { ...faultKeys, parameter: keysOf(certificateShape)['parameter'] as Shape }),
    ...section('A member', member),
    ...section('`crl` of a member: of what it issues', keysOf(member['crl'] as Shape)),
    ...section('`ocsp` of a member, of what it issues, and `staple`, of itself', keysOf(member['staple'] as Shape)),
    ...section('One of `extensions`, by name or object identifier; `null` leaves it out', {
      ...keysOf(keysOf(member['extensions'] as Shape)['keyUsage'] as Shape),
    }),
    '## Values',
    '',
    ...values.map(([value, meaning]) => `- ${value}: ${meaning}`),
    '',
    '## Rules',
    '',
    ...rules.map((rule) => `- ${rule}`),
    '',
  ].join('\n')
}

/** The keys of an object, or of the object among several shapes. */
const keysOf = (shape: Shape): Readonly<Record<string, Shape>> => {
  if (shape.is === 'object') return shape.keys
  const first = shape.is === 'one-of' ? shape.of.find(({ is }) => is === 'object') : undefined
  return first?.is === 'object' ? first.keys : {}
}

/** What a shape takes, in few words. */
function taken(shape: Shape): string {
  switch (shape.is) {
    case 'value':
      return shape.what
    case 'word':
      return shape.of.map((word) => `\`${word}\``).join(', ')
    case 'list':
      return `a list of ${taken(shape.of)}`
    case 'row':
      return shape.of.map(taken).join(' and ')
    case 'record':
      return `any names, each with ${taken(shape.of)}`
    case 'choice':
      return taken(shape.of)
    case 'one-of':
      return [...new Set(shape.of.map(kindOf))].join(', or ')
    case 'object': {
      const keys = Object.keys(shape.keys)
      return keys.length > 20 ? 'the words of a member' : keys.map((key) => `\`${key}\``).join(', ')
    }
  }
}

/** Values that have a section of their own, by a key of them. */
const kinds: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['hex', 'text', 'fill', 'dn', 'algorithm', 'generalNames'].map((key) => [key, 'bytes'])),
  ...Object.fromEntries(['flipBit', 'cut', 'append', 'replaceBytes', 'pem'].map((key) => [key, 'an edit'])),
  ...Object.fromEntries(['days', 'seconds', 'at', 'utcTime', 'generalizedTime'].map((key) => [key, 'a time'])),
  series: 'a series',
  chainOf: 'a chain',
}

const kindOf = (shape: Shape): string => {
  const [key = ''] = shape.is === 'object' ? Object.keys(shape.keys) : []
  if (shape.is === 'value' && shape.what === 'a Uint8Array') return 'bytes'
  return kinds[key] ?? taken(shape)
}

const values = [
  [
    'times',
    "`days(n)`, `seconds(n)`, `at('1970-01-01')`; where the form is the fault, `utcTime(when, form?)` and `generalizedTime(when, form?)`",
  ],
  [
    'bytes',
    "`hex('0500')`, `text('…')`, `fill(n)`, `dn(subject)`, `algorithm(nameOrOid)`, `generalNames(names)`, a `Uint8Array`",
  ],
  [
    'edits of the right bytes',
    '`flipBit(n)` (a negative number counts from the end), `cut(n)`, `append(hex)`, `replaceBytes(from, to)`, `pem`',
  ],
  ['many names', "`series('host{n}.example.com', n)`"],
  ['a longer chain', '`members: chainOf(n, member)`: `n` intermediates in all, `intermediate` being the first'],
  ['what stands for something of the run', '`servername`, `parent`, `label`, `host`, within any text'],
  ['what stands for the value behind the colon', '`param`'],
] as const

const rules = [
  'Without `issuer` a further member is issued by `root`, one like a `leaf` or a `responder` by `intermediate`.',
  'Two parts of a scenario must not set the same of one member (`leaf.dates`); words for one thing are one: `names` and `extensions.subjectAltName`, `serial` and `raw.serialNumber`, `key`, `keyOf` and `raw.subjectPublicKeyInfo`. A further member is set as a whole.',
  'Every member that a part says something of must be reached by a client: on the way from the leaf to its root, sent, trusted, or named by one that is. Else the fault would vanish without a word, and the scenario is a conflict.',
  'A member that is changed has a name of its own, an intermediate a key and addresses too, and so has what stands below it: what a client keeps of the right one does not heal it.',
  "Names that the run's roots may not vouch for are issued below a root without constraints. Its key is never written, and it is in `ca.pem` only while such an entry is served.",
  'What no client asks for is not issued. A certificate is made for the first handshake that shows it, or when files are written.',
] as const
