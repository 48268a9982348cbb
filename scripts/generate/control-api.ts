import { type Operation, operations } from '../../src/control/operations.ts'

const marks = { begin: '<!-- routes: written by npm run generate -->', end: '<!-- end of routes -->' } as const

const kinds: Readonly<Record<string, string>> = {
  'text/plain': 'text',
  'text/html': 'a page',
  'text/event-stream': 'server-sent events',
  'application/json': 'JSON',
  'application/x-pem-file': 'PEM',
  'message/rfc822': 'the octets of a message',
}

/** The page of the control API, its table of routes as the router knows them. */
export function controlApiPage(page: string): string {
  const [before, rest] = page.split(marks.begin)
  const after = rest?.split(marks.end)[1]
  if (before === undefined || after === undefined) {
    throw new Error(`docs/control-api.md must hold '${marks.begin}' and '${marks.end}'.`)
  }
  const all = Object.values(operations) as readonly Operation[]
  const sections = all.map(({ method, path, summary, query = {}, body, answer, status }) =>
    [
      `### \`${method} ${path}\``,
      '',
      summary,
      '',
      ...Object.entries(query).map(([name, what]) => `- \`?${name}=\`: ${what}`),
      ...(body === undefined ? [] : [`- body: ${named(body)}`]),
      `- answer: ${answer === null ? '204, empty' : `${status ?? 200}, ${named(answer)}`}`,
      '',
    ].join('\n'),
  )
  return [`${before}${marks.begin}`, ...sections, `${marks.end}${after}`].join('\n')
}

const named = (what: string): string => (what.includes('/') ? (kinds[what] ?? what) : `\`${what}\``)
