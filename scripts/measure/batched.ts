import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Question } from './findings.ts'
import { type JudgeFacts, majorOf, minorOf } from './judge.ts'

const here = join(dirname(fileURLToPath(import.meta.url)), 'clients')

/** A client that is one process for all targets; it prints a finding per line. */
export interface Batched extends JudgeFacts {
  command(question: Question): readonly [string, ...string[]]
  /** Written to stdin. */
  feed(question: Question): string
  environment?(question: Question): Readonly<Record<string, string>>
}

/** Interpreters besides those on the path, and what else must be named. */
export interface Interpreters {
  readonly node: readonly string[]
  readonly python: readonly string[]
  readonly java: readonly string[]
  readonly dotnet: readonly string[]
  readonly angus?: string | undefined
}

const asJson = ({ ca, limit, targets }: Question): string => JSON.stringify({ ca, limit, targets })

/** Java brings no JSON. */
const asLines = ({ targets }: Question): string =>
  targets
    .map(({ protocol, mode, host, port, servername, crl = '', user, password }, index) =>
      [index, protocol, mode, host, port, servername, crl, user, password, '\n'].join(' '),
    )
    .join('')
    .replaceAll(' \n', '\n')

/** Every such client, with the interpreters that were named. */
export function batched({ node, python, java, dotnet, angus }: Interpreters): readonly Batched[] {
  return [
    ...[process.execPath, ...node].map<Batched>((file) => ({
      id: 'node',
      ecosystem: 'node',
      implementation: 'openssl',
      needs: [],
      asked: 'by tests',
      version: { command: [file, '--version'], pattern: /v(\S+)/ },
      seriesOf: majorOf,
      cannot: 'pop3/starttls',
      command: () => [file, join(here, 'node.mjs')],
      feed: asJson,
    })),
    ...['python3', ...python].map<Batched>((file) => ({
      id: 'python',
      ecosystem: 'python',
      implementation: 'openssl',
      needs: ['python3'],
      asked: 'by tests',
      version: { command: [file, '--version'], pattern: /Python (\S+)/ },
      seriesOf: minorOf,
      command: () => [file, join(here, 'mail.py')],
      feed: asJson,
    })),
    {
      id: 'ruby',
      ecosystem: 'ruby',
      implementation: 'openssl',
      needs: ['ruby'],
      asked: 'by tests',
      version: { command: ['ruby', '--version'], pattern: /ruby (\d+\.\d+\.\d+)/ },
      // net/pop has no STLS.
      cannot: 'pop3/starttls',
      command: () => ['ruby', join(here, 'mail.rb')],
      feed: asJson,
    },
    {
      id: 'php',
      ecosystem: 'php',
      implementation: 'openssl',
      needs: ['php'],
      asked: 'by tests',
      explained: false,
      of: 'TLS',
      takesNoCrl: true,
      version: { command: ['php', '--version'], pattern: /PHP (\d+\.\d+\.\d+)/ },
      command: () => ['php', '-n', join(here, 'tls.php')],
      feed: asJson,
    },
    {
      id: 'go',
      ecosystem: 'go',
      implementation: 'go',
      needs: ['go'],
      asked: 'by tests',
      of: 'TLS',
      // net/smtp does.
      looksAtRepliesOf: ['smtp'],
      takesNoCrl: true,
      version: { command: ['go', 'version'], pattern: /go(\d\S*)/ },
      command: () => ['go', 'run', join(here, 'tls.go')],
      feed: asJson,
      environment: () => ({ GOFLAGS: '-mod=mod' }),
    },
    {
      id: 'rustls',
      ecosystem: 'rustls',
      implementation: 'rustls',
      needs: ['cargo'],
      takesNoCrl: true,
      modes: ['implicit'],
      version: {
        command: ['cargo', 'metadata', '--format-version=1', '--manifest-path', join(here, '../rustls/Cargo.toml')],
        pattern: /"name":"rustls","version":"(\d+\.\d+\.\d+)"/,
      },
      command: () => ['cargo', 'run', '--quiet', '--release', '--manifest-path', join(here, '../rustls/Cargo.toml')],
      feed: asJson,
      // Kept from one run to the next: it takes a minute to build.
      environment: () => ({ CARGO_TARGET_DIR: join(tmpdir(), 'mockmail-measure-rustls') }),
    },
    ...['java', ...java].map<Batched>((file) => ({
      id: 'java',
      ecosystem: 'java',
      implementation: 'java',
      needs: ['java'],
      asked: 'by tests',
      of: 'TLS',
      version: { command: [file, '-version'], pattern: /version "(\S+)"/ },
      seriesOf: majorOf,
      command: ({ ca, limit }) => [file, join(here, 'Tls.java'), ca, String(limit)],
      feed: asLines,
    })),
    ...(angus === undefined
      ? []
      : [
          {
            id: 'angus-mail',
            ecosystem: 'java',
            implementation: 'java',
            needs: ['java'],
            version: { command: ['java', '-version'], pattern: /version "(\S+)"/ },
            command: ({ ca, limit }) => ['java', '-cp', join(angus, '*'), join(here, 'Mail.java'), ca, String(limit)],
            feed: asLines,
          } satisfies Batched,
        ]),
    ...dotnet.map<Batched>((file) => ({
      id: 'dotnet',
      ecosystem: 'dotnet',
      implementation: 'openssl',
      needs: [],
      takesNoCrl: true,
      version: {
        command: [join(process.env['DOTNET_ROOT'] ?? '', 'dotnet'), '--info'],
        pattern: /Microsoft\.NETCore\.App (\S+)/,
      },
      command: () => [file, join(here, 'dotnet.py')],
      feed: asJson,
      environment: ({ ca }) => ({ SSL_CERT_FILE: ca }),
    })),
  ]
}
