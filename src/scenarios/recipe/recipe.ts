import { isEdit, isMemberChain } from './forms.ts'
import type { CertificateFault, CertificateTls, Member, MemberName } from './member.ts'
import type { Bytes } from './values.ts'

/** A graph with every member by its name; what is not said is right. */
export interface Recipe {
  readonly members: Readonly<Record<MemberName, Member>>
  readonly send?: readonly (MemberName | 'path' | Bytes)[]
  readonly sni?: Readonly<Record<string, MemberName>>
  readonly dial?: string
  readonly tls?: CertificateTls
  readonly engine?: 'script'
}

/** The words of a fault that are not about one member. */
const whole = ['send', 'sni', 'dial', 'engine'] as const

/** The members that are there without being named. */
export const usualMembers = ['leaf', 'intermediate', 'root'] as const

/** The graph of one entry, or of several joined, a later one in place of an earlier one. */
export function recipeOf(...faults: readonly CertificateFault[]): Recipe {
  const members: Record<MemberName, Member> = {}
  let rest: Omit<Recipe, 'members'> = {}
  for (const fault of faults) {
    for (const [name, member] of Object.entries(membersOf(fault))) members[name] = merged(members[name] ?? {}, member)
    const said = whole.flatMap((word) => (fault[word] === undefined ? [] : [[word, fault[word]]]))
    rest = { ...rest, ...Object.fromEntries(said), ...(fault.tls && { tls: { ...rest.tls, ...fault.tls } }) }
  }
  return { members, ...rest }
}

/** Every member that an entry says something of, by name. */
export function membersOf({
  leaf,
  intermediate,
  root,
  members,
}: CertificateFault): Readonly<Record<MemberName, Member>> {
  const further = members === undefined ? {} : isMemberChain(members) ? chain(members.chainOf, members.member) : members
  const first = further['ca2'] !== undefined && isMemberChain(members) ? { issuer: 'ca2' } : {}
  const own = {
    leaf,
    intermediate: intermediate || 'issuer' in first ? { ...first, ...intermediate } : undefined,
    root,
  }
  return Object.fromEntries(
    Object.entries({ ...own, ...further }).filter((entry): entry is [string, Member] => entry[1] !== undefined),
  )
}

/** The first intermediate is there already. */
const chain = (count: number, member: Member): Readonly<Record<MemberName, Member>> =>
  Object.fromEntries(
    Array.from({ length: Math.max(0, count - 1) }, (_, index) => [
      `ca${index + 2}`,
      { ...member, issuer: index + 2 < count ? `ca${index + 3}` : 'root' },
    ]),
  )

/** Words that several parts may say something of: by extension, and by field. */
const perKey = ['extensions', 'raw'] as const

const merged = (before: Member, member: Member): Member => {
  const both = perKey.flatMap((word) =>
    before[word] && member[word] ? [[word, { ...before[word], ...member[word] }]] : [],
  )
  return { ...before, ...member, ...Object.fromEntries(both) }
}

/** What a member says of others: the word, and the name that it says. */
export function referencesOf(member: Member): readonly (readonly [word: string, name: MemberName])[] {
  const { issuer, subjectOf, keyOf, signKey, serial, crl, ocsp, staple } = member
  const responses = [
    ['ocsp', ocsp],
    ['staple', staple],
  ] as const
  const found: readonly (readonly [string, MemberName | undefined])[] = [
    ['issuer', issuer === 'self' ? undefined : issuer],
    ['subjectOf', subjectOf],
    ['keyOf', keyOf],
    ['signKey', named(signKey)],
    ['serial', typeof serial === 'string' ? serial : undefined],
    ['crl.signKey', named(crl?.signKey)],
    ...(crl?.lists ?? []).map((one) => ['crl.lists', typeof one === 'string' ? one : undefined] as const),
    ...responses.flatMap(
      ([word, said]) =>
        [
          [`${word}.about`, named(said?.about)],
          [`${word}.responder`, said?.responder],
          [`${word}.signKey`, named(said?.signKey)],
        ] as const,
    ),
  ]
  return found.filter((reference): reference is readonly [string, MemberName] => reference[1] !== undefined)
}

/** `other` is a key or a certificate that is nobody's. */
const named = (name: MemberName | undefined): MemberName | undefined => (name === 'other' ? undefined : name)

