import { didYouMean } from '../text/nearest.ts'
import { isParam } from './recipe/forms.ts'

/** What a value must be like, as data. */
export type Shape =
  /** A value of which a function decides; `what` says what it must be, `sample` is one that it takes. */
  | {
      readonly is: 'value'
      readonly what: string
      readonly sample: unknown
      readonly fits: (given: unknown) => boolean
    }
  | { readonly is: 'word'; readonly of: readonly string[] }
  | { readonly is: 'list'; readonly of: Shape; readonly least: number }
  /** A list of fixed length. */
  | { readonly is: 'row'; readonly of: readonly Shape[] }
  /** An object that has no other keys, but for those that `others` tells by their form. */
  | {
      readonly is: 'object'
      readonly keys: Readonly<Record<string, Shape>>
      readonly required: readonly string[]
      readonly others?: { readonly pattern: RegExp; readonly of: Shape }
    }
  /** One of several; what is wrong is told of the one that it is most like. */
  | { readonly is: 'one-of'; readonly of: readonly Shape[] }
  /** An object with any keys. */
  | { readonly is: 'record'; readonly of: Shape }
  /** One of several; `pick` tells by the value which one it is meant to be, `of` being the first of them. */
  | { readonly is: 'choice'; readonly of: Shape; readonly pick: (given: unknown) => Shape }

/** A shape for every key of a type, so that a key without one does not compile. */
export type Keys<T> = { readonly [Key in keyof Required<T>]: Shape }

/** The members of a union, each named once. */
export const every = <Member extends string>(members: Readonly<Record<Member, true>>): readonly string[] =>
  Object.keys(members)

/** What is wrong with a value. */
export interface Problem {
  /** Where, from the outside in: `dates.leaf.notAfter`; empty for the value itself. */
  readonly path: string
  /** As a clause: `is not one of expired, revoked`. */
  readonly what: string
}

/** The first thing that is wrong, or undefined. What is `undefined` counts as absent. */
export function problemOf(shape: Shape, given: unknown, path = ''): Problem | undefined {
  // What stands for a parameter's value is looked at when the value is known.
  if (isParam(given)) return undefined
  const wrong = (what: string): Problem => ({ path, what })
  switch (shape.is) {
    case 'value':
      return shape.fits(given) ? undefined : wrong(`is ${shown(given)}, and must be ${shape.what}`)
    case 'word':
      if (shape.of.includes(given as string)) return undefined
      return wrong(`is ${shown(given)}.${didYouMean(String(given), shape.of)} Allowed: ${shape.of.join(', ')}`)
    case 'list': {
      if (!Array.isArray(given)) return wrong(`is ${shown(given)}, and must be a list`)
      if (given.length < shape.least) return wrong('is an empty list')
      return first(given.map((one, index) => () => problemOf(shape.of, one, `${path}[${index}]`)))
    }
    case 'row':
      if (!Array.isArray(given) || given.length !== shape.of.length) {
        return wrong(`is ${shown(given)}, and must be a list of ${shape.of.length}`)
      }
      return first(shape.of.map((one, index) => () => problemOf(one, given[index], `${path}[${index}]`)))
    case 'one-of':
      return problemOfAny(shape.of, given, path)
    case 'object':
    case 'record':
      return problemOfKeys(shape, given, path)
    case 'choice':
      return problemOf(shape.pick(given), given, path)
  }
}

function problemOfAny(of: readonly Shape[], given: unknown, path: string): Problem | undefined {
  if (of.some((one) => problemOf(one, given, path) === undefined)) return undefined
  const keys = isKeyed(given) ? Object.keys(given) : []
  const objects = of.filter((one) => one.is === 'object')
  const shared = objects
    .map((one) => ({ one, count: keys.filter((key) => Object.hasOwn(one.keys, key)).length }))
    .sort((a, b) => b.count - a.count)
  const [like] = isKeyed(given)
    ? [...shared.flatMap(({ one, count }) => (count > 0 ? [one] : [])), ...of.filter(({ is }) => is === 'record')]
    : of.filter(({ is }) =>
        Array.isArray(given) ? is === 'list' || is === 'row' : is === 'word' && typeof given === 'string',
      )
  if (like) return problemOf(like, given, path)
  const [key] = keys
  const names = objects.flatMap((one) => Object.keys(one.keys))
  if (key === undefined || names.length === 0)
    return { path, what: `is ${shown(given)}, and must be ${of.map(wanted).join(' or ')}` }
  return { path, what: `has no '${key}'.${didYouMean(key, names)} Allowed: ${names.join(', ')}` }
}

const isKeyed = (given: unknown): given is object =>
  typeof given === 'object' && given !== null && !Array.isArray(given) && !ArrayBuffer.isView(given)

