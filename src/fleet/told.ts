/** Characters of one text, and members of one list, where an event is too large to be told whole. */
const most = { text: 4096, list: 512 } as const

/** An event as one line of JSON, and whether it had to be cut for that: a text of the language has an end. */
export function jsonLine(event: object): { readonly line: string; readonly cut: boolean } {
  try {
    return { line: JSON.stringify(event), cut: false }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { line: JSON.stringify({ ...(cutDown(event) as object), cut: true }), cut: true }
  }
}

/** The beginning of every text, and beginning and end of every list; a record in it says that it is cut. */
function cutDown(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, most.text)
  if (Array.isArray(value)) {
    const half = most.list / 2
    const kept = value.length > most.list ? [...value.slice(0, half), ...value.slice(-half)] : value
    return kept.map(cutDown)
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]) => [key, key === 'cut' ? true : cutDown(one)] as const)
  return Object.fromEntries(entries)
}
