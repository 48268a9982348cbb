import { MockmailError } from '../../errors.ts'
import { didYouMean } from '../../text/nearest.ts'
import { isParam } from './forms.ts'

/** Whole numbers, of which some are listed, documented and tested. */
export interface ValueRange {
  readonly from: number
  readonly to: number
  readonly listed: readonly number[]
}

/** Texts of a form, of which some are listed, documented and tested. */
export interface ValueForm {
  /** A regular expression for the whole value. */
  readonly pattern: string
  /** The form in words: `a command, =, a reply code`. */
  readonly means: string
  readonly listed: readonly string[]
}

/** What stands behind the colon of a part: `chain-length:11`. One entry, not ten copies. */
export interface Parameter<Difference> {
  readonly name: string
  /** A list; a record of what is different with each value; a range; or a form. */
  readonly values: readonly (string | number)[] | ValueRange | ValueForm | Readonly<Record<string, Difference>>
  readonly default: string | number
}

/** An entry that may have a parameter. */
export interface Parameterised {
  readonly parameter?: Parameter<object>
}

type Values = Parameter<object>['values']

const isRange = (values: Values): values is ValueRange =>
  !Array.isArray(values) && typeof (values as ValueRange).from === 'number'

const isForm = (values: Values): values is ValueForm =>
  !Array.isArray(values) && typeof (values as ValueForm).pattern === 'string'

const isList = (values: Values): values is readonly (string | number)[] => Array.isArray(values)

/** The values that are listed, documented and tested, as they are typed; none without a parameter. */
export const listedValues = ({ parameter }: Parameterised): readonly string[] => {
  if (parameter === undefined) return []
  const { values } = parameter
  if (isList(values)) return values.map(String)
  return isRange(values) || isForm(values) ? values.listed.map(String) : Object.keys(values)
}

/** Names of other suites that stand for one value. */
export const aliasesOfValues = ({ parameter }: Parameterised): readonly (readonly [alias: string, value: string])[] => {
  const values = parameter?.values ?? []
  if (isList(values) || isRange(values) || isForm(values)) return []
  return Object.entries(values).flatMap(([value, difference]) =>
    ((difference as { readonly aliases?: readonly string[] }).aliases ?? []).map((alias) => [alias, value] as const),
  )
}

/** What may stand behind the colon, in words. */
export const allowedValues = (entry: Parameterised): string => {
  const values = entry.parameter?.values ?? []
  const listed = listedValues(entry).join(', ')
  if (isRange(values)) return `a whole number from ${values.from} to ${values.to}, such as ${listed}`
  return isForm(values) ? `${values.means}, such as ${listed}` : listed
}

const isAllowed = (entry: Parameterised, value: string): boolean => {
  const values = entry.parameter?.values ?? []
  if (isRange(values)) return isWhole(value) && Number(value) >= values.from && Number(value) <= values.to
  if (isForm(values)) return new RegExp(`^(?:${values.pattern})$`).test(value)
  return listedValues(entry).includes(value)
}

const isWhole = (value: string): boolean => /^(?:0|[1-9]\d{0,8})$/.test(value)

/**
 * An entry with a value in place of its parameter; its default where none is given.
 *
 * @throws {MockmailError} UNKNOWN_SCENARIO for a value that is not allowed, INVALID_OPTION where there is no parameter
 */
export function withValue<Entry extends Parameterised>(id: string, entry: Entry, given?: string): Entry {
  const { parameter } = entry
  if (parameter === undefined) {
    if (given === undefined) return entry
    throw new MockmailError(
      'INVALID_OPTION',
      `'${id}:${given}': '${id}' has no parameter, so nothing may follow a colon.`,
    )
  }
  const value = given ?? String(parameter.default)
  if (!isAllowed(entry, value)) {
    const hint = didYouMean(value, listedValues(entry))
    throw new MockmailError(
      'UNKNOWN_SCENARIO',
      `'${id}:${value}': '${value}' is no ${parameter.name} of '${id}'.${hint} Allowed: ${allowedValues(entry)}.`,
    )
  }
  const meant = isWhole(value) ? Number(value) : value
  const whole = Object.entries(joined(entry, differenceOf(parameter.values, value)))
  return Object.fromEntries(
    whole.map(([key, one]) => [key, key === 'parameter' ? one : substituted(one, meant)]),
  ) as Entry
}

const differenceOf = (values: Values, value: string): object =>
  isList(values) || isRange(values) || isForm(values) ? {} : (values[value] ?? {})

type Tree = Readonly<Record<string, unknown>>

/** What a value says of a member is added to what the entry says of it. */
const joined = (entry: object, difference: object): object =>
  Object.fromEntries([
    ...Object.entries(entry),
    ...Object.entries(difference).map(([key, value]) => {
      const before = (entry as Tree)[key]
      return [key, isTree(before) && isTree(value) ? { ...before, ...value } : value]
    }),
  ])

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

const substituted = (from: unknown, value: string | number): unknown => {
  if (Array.isArray(from)) return from.map((one) => substituted(one, value))
  if (!isTree(from)) return from
  if (isParam(from)) return value
  return Object.fromEntries(Object.entries(from).map(([key, one]) => [key, substituted(one, value)]))
}

/** Whether anything stands for a value that nobody will give. */
export const hasOpenPlace = (of: unknown): boolean => {
  if (isParam(of)) return true
  return Array.isArray(of) ? of.some(hasOpenPlace) : isTree(of) && Object.values(of).some(hasOpenPlace)
}
