import { createRandom } from '../support/random.ts'

/** The same list in another order, the same for the same seed: Fisher and Yates. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = createRandom(seed)
  const result = [...list]
  for (let last = result.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1))
    const moved = result[at] as T
    result[at] = result[last] as T
    result[last] = moved
  }
  return result
}
