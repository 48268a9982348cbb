import { existsSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { isInstalled, run } from '../programs.ts'

/** A dialogue that a client holds. */
export interface Job {
  readonly port: number
  /** The client's own names, oldest first. Default its own choice. */
  readonly versions?: readonly string[]
  /** The client's own names. */
  readonly suites?: readonly string[]
  /** How often, the last one counting: so that a session may be taken up again. Default once. */
  readonly times?: number
  readonly alpn?: readonly string[]
  /** What it shows when it is asked for a certificate: PEM files, which tlslite-ng alone is told of. */
  readonly shows?: { readonly cert: string; readonly key: string }
}

/** A TLS client that is not ours. It says `ok …` or, in its own words, why not; `later: …` when it had taken the handshake. */
export interface TlsClient {
  readonly name: string
  /** Why it cannot be asked here, or undefined. */
  readonly absent: string | undefined
  ask(jobs: readonly Job[], ca: string): Promise<readonly string[]>
}

const here = (name: string): string => join(import.meta.dirname, name)

const lineOf = ({ port, versions, suites, times = 1, alpn, shows }: Job): string => {
  const fields = [port, versions?.join(',') ?? '-', suites?.join(',') ?? '-', times, alpn?.join(',') ?? '-']
  return [...fields, shows?.cert ?? '-', shows?.key ?? '-'].join(' ')
}

async function batch(program: string, args: readonly string[], jobs: readonly Job[]): Promise<readonly string[]> {
  const input = `${jobs.map(lineOf).join('\n')}\n`
  const { stdout, stderr } = await run(program, args, { input, timeout: 20_000 + 5000 * jobs.length })
  const said = stdout.trimEnd().split('\n')
  if (said.length !== jobs.length) throw new Error(`${program}: ${stdout}${stderr}`)
  return said
}

async function oneByOne(jobs: readonly Job[], ask: (job: Job) => Promise<string>): Promise<readonly string[]> {
  const said: string[] = []
  for (const job of jobs) said.push(await ask(job))
  return said
}

const missing = (program: string): string | undefined =>
  isInstalled(program) ? undefined : `${program} is not installed`

const dialogue = 'a CAPABILITY\r\nb LOGOUT\r\n'

export const java = (mode: 'as-it-is' | 'anything-goes' = 'as-it-is'): TlsClient => ({
  name: 'Java',
  absent: missing('java'),
  ask: (jobs, ca) => batch('java', [here('Client.java'), ca, ...(mode === 'as-it-is' ? [] : ['old'])], jobs),
})

export const go: TlsClient = {
  name: 'Go',
  absent: missing('go'),
  ask: (jobs, ca) => batch('go', ['run', here('client.go'), ca], jobs),
}

export const python: TlsClient = {
  name: 'Python',
  absent: missing('python3'),
  ask: (jobs, ca) => batch('python3', [here('python.py'), ca], jobs),
}

/** Where tlslite-ng is, which no distribution has: a folder made by `pip install --target`. */
const tlsliteFolder = process.env['TLSLITE'] ?? ''

export const tlslite: TlsClient = {
  name: 'tlslite-ng',
  absent: existsSync(join(tlsliteFolder, 'tlslite')) ? undefined : 'TLSLITE names no folder that has tlslite-ng',
  ask: (jobs) => batch('python3', [here('tlslite.py'), tlsliteFolder], jobs),
}

/** What cargo makes of `rustls/`, a project of its own that takes minutes to build. */
const rustlsProgram = process.env['RUSTLS'] ?? ''

export const rustls: TlsClient = {
  name: 'rustls',
  absent: rustlsProgram !== '' && isInstalled(rustlsProgram) ? undefined : 'RUSTLS names no program made of rustls/',
  ask: (jobs, ca) => batch(rustlsProgram, [ca], jobs),
}

export const gnutls: TlsClient = {
  name: 'GnuTLS',
  absent: missing('gnutls-cli'),
  ask: (jobs, ca) =>
    oneByOne(jobs, async ({ port, versions, suites, times = 1, alpn }) => {
      const priority = suites?.[0] ?? (versions ? `NORMAL:-VERS-ALL:+VERS-${versions[0]}` : undefined)
      const { stdout, stderr, status } = await run(
        'gnutls-cli',
        [
          ...[
            '--port',
            String(port),
            '--x509cafile',
            ca,
            '--verify-hostname',
            'localhost',
            '--sni-hostname',
            'localhost',
          ],
          ...(priority ? ['--priority', priority] : []),
          ...(times > 1 ? ['--resume', '--waitresumption'] : []),
          ...(alpn?.flatMap((name) => ['--alpn', name]) ?? []),
          '127.0.0.1',
        ],
        { input: dialogue, timeout: 10_000 },
      ).catch((error: Error) => ({ stdout: '', stderr: error.message, status: -1 }))
      const text = `${stdout}${stderr}`
      const fatal =
        /\*\*\* Fatal error: (.+)|Status: (The certificate is NOT .+)|(Cannot connect .+|did not end by itself)/.exec(
          text,
        )
      const finished = stdout.includes('Handshake was completed')
      const agreed = /- Description: \((.+?)\)/.exec(stdout)?.[1] ?? ''
      const resumed = stdout.includes('*** This is a resumed session') ? ' resumed' : ''
      if (text.includes('b OK done') && !fatal) return `ok ${agreed}${resumed}`
      return `${finished ? 'later: ' : ''}${fatal?.[1] ?? fatal?.[2] ?? fatal?.[3] ?? `status ${status}`}`.trim()
    }),
}

export const openssl: TlsClient = {
  name: 'OpenSSL',
  absent: missing('openssl'),
  ask: (jobs, ca) =>
    oneByOne(jobs, async ({ port, versions, suites, alpn }) => {
      const { stdout, stderr } = await run(
        'openssl',
        [
          ...['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', ca, '-verify_return_error'],
          ...['-servername', 'localhost', '-verify_hostname', 'localhost', '-ign_eof'],
          ...(versions?.map((version) => `-${version}`) ?? []),
          ...(suites ? ['-cipher', suites.join(':')] : []),
          ...(alpn ? ['-alpn', alpn.join(',')] : []),
        ],
        { input: dialogue, timeout: 6000 },
      ).catch((error: Error) => ({ stdout: error.message, stderr: '' }))
      const agreed = /, (?:TLSv\S+|SSLv3|\(NONE\)), Cipher is (\S+)/.exec(stdout)
      const version = /Protocol {2}: (\S+)/.exec(stdout)?.[1] ?? 'TLSv1.3'
      if (stdout.includes('b OK done')) return `ok ${version} ${agreed?.[1]}`
      return /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1) ?? ''
    }),
}