/** What a shape asks for, in few words. */
function wanted(shape: Shape): string {
  switch (shape.is) {
    case 'value':
      return shape.what
    case 'word':
      return `one of ${shape.of.join(', ')}`
    case 'list':
    case 'row':
      return 'a list'
    case 'object':
      return `an object with ${Object.keys(shape.keys).join(', ')}`
    case 'record':
      return 'an object'
    case 'one-of':
      return shape.of.map(wanted).join(' or ')
    case 'choice':
      return wanted(shape.of)
  }
}

function problemOfKeys(
  shape: Extract<Shape, { is: 'object' | 'record' }>,
  given: unknown,
  path: string,
): Problem | undefined {
  const wrong = (what: string): Problem => ({ path, what })
  if (!isKeyed(given)) {
    return wrong(`is ${shown(given)}, and must be an object`)
  }
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`)
  if (shape.is === 'record')
    return first(
      entries.map(
        ([key, value]) =>
          () =>
            problemOf(shape.of, value, below(key)),
      ),
    )
  const names = Object.keys(shape.keys)
  const { others } = shape
  const shapeOf = (key: string): Shape | undefined =>
    names.includes(key) ? shape.keys[key] : others?.pattern.test(key) ? others.of : undefined
  const unknown = entries.find(([key]) => shapeOf(key) === undefined)?.[0]
  if (unknown !== undefined) {
    return wrong(`has no '${unknown}'.${didYouMean(unknown, names)} Allowed: ${names.join(', ')}`)
  }
  const missing = shape.required.find((name) => !entries.some(([key]) => key === name))
  if (missing !== undefined) return { path: below(missing), what: 'is missing' }
  return first(
    entries.map(
      ([key, value]) =>
        () =>
          problemOf(shapeOf(key) as Shape, value, below(key)),
    ),
  )
}

function first(checks: readonly (() => Problem | undefined)[]): Problem | undefined {
  for (const check of checks) {
    const problem = check()
    if (problem) return problem
  }
  return undefined
}

function shown(given: unknown): string {
  if (typeof given === 'string') return `'${given}'`
  if (typeof given === 'function') return 'a function'
  if (given instanceof Promise) return 'a promise'
  if (Array.isArray(given)) return 'a list'
  return typeof given === 'object' && given !== null ? 'an object' : String(given)
}

/** A value of which a function decides. */
export const value = (what: string, sample: unknown, fits: (given: unknown) => boolean): Shape => ({
  is: 'value',
  what,
  sample,
  fits,
})

/** One of these words. */
export const word = (...of: readonly string[]): Shape => ({ is: 'word', of })

/** A list, which may be empty unless told otherwise. */
export const list = (of: Shape, { least = 0 }: { readonly least?: number } = {}): Shape => ({ is: 'list', of, least })

/** A list of fixed length. */
export const row = (...of: readonly Shape[]): Shape => ({ is: 'row', of })

/** An object that has these keys and no other, but for those of a form. */
export const object = (
  keys: Readonly<Record<string, Shape>>,
  required: readonly string[] = [],
  others?: { readonly pattern: RegExp; readonly of: Shape },
): Shape => ({ is: 'object', keys, required, ...(others && { others }) })

/** One of several shapes; a sample is of the first. */
export const oneOf = (...of: readonly Shape[]): Shape => ({
  is: 'one-of',
  of: of.flatMap((one) => (one.is === 'one-of' ? one.of : [one])),
})

/** `null`, which says that there is none. */
export const nothing = value('null', null, (given) => given === null)

/** An object with any keys. */
export const record = (of: Shape): Shape => ({ is: 'record', of })

/** A shape that depends on the value. */
export const choice = (of: Shape, pick: (given: unknown) => Shape): Shape => ({ is: 'choice', of, pick })

/** One, or a list of them. */
export const oneOrMore = (of: Shape): Shape =>
  choice(of, (given) => (Array.isArray(given) ? list(of, { least: 1 }) : of))

export const text = value('a text that is not empty', 'a text', (given) => typeof given === 'string' && given !== '')

export const truth = value('true or false', true, (given) => typeof given === 'boolean')

export const bytes = value('a Uint8Array', new Uint8Array([0]), (given) => given instanceof Uint8Array)

/** A number from a least one on. */
export const number = (what: string, least: number, below = 2 ** 31): Shape =>
  value(what, least, (given) => typeof given === 'number' && given >= least && given < below)

/** A whole number from a least one on. */
export const whole = (least: number): Shape =>
  value(`a whole number from ${least}`, least, (given) => Number.isInteger(given) && (given as number) >= least)
