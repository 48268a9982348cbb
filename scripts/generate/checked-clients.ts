import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Row {
  readonly scenario: string
  readonly protocol: string
  readonly mode: string
  readonly verdict: string
  readonly outcome: string
  readonly qualifier: string | readonly string[] | null
  readonly why: string
}

interface CheckedClient {
  readonly client: string
  readonly version: string
  readonly library?: string
  readonly cells: readonly Row[]
}

/** docs/checked-clients.md, from the table that the tests hold the clients to. */
export function checkedClients(root: string): string {
  const { clients } = JSON.parse(readFileSync(join(root, 'examples/checked-clients.json'), 'utf8')) as {
    readonly clients: readonly CheckedClient[]
  }
  return `${[
    "<!-- Written by 'npm run generate' from examples/checked-clients.json. -->",
    '# Checked clients',
    'What `mockmail check` says of the clients in [examples](../examples/README.md), told to verify, on the core set. Each row was compared by hand with the dialogue and with what the client itself printed; the tests run every client again and compare. `*` is every protocol, or every mode, that the client speaks and the scenario is served in. Versions are those of Debian 12 and of our lock file.',
    ...clients.flatMap(section),
  ].join('\n\n')}\n`
}

function section({ client, version, library, cells }: CheckedClient): readonly string[] {
  const rows = cells.map(({ scenario, protocol, mode, verdict, outcome, qualifier, why }) =>
    [`\`${scenario}\``, where(protocol, mode), verdict, [outcome, ...words(qualifier)].join(', '), cell(why)].join(
      ' | ',
    ),
  )
  return [
    `## ${client} ${version}${library ? `, ${library}` : ''}`,
    ['scenario | where | verdict | what the server saw | why', '--- | --- | --- | --- | ---', ...rows]
      .map((row) => `| ${row} |`)
      .join('\n'),
  ]
}

const where = (protocol: string, mode: string): string => (protocol === mode ? '*' : `${protocol}/${mode}`)

const words = (qualifier: Row['qualifier']): readonly string[] => {
  if (qualifier === null) return []
  return [typeof qualifier === 'string' ? `\`${qualifier}\`` : qualifier.map((word) => `\`${word}\``).join(' or ')]
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('<', '&lt;')
