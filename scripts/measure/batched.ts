import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from './findings.ts'
import type { VersionQuery } from './spawned.ts'

const here = join(dirname(fileURLToPath(import.meta.url)), 'clients')

/** What such a process is given on stdin. */
interface Given {
  /** Path. */
  readonly ca: string
  /** Milliseconds per connection. */
  readonly limit: number
  readonly targets: readonly Target[]
}

/** A client that is one process for all targets; it prints a finding per line. */
export interface Batched {
  readonly ecosystem: string
  readonly version: VersionQuery
  command(ca: string, limit: number): readonly [string, ...string[]]
  feed(given: Given): string
  environment?(ca: string): Readonly<Record<string, string>>
}

/** Interpreters besides those on the path, and what else must be named. */
export interface Interpreters {
  readonly node: readonly string[]
  readonly python: readonly string[]
  readonly java: readonly string[]
  readonly dotnet: readonly string[]
  readonly angus?: string | undefined
}

const asJson = (given: Given): string => JSON.stringify(given)

/** For those that cannot be given one. The index of a target stays what it is. */
const withoutCrl = ({ targets, ...rest }: Given): string =>
  JSON.stringify({ ...rest, targets: targets.map((target) => (target.crl ? { ...target, mode: 'none' } : target)) })

/** Java brings no JSON. */
const asLines = ({ targets }: Given): string =>
  targets
    .map(({ protocol, mode, host, port, servername, crl = '', user, password }, index) =>
      [index, protocol, mode, host, port, servername, crl, user, password, '\n'].join(' '),
    )
    .join('')
    .replaceAll(' \n', '\n')

/** Every such client, with the interpreters that were named. */
export function batched({ node, python, java, dotnet, angus }: Interpreters, directory: string): readonly Batched[] {
  return [
    ...[process.execPath, ...node].map<Batched>((file) => ({
      ecosystem: 'node',
      version: { command: [file, '--version'], pattern: /v(\S+)/ },
      command: () => [file, join(here, 'node.mjs')],
      feed: asJson,
    })),
    ...['python3', ...python].map<Batched>((file) => ({
      ecosystem: 'python',
      version: { command: [file, '--version'], pattern: /Python (\S+)/ },
      command: () => [file, join(here, 'mail.py')],
      feed: asJson,
    })),
    {
      ecosystem: 'ruby',
      version: { command: ['ruby', '--version'], pattern: /ruby (\d+\.\d+\.\d+)/ },
      command: () => ['ruby', join(here, 'mail.rb')],
      feed: asJson,
    },
    {
      ecosystem: 'go',
      version: { command: ['go', 'version'], pattern: /go(\d\S*)/ },
      command: () => ['go', 'run', join(here, 'tls.go')],
      feed: withoutCrl,
      environment: () => ({ GOFLAGS: '-mod=mod', GOCACHE: join(directory, 'go') }),
    },
    {
      ecosystem: 'rustls',
      version: {
        command: ['cargo', 'pkgid', '--quiet', '--manifest-path', join(here, '../rustls/Cargo.toml'), 'rustls'],
        pattern: /[@#](\d+\.\d+\.\d+)/,
      },
      command: () => ['cargo', 'run', '--quiet', '--release', '--manifest-path', join(here, '../rustls/Cargo.toml')],
      feed: withoutCrl,
      // Kept from one run to the next: it takes a minute to build.
      environment: () => ({ CARGO_TARGET_DIR: join(tmpdir(), 'mockmail-measure-rustls') }),
    },
    ...['java', ...java].map<Batched>((file) => ({
      ecosystem: 'java',
      version: { command: [file, '-version'], pattern: /version "(\S+)"/ },
      command: (ca, limit) => [file, join(here, 'Tls.java'), ca, String(limit)],
      feed: asLines,
    })),
    ...(angus === undefined
      ? []
      : [
          {
            ecosystem: 'java',
            version: { command: ['java', '-version'], pattern: /version "(\S+)"/ },
            command: (ca: string, limit: number) => [
              'java',
              '-cp',
              join(angus, '*'),
              join(here, 'Mail.java'),
              ca,
              String(limit),
            ],
            feed: asLines,
          } satisfies Batched,
        ]),
    ...dotnet.map<Batched>((file) => ({
      ecosystem: 'dotnet',
      version: {
        command: [join(process.env['DOTNET_ROOT'] ?? '', 'dotnet'), '--info'],
        pattern: /Microsoft\.NETCore\.App (\S+)/,
      },
      command: () => [file, join(here, 'dotnet.py')],
      feed: asJson,
      environment: (ca: string) => ({ SSL_CERT_FILE: ca }),
    })),
  ]
}
