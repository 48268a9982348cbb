/** The same list in another order, the same for the same seed: mulberry32 and Fisher and Yates. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  let state = seed
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  const result = [...list]
  for (let last = result.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1))
    const moved = result[at] as T
    result[at] = result[last] as T
    result[last] = moved
  }
  return result
}
