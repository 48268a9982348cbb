import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What was written down by the tests of the scripted TLS engine. */
interface Measured {
  readonly clients: Readonly<Record<string, string>>
  readonly rows: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** The page of faults of the scripted TLS engine, with what each client said. */
export function scriptedFaults(root: string): string {
  const { clients, rows } = JSON.parse(
    readFileSync(join(root, 'fixtures/measured/scripted-faults.json'), 'utf8'),
  ) as Measured
  const names = Object.keys(clients)
  return [
    "<!-- Written by 'npm run generate' from fixtures/measured/scripted-faults.json. -->",
    '',
    '# What clients say of the scripted TLS engine',
    '',
    'Each row is one fault in an otherwise right server, as data in `test/tls/script/rows.ts`; each cell is what a client said of ' +
      'it in its own words. *ok*: it held its dialogue to the end. *later*: after it had taken the handshake. Where two things ' +
      'race with each other, both are there. Whether a client has to refuse is another matter: several of these are allowed, and ' +
      'some are only odd.',
    '',
    `Clients: ${names.map((name) => `${name} ${clients[name]}`).join(', ')}, with their defaults.`,
    '',
    line(['fault', ...names]),
    line(['---', ...names.map(() => '---')]),
    ...Object.entries(rows).map(([id, said]) => line([`\`${id}\``, ...names.map((name) => cell(said[name]))])),
    '',
  ].join('\n')
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const cell = (words: string | undefined): string => {
  if (words === undefined) return ''
  return words
    .split(' | ')
    .map((one) => one.replace(/^later: /, '*later:* ').replace(/^ok$/, '*ok*'))
    .map((one) => one.replaceAll('|', '\\|').replaceAll('<', '&lt;'))
    .join('<br>')
}
