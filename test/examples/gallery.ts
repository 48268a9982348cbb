import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../support/programs.ts'

export const root = join(import.meta.dirname, '../..')

const jars = '/usr/share/java/javax.mail.jar:/usr/share/java/javax.activation.jar'

/** How a client of the gallery is made and checked. `BUILD` stands for a folder of the run. */
export interface GalleryClient {
  readonly name: string
  /** Programs, and files by their absolute path. */
  readonly needs: readonly string[]
  readonly build?: readonly [string, ...string[]]
  /** What comes behind `mockmail check`. */
  readonly check: readonly string[]
  version(): Promise<string>
}

/** Of a package in node_modules; its exports need not show its package.json. */
const packageVersion = (name: string) => async (): Promise<string> =>
  (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version

const programVersion =
  (program: string, ...args: readonly string[]) =>
  async (): Promise<string> => {
    const { stdout, stderr } = await run(program, args)
    return /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown'
  }

export const gallery: readonly GalleryClient[] = [
  {
    name: 'nodemailer',
    needs: ['node'],
    check: ['--protocol', 'smtp', '--', 'node', 'examples/node/nodemailer.mjs'],
    version: packageVersion('nodemailer'),
  },
  {
    name: 'imapflow',
    needs: ['node'],
    check: ['--protocol', 'imap', '--', 'node', 'examples/node/imapflow.mjs'],
    version: packageVersion('imapflow'),
  },
  {
    name: 'node-pop3',
    needs: ['node'],
    check: ['--protocol', 'pop3', '--mode', 'implicit', '--', 'node', 'examples/node/node-pop3.mjs'],
    version: packageVersion('node-pop3'),
  },
  {
    name: 'python',
    needs: ['python3'],
    check: ['--', 'python3', 'examples/python/mail.py'],
    version: programVersion('python3', '--version'),
  },
  {
    name: 'curl',
    needs: ['curl'],
    check: ['--', 'examples/curl/mail.sh'],
    version: programVersion('curl', '--version'),
  },
  {
    name: 'fetchmail',
    needs: ['fetchmail'],
    check: ['--protocol', 'imap,pop3', '--', 'examples/fetchmail/mail.sh'],
    version: programVersion('fetchmail', '--version'),
  },
  {
    name: 'msmtp',
    needs: ['msmtp'],
    check: ['--protocol', 'smtp', '--', 'examples/msmtp/mail.sh'],
    version: programVersion('msmtp', '--version'),
  },
  {
    name: 'go',
    needs: ['go'],
    build: ['go', 'build', '-o', 'BUILD/mail', 'examples/go/main.go'],
    check: ['--', 'BUILD/mail'],
    version: programVersion('go', 'version'),
  },
  {
    name: 'java',
    needs: ['java', 'javac', ...jars.split(':')],
    build: ['javac', '-cp', jars, '-d', 'BUILD', 'examples/java/Mail.java'],
    check: ['--', 'java', '-XX:TieredStopAtLevel=1', '-cp', `BUILD:${jars}`, 'Mail'],
    version: programVersion('java', '-version'),
  },
]

/** A row of examples/checked-clients.json. */
export interface CheckedRow {
  readonly scenario: string
  /** `*` for each that the client speaks. */
  readonly protocol: string
  readonly mode: string
  readonly verdict: string
  readonly outcome: string
  /** Several where a race decides which it is. */
  readonly qualifier: string | readonly string[] | null
  readonly why: string
}

export interface CheckedClient {
  readonly client: string
  readonly version: string
  readonly cells: readonly CheckedRow[]
}

export const checkedClients = (
  JSON.parse(readFileSync(join(root, 'examples/checked-clients.json'), 'utf8')) as {
    readonly clients: readonly CheckedClient[]
  }
).clients
