/**
 * Takes one sample of each subject in turn, so that whatever else the machine does meets all of them alike. Every second
 * round goes backwards: who comes second finds warmer caches.
 *
 * @param subjects functions that resolve to a sample, by name
 */
export async function alternate(subjects, { rounds, warmup = 0 }) {
  const names = Object.keys(subjects)
  const samples = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -warmup; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const sample = await subjects[name]()
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}
