import { distance } from 'fastest-levenshtein'

/** Up to three of the names that what was given may have meant, nearest first. */
export function nearest(given: string, names: Iterable<string>): readonly string[] {
  const wanted = given.toLowerCase()
  if (wanted === '') return []
  const tolerance = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3))
  const close = [...new Set(names)]
    .map((name) => {
      const far = distance(wanted, name.toLowerCase())
      return { name, far: name.toLowerCase().includes(wanted) && wanted.length > 2 ? Math.min(far, 1) : far }
    })
    .filter(({ far }) => far <= tolerance)
    .sort((a, b) => a.far - b.far || a.name.localeCompare(b.name))
  // Where only the case differs there is no doubt.
  const sure = close.filter(({ far }) => far === 0)
  return (sure.length > 0 ? sure : close.slice(0, 3)).map(({ name }) => name)
}

/** ` Did you mean …?`, or nothing. */
export function didYouMean(given: string, names: Iterable<string>): string {
  const close = nearest(given, names)
  return close.length > 0 ? ` Did you mean ${close.map((name) => `'${name}'`).join(' or ')}?` : ''
}
