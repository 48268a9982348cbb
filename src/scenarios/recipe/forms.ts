import type { MemberChain } from './member.ts'
import type { Bytes, Edit, Series, TimeValue, When } from './values.ts'

const has = (value: unknown, ...keys: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && keys.some((key) => Object.hasOwn(value, key))

/** Whether it stands for the value of a parameter; by its shape, since what is imported from elsewhere may be another object. */
export const isParam = (value: unknown): boolean => has(value, 'param') && (value as { param: unknown }).param === true

/** Whether a value changes the right bytes, in place of being bytes. */
export const isEdit = (value: Bytes | Edit): value is Edit =>
  has(value, 'flipBit', 'cut', 'append', 'replaceBytes', 'pem')

/** Whether a name stands for many. */
export const isSeries = (value: unknown): value is Series => has(value, 'series')

/** Whether members are a chain of the same. */
export const isMemberChain = (value: unknown): value is MemberChain => has(value, 'chainOf')

/** Whether a time is one without a form of its own. */
export const isWhen = (value: TimeValue): value is When => has(value, 'days', 'seconds', 'at')
