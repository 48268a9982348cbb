/** Each value once, numbers within them in the order of numbers. */
export const sorted = (values: readonly string[]): readonly string[] =>
  [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))

/** Items with the same key together, in the order of the keys. */
export function group<T>(items: readonly T[], keyOf: (item: T) => readonly string[]): readonly [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const key = keyOf(item).join('\u0000')
    const known = groups.get(key)
    if (known) known.push(item)
    else groups.set(key, [item])
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, same]) => same)
}
