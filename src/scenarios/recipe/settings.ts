import type { Facet } from '../vocabulary.ts'
import { isMemberChain } from './forms.ts'
import type { CertificateFault, ExtensionName, Member, MemberName } from './member.ts'
import { isReplaced, membersOf, reachedBy, recipeOf, usualMembers } from './recipe.ts'

/** Extensions that a word of their own sets as well. */
const wordOfExtension: Readonly<Partial<Record<ExtensionName, string>>> = {
  subjectAltName: 'names',
  keyUsage: 'keyUsage',
  extendedKeyUsage: 'extendedKeyUsage',
  basicConstraints: 'basicConstraints',
  nameConstraints: 'nameConstraints',
}

/** What a member loses that has no extensions, or others altogether. */
const everyExtension: readonly string[] = [
  ...Object.values(wordOfExtension),
  'extensions',
  ...[
    'subjectKeyIdentifier',
    'authorityKeyIdentifier',
    'authorityInfoAccess',
    'cRLDistributionPoints',
    'tlsFeature',
  ].map((name) => `extensions.${name}`),
]

/** Every part of a certificate of which something else can be said. */
const everything: readonly string[] = [
  ...['issuer', 'subject', 'dates', 'key', 'signature', 'signKey', 'serial', 'version', 'certificate'],
  ...everyExtension,
]

/** Fields of a certificate that a word sets as well. */
const wordsOfField: Readonly<Record<keyof NonNullable<Member['raw']>, readonly string[]>> = {
  version: ['version'],
  serialNumber: ['serial'],
  signature: ['signature'],
  issuer: ['issuer'],
  validity: ['dates'],
  subject: ['subject'],
  subjectPublicKeyInfo: ['key'],
  issuerUniqueID: ['issuerUniqueID'],
  subjectUniqueID: ['subjectUniqueID'],
  extensions: everyExtension,
  signatureAlgorithm: ['signature'],
  signatureValue: ['signKey'],
  certificate: ['certificate'],
}

/** Words for one thing have one name here. */
const canonical: Readonly<Partial<Record<keyof Member, string>>> = {
  subjectOf: 'subject',
  keyOf: 'key',
  caIssuers: 'extensions.authorityInfoAccess',
}

/** What a member's words set, each by one name whatever word sets it. */
const settingsOfMember = (member: Member): readonly string[] => {
  const { extensions = {}, raw = {}, version, ...words } = member
  const said = Object.entries(words).flatMap(([word, value]) => (value === undefined ? [] : [word as keyof Member]))
  return [
    ...said.map((word) => canonical[word] ?? word),
    ...(version === undefined ? [] : ['version', ...everyExtension]),
    ...Object.keys(extensions).map((name) => wordOfExtension[name as ExtensionName] ?? `extensions.${name}`),
    ...(isReplaced(member) ? everything : []),
    ...Object.keys(raw).flatMap((field) => wordsOfField[field as keyof typeof wordsOfField]),
  ]
}

/** What a certificate sets: `leaf.dates`, `send`; a further member is set as a whole. Two parts must not set the same. */
export const settingsOfFault = (fault: CertificateFault): readonly string[] => [
  ...new Set([
    ...Object.entries(membersOf(fault)).flatMap((entry) => settingsAt(fault, ...entry)),
    ...wordsOfWhole(fault),
  ]),
]

/** The members of a chain are set together. */
const settingsAt = ({ members }: CertificateFault, name: MemberName, member: Member): readonly string[] => {
  if (isUsual(name)) return settingsOfMember(member).map((setting) => `${name}.${setting}`)
  return isMemberChain(members) ? ['members'] : [`members.${name}`]
}

const isUsual = (name: MemberName): boolean => usualMembers.some((usual) => usual === name)

const wordsOfWhole = ({ send, sni, dial, tls, changesAt }: CertificateFault): readonly string[] => [
  ...(send === undefined ? [] : ['send']),
  ...(sni === undefined ? [] : ['sni']),
  ...(dial === undefined ? [] : ['dial']),
  ...(changesAt === undefined ? [] : ['changesAt']),
  ...Object.keys(tls ?? {}).map((parameter) => `TLS parameter ${parameter}`),
]

/** Whether two settings are of the same thing, or one of a part of the other. */
export const overlap = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)

/** What a fault sets on members that nothing leads to, in its own graph or in the one that it is joined to. */
export function unreachedSettings(fault: CertificateFault, joinedTo: readonly CertificateFault[]): readonly string[] {
  const reached = reachedBy(recipeOf(...joinedTo))
  return Object.entries(membersOf(fault)).flatMap((entry) => (reached.has(entry[0]) ? [] : settingsAt(fault, ...entry)))
}

/** The coarse word for each word of a member. */
const facetOfWord: Readonly<Record<keyof Member, Facet>> = {
  like: 'issuer',
  issuer: 'issuer',
  trusted: 'issuer',
  subject: 'subject',
  subjectOf: 'subject',
  dates: 'dates',
  names: 'names',
  key: 'key',
  keyOf: 'key',
  signature: 'key',
  signKey: 'key',
  serial: 'encoding',
  version: 'encoding',
  raw: 'encoding',
  keyUsage: 'usage',
  extendedKeyUsage: 'usage',
  basicConstraints: 'usage',
  nameConstraints: 'extensions',
  extensions: 'extensions',
  caIssuers: 'extensions',
  crl: 'revocation',
  ocsp: 'revocation',
  revoked: 'revocation',
  staple: 'revocation',
}

/** The coarse words of what a certificate sets. */
export function facetsOfFault(fault: CertificateFault): ReadonlySet<Facet> {
  const ofMembers = Object.values(membersOf(fault)).flatMap((member) =>
    Object.entries(member).flatMap(([word, value]) => (value === undefined ? [] : [facetOfWord[word as keyof Member]])),
  )
  const { send, sni, members } = fault
  return new Set([...ofMembers, ...((send ?? sni ?? members) ? (['chain'] as const) : [])])
}
