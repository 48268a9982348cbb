/** An endpoint to point a client at. */
export interface Target {
  readonly scenario: string
  readonly protocol: string
  readonly mode: string
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly user: string
  readonly password: string
  /** Path of the CRLs, where the client is to have them. */
  readonly crl?: string
}

/** One sentence of a client, with the code that one would look up. */
export interface Said {
  readonly code: string | null
  readonly text: string
}

/** What came of one client at one target. */
export interface Finding {
  readonly ecosystem: string
  readonly client: string
  readonly version: string
  readonly target: Target
  readonly outcome: 'error' | 'accepted' | 'hung' | 'unsaid'
  readonly said: readonly Said[]
}

/** Stands for what differs from run to run, and from one user's server to another's. */
const gap = '…'

/** Takes out names, ports, paths, times and addresses of memory. */
export const anonymous = (text: string, { port, servername }: Target): string =>
  text
    .trim()
    // Java and Ruby go on with what they quote.
    .replace(/;?\s*\n[\s\S]*$/, '')
    .replaceAll(String(port), gap)
    .replaceAll(servername, gap)
    .replaceAll('imap.example.com', gap)
    .replaceAll('user@mockmail.test', gap)
    .replace(/\b[0-9A-F]{12,}:error:/g, `${gap}:error:`)
    .replace(/\(_ssl\.c:\d+\)/g, `(_ssl.c:${gap})`)
    .replace(/(\.c|\.cc|\.h|\.rb|\.ts):\d+/g, `$1:${gap}`)
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z?/g, gap)
    .replace(/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [A-Z0-9][\w:, ]*?(?:GMT|UTC|CET|\d{4})(?: \d{4})?/g, gap)
    .replace(/(?:\[::ffff:)?\b127\.0\.0\.1\]?(?::(?:\d+|…))?/g, gap)
    .replace(/\b\d{9,}\b/g, gap)
    .replace(/\b\d+ (ms|milliseconds|seconds)\b/g, `${gap} $1`)
    .replace(/timeout \d+$/, `timeout ${gap}`)
    .replace(/\/(?:tmp|root|home|work)\/\S*?(?=[\s'",):]|$)/g, gap)
    .replace(/\b((?:Intermediate|Root) CA) [0-9a-f]{6}\S*?(?=[,;)\s]|$)/g, `$1 ${gap}`)
    .replace(/(?:\b[0-9A-F]{2}:){8,}[0-9A-F]{2}/gi, gap)
    .replaceAll(/…(?:[:.]…)+/g, gap)

/** Scenarios, each with the protocols and modes where it was seen. */
type Places = readonly (readonly [scenario: string, places: string])[]

/** What `measured.json` holds. */
export interface Measured {
  readonly schema: 1
  /** Day of the run. */
  readonly on: string
  readonly texts: readonly (Said & {
    readonly ecosystem: string
    readonly clients: readonly string[]
    readonly versions: readonly string[]
    readonly scenarios: Places
  })[]
  /** Who went on with a scenario, without a word. */
  readonly accepted: readonly Silence[]
  /** Who said nothing within the time limit. */
  readonly hung: readonly Silence[]
}

interface Silence {
  readonly ecosystem: string
  readonly client: string
  readonly versions: readonly string[]
  readonly scenarios: Places
}

/** One row per text that an ecosystem says, with every scenario that makes it say so. */
export const measuredOf = (findings: readonly Finding[], on: string): Measured => ({
  schema: 1,
  on,
  texts: group(
    findings.flatMap((finding) => finding.said.map((said) => ({ ...finding, ...said }))),
    ({ ecosystem, code, text }) => [ecosystem, code ?? '', text],
  ).map(([first, ...rest]) => ({
    ecosystem: first.ecosystem,
    clients: sorted([first, ...rest].map(({ client }) => client)),
    versions: sorted([first, ...rest].map(({ version }) => version)),
    code: first.code,
    text: first.text,
    scenarios: placesOf([first, ...rest]),
  })),
  accepted: silences(findings, 'accepted'),
  hung: silences(findings, 'hung'),
})

/** Versions that do the same are one row. */
function silences(findings: readonly Finding[], outcome: Finding['outcome']): readonly Silence[] {
  const each = group(
    findings.filter((finding) => finding.outcome === outcome),
    ({ ecosystem, client, version }) => [ecosystem, client, version],
  ).map(([first, ...rest]) => ({ ...first, scenarios: placesOf([first, ...rest]) }))
  return group(each, ({ ecosystem, client, scenarios }) => [ecosystem, client, JSON.stringify(scenarios)]).map(
    ([first, ...rest]) => ({
      ecosystem: first.ecosystem,
      client: first.client,
      versions: sorted([first, ...rest].map(({ version }) => version)),
      scenarios: first.scenarios,
    }),
  )
}

const placesOf = (findings: readonly Finding[]): Places =>
  group(findings, ({ target }) => [target.scenario]).map(([first, ...rest]) => [
    first.target.scenario,
    sorted([first, ...rest].map(({ target: { protocol, mode } }) => `${protocol}/${mode}`)).join(' '),
  ])

const sorted = (values: readonly string[]): readonly string[] =>
  [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))

function group<T>(items: readonly T[], keyOf: (item: T) => readonly string[]): readonly [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const key = keyOf(item).join('\u0000')
    const known = groups.get(key)
    if (known) known.push(item)
    else groups.set(key, [item])
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, same]) => same)
}
