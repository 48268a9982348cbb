/** One range of a sequence set, RFC 9051 §9; `*` is Infinity. */
export interface SequenceRange {
  readonly from: number
  readonly to: number
}

export type SequenceSet = readonly SequenceRange[]

const star = Number.POSITIVE_INFINITY
const grammar = /^(?:\*|[1-9]\d{0,9})(?::(?:\*|[1-9]\d{0,9}))?(?:,(?:\*|[1-9]\d{0,9})(?::(?:\*|[1-9]\d{0,9}))?)*$/

/** Returns undefined for what is no sequence set, or has a number of more than 32 bits. */
export function parseSequenceSet(text: string): SequenceSet | undefined {
  if (!grammar.test(text)) return undefined
  const set = text.split(',').map((range) => {
    const [from = '', to = from] = range.split(':')
    return { from: toNumber(from), to: toNumber(to) }
  })
  return set.every(({ from, to }) => isNumber(from) && isNumber(to)) ? set : undefined
}

/** Ascending ranges that do not touch, `*` being the largest number in use; nothing where none is. */
export function resolveSet(set: SequenceSet, largest: number): SequenceSet {
  if (largest === 0) return []
  const ranges = set
    .map(({ from, to }) => ({ from: from === star ? largest : from, to: to === star ? largest : to }))
    .map(({ from, to }) => ({ from: Math.min(from, to), to: Math.max(from, to) }))
    .sort((a, b) => a.from - b.from)
  const merged: { from: number; to: number }[] = []
  for (const range of ranges) {
    const last = merged.at(-1)
    if (last && range.from <= last.to + 1) last.to = Math.max(last.to, range.to)
    else merged.push({ ...range })
  }
  return merged
}

/** Whether a resolved set has the number. */
export function isInSet(resolved: SequenceSet, number: number): boolean {
  let low = 0
  let high = resolved.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const range = resolved[middle]
    if (!range) return false
    if (number < range.from) high = middle - 1
    else if (number > range.to) low = middle + 1
    else return true
  }
  return false
}

/** Whether every number that the set names is a message: `*` always is, RFC 9051 §9 seq-number. */
export const isWithin = (set: SequenceSet, largest: number): boolean =>
  set.every(({ from, to }) => from === star || to === star || Math.max(from, to) <= largest)

/** Ascending numbers as the shortest set: `1:3,7`. */
export function formatSet(numbers: readonly number[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last && number === last.to + 1) last.to = number
    else ranges.push({ from: number, to: number })
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}:${to}`)).join(',')
}

const toNumber = (text: string): number => (text === '*' ? star : Number(text))
const isNumber = (value: number): boolean => value === star || value <= 0xffffffff