export const curl: TlsClient = {
  name: 'curl',
  absent: missing('curl'),
  ask: (jobs, ca) =>
    oneByOne(jobs, async ({ port, versions }) => {
      const resolve = ['--resolve', `localhost:${port}:127.0.0.1`]
      const few = versions ? [`--tlsv${versions[0]}`, '--tls-max', versions[0] as string] : []
      const args = ['-sSv', '--cacert', ca, ...resolve, ...few, '-X', 'CAPABILITY', `imaps://localhost:${port}`]
      const { status, stderr, stdout } = await run('curl', args)
      const agreed = /SSL connection using (\S+) \/ (\S+)/.exec(stderr)
      if (status === 0 && stdout.includes('IMAP4rev1')) return `ok ${agreed?.[1]} ${agreed?.[2]}`
      return /curl: \(\d+\) (.+)/.exec(stderr)?.[1] ?? stderr
    }),
}

/** Node of this process, which is built on OpenSSL. */
export const node: TlsClient = {
  name: 'Node',
  absent: undefined,
  ask: (jobs, ca) => oneByOne(jobs, (job) => holdInNode(job, ca)),
}

async function holdInNode({ port, versions, suites, times = 1, alpn }: Job, ca: string): Promise<string> {
  const { readFileSync } = await import('node:fs')
  let session: Buffer | undefined
  let said = ''
  for (let left = times; left > 0; left--) {
    const options: tls.ConnectionOptions = {
      ...{ port, host: '127.0.0.1', servername: 'localhost', ca: readFileSync(ca) },
      ...(versions && {
        minVersion: versions[0] as tls.SecureVersion,
        maxVersion: versions.at(-1) as tls.SecureVersion,
      }),
      ...(suites && { ciphers: suites.join(':') }),
      ...(alpn && { ALPNProtocols: [...alpn] }),
      ...(session && { session }),
    }
    said = await holdOnce(options, (ticket) => {
      session = ticket
    })
  }
  return said
}

const holdOnce = (options: tls.ConnectionOptions, keep: (session: Buffer) => void): Promise<string> =>
  new Promise((resolve) => {
    let seen = ''
    let agreed: string | undefined
    const socket = tls.connect(options)
    const finish = (words: string): void => {
      socket.destroy()
      resolve(words.startsWith('ok') || agreed === undefined ? words : `later: ${words}`)
    }
    socket.setTimeout(4000, () => finish('timeout'))
    socket.on('session', keep)
    socket.on('secureConnect', () => {
      agreed = `${socket.getProtocol()} ${socket.getCipher().name}${socket.isSessionReused() ? ' resumed' : ''}`
    })
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message))
    socket.on('data', (bytes: Buffer) => {
      const before = seen
      seen += bytes.toString('latin1')
      if (!before.includes('\n') && seen.includes('\n')) socket.write('a CAPABILITY\r\n')
      if (!before.includes('a OK') && seen.includes('a OK')) socket.write('b LOGOUT\r\n')
    })
    socket.on('close', () => finish(seen.includes('b OK done') ? `ok ${agreed}` : 'closed'))
  })