/** Whose member signs it, where nothing else is said. */
export function issuerOf(name: MemberName, member: Member = {}): MemberName | 'self' {
  if (member.issuer !== undefined) return member.issuer === name ? 'self' : member.issuer
  switch (kindOf(name, member)) {
    case 'root':
      return 'self'
    case 'leaf':
    case 'responder':
      return 'intermediate'
    case 'intermediate':
      return 'root'
  }
}

/** The kind whose defaults a member has. */
export const kindOf = (name: MemberName, { like }: Member = {}): 'leaf' | 'intermediate' | 'root' | 'responder' =>
  like ?? usualMembers.find((usual) => usual === name) ?? 'intermediate'

/** A member and what leads from it to a root, which is left out unless it is all there is; ends where it comes again. */
export function pathOf(from: MemberName, { members }: Recipe): readonly MemberName[] {
  const path = [from]
  for (let name = from; ; ) {
    const issuer = issuerOf(name, members[name])
    if (issuer === 'self') return path.length > 1 ? path.slice(0, -1) : path
    if (path.includes(issuer)) return path
    path.push(issuer)
    name = issuer
  }
}

/** What stands at the end of the path: the root, or nothing where it goes in a circle. */
export function anchorOf(from: MemberName, { members }: Recipe): MemberName | undefined {
  const seen = new Set<MemberName>()
  for (let name = from; !seen.has(name); ) {
    seen.add(name)
    const issuer = issuerOf(name, members[name])
    if (issuer === 'self') return name
    name = issuer
  }
  return undefined
}

/** Members of which a client may learn something: on the way up from what is served, sent, trusted, or referred to by one that is. */
export function reachedBy(recipe: Recipe): ReadonlySet<MemberName> {
  const { members, send = ['path'], sni = {} } = recipe
  const trusted = Object.entries(members).flatMap(([name, { trusted: given }]) => (given === true ? [name] : []))
  const sent = send.flatMap((one) => (typeof one === 'string' && one !== 'path' ? [one] : []))
  const reached = new Set<MemberName>()
  const todo = ['leaf', ...sent, ...trusted, ...Object.values(sni)]
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (reached.has(name)) continue
    reached.add(name)
    const member = members[name] ?? {}
    const issuer = issuerOf(name, member)
    todo.push(...(issuer === 'self' ? [] : [issuer]), ...referencesOf(member).map(([, other]) => other))
  }
  return reached
}

/** What is wrong with a graph by itself, as a clause: a name that nobody has, or names or keys that go in a circle. */
export function graphProblem(recipe: Recipe): string | undefined {
  const known = new Set<MemberName>([...usualMembers, ...Object.keys(recipe.members)])
  const allowed = [...known].join(', ')
  for (const [word, list] of [
    ['send', (recipe.send ?? []).filter((one) => typeof one === 'string' && one !== 'path')],
    ['sni', Object.values(recipe.sni ?? {})],
  ] as const) {
    const unknown = list.find((name) => !known.has(name as string))
    if (unknown !== undefined) return `'${word}' names a member '${unknown}', and there are ${allowed}`
  }
  for (const [name, member] of Object.entries(recipe.members)) {
    const unknown = referencesOf(member).find(([, other]) => !known.has(other))
    if (unknown) return `'${name}.${unknown[0]}' names a member '${unknown[1]}', and there are ${allowed}`
    for (const word of ['subjectOf', 'keyOf', 'serial'] as const) {
      const circle = circleOf(word, name, recipe)
      if (circle) return `'${name}.${word}' goes in a circle: ${circle.join(', ')}`
    }
  }
  return undefined
}

const circleOf = (
  word: 'subjectOf' | 'keyOf' | 'serial',
  from: MemberName,
  { members }: Recipe,
): readonly MemberName[] | undefined => {
  const seen: MemberName[] = []
  for (let name: MemberName | undefined = from; name !== undefined; ) {
    if (seen.includes(name)) return [...seen, name]
    seen.push(name)
    const next: string | number | undefined = members[name]?.[word]
    name = typeof next === 'string' ? next : undefined
  }
  return undefined
}

/** Whether bytes stand in place of the whole certificate, so that nothing else of it is left. */
export const isReplaced = ({ raw }: Member): boolean => raw?.certificate !== undefined && !isEdit(raw.certificate)
