import { didYouMean } from '../text/nearest.ts'

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
  /** An object that has no other keys. */
  | { readonly is: 'object'; readonly keys: Readonly<Record<string, Shape>>; readonly required: readonly string[] }
  /** An object with any keys. */
  | { readonly is: 'record'; readonly of: Shape }
  /** One of several; `pick` tells by the value which one it is meant to be, `of` being the first of them. */
  | { readonly is: 'choice'; readonly of: Shape; readonly pick: (given: unknown) => Shape }

/** A shape for every key of a type, so that a key without one does not compile. */
export type Keys<T> = { readonly [Key in keyof Required<T>]: Shape }

/** What is wrong with a value. */
export interface Problem {
  /** Where, from the outside in: `dates.leaf.notAfter`; empty for the value itself. */
  readonly path: string
  /** As a clause: `is not one of expired, revoked`. */
  readonly what: string
}

/** The first thing that is wrong, or undefined. What is `undefined` counts as absent. */
export function problemOf(shape: Shape, given: unknown, path = ''): Problem | undefined {
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
    case 'object':
    case 'record':
      return problemOfKeys(shape, given, path)
    case 'choice':
      return problemOf(shape.pick(given), given, path)
  }
}

function problemOfKeys(
  shape: Extract<Shape, { is: 'object' | 'record' }>,
  given: unknown,
  path: string,
): Problem | undefined {
  const wrong = (what: string): Problem => ({ path, what })
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
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
  const unknown = entries.find(([key]) => !names.includes(key))?.[0]
  if (unknown !== undefined) {
    return wrong(`has no '${unknown}'.${didYouMean(unknown, names)} Allowed: ${names.join(', ')}`)
  }
  const missing = shape.required.find((name) => !entries.some(([key]) => key === name))
  if (missing !== undefined) return { path: below(missing), what: 'is missing' }
  return first(
    entries.map(
      ([key, value]) =>
        () =>
          problemOf(shape.keys[key] as Shape, value, below(key)),
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

/** An object that has these keys and no other. */
export const object = (keys: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape => ({
  is: 'object',
  keys,
  required,
})

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
