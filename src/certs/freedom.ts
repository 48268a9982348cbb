import type { Member, MemberName } from '../scenarios/entry.ts'
import { isEdit } from '../scenarios/recipe/forms.ts'
import type { Places } from '../scenarios/recipe/places.ts'
import { anchorOf, isReplaced, kindOf, pathOf, type Recipe } from '../scenarios/recipe/recipe.ts'
import { type ConstrainedNames, looksLikeHost, permits } from './constraints.ts'
import type { Der } from './der.ts'
import { changed } from './edits.ts'
import { commonNameFor } from './names.ts'
import { bytesOf, encodeGeneralNames } from './values.ts'

/**
 * The graph below a root without constraints, where the run's would refuse a name in it: a verifier would name the constraint
 * and not the fault.
 */
export const freed = (recipe: Recipe, constraints: Der | undefined, places: Places): Recipe => {
  const anchor = anchorOf('leaf', recipe)
  if (constraints === undefined || anchor === undefined || anchor === 'leaf') return recipe
  const top = recipe.members[anchor] ?? {}
  if (saysOfConstraints(top)) return recipe
  const shown = ['leaf', ...Object.values(recipe.sni ?? {})].flatMap((name) => pathOf(name, recipe))
  if (shown.every((name) => permits(constraints, namesOf(name, recipe.members[name] ?? {}, places)))) return recipe
  const free: Member = { ...top, extensions: { ...top.extensions, nameConstraints: null } }
  return { ...recipe, members: { ...recipe.members, [anchor]: free } }
}

/** Whether a root's constraints are the entry's own affair, or cannot be in it. */
export const saysOfConstraints = (member: Member): boolean =>
  member.nameConstraints !== undefined ||
  member.extensions?.nameConstraints !== undefined ||
  member.version === 1 ||
  member.raw?.extensions !== undefined ||
  isReplaced(member)

/** Names that the run has not given, as a verifier holds them against constraints. */
const namesOf = (name: MemberName, member: Member, places: Places): ConstrainedNames => {
  const { names, subject, version } = member
  const change = member.extensions?.subjectAltName
  const isAuthority = ['root', 'intermediate'].includes(kindOf(name, member))
  const hasNone = change === null || version === 1
  // The run's own names are permitted, and beside them no common name counts.
  if (names === undefined && !hasNone && (isAuthority || change?.value === undefined || isEdit(change.value))) return {}
  const right = names && encodeGeneralNames(names, places)
  const altNames = hasNone ? undefined : changed(right ?? new Uint8Array(), change?.value, places)
  const texts = subject ?? (isAuthority ? [] : [['CN', commonNameFor(names ?? {}, places) ?? ''] as const])
  const commonNames = texts
    .flatMap(([type, text]) => (type === 'CN' ? [textOf(text, places)] : []))
    .filter(looksLikeHost)
  return { ...(altNames && { altNames }), commonNames }
}

const textOf = (text: NonNullable<Member['subject']>[number][1], places: Places): string =>
  Buffer.from(bytesOf(typeof text === 'string' ? { text } : text, places)).toString('latin1')
