import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { run } from '../package/support/shell.ts'

// Each test starts programs of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const root = fileURLToPath(new URL('../../', import.meta.url))
const { logIn, message } = createRequire(import.meta.url)('../package/projects/shared/client.cjs') as {
  logIn(server: object, options?: object): Promise<void>
  message(subject: string): unknown
}
const cli = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'src/cli/bin.ts')]

const validators = new Map(
  readdirSync(join(root, 'schemas'))
    // A description of an API, whose own test is beside it.
    .filter((file) => file !== 'openapi.json')
    .map((file): [string, ValidateFunction] => {
      const schema = JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8')) as object
      return [file.replace('.json', ''), new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)]
    }),
)

/** What is wrong with a value by the schema of that name: paths and words. */
function problems(name: string, value: unknown): readonly string[] {
  const validate = validators.get(name)
  if (!validate) throw new Error(`There is no schema '${name}'.`)
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

interface Event {
  readonly event: string
  readonly ca: string
  readonly pki: string
  readonly user: string
  readonly password: string
  readonly endpoints: readonly Endpoint[]
  readonly outcome?: string
}

interface Endpoint {
  readonly scenario: string
  readonly protocol: string
  readonly mode: string
  readonly port: number
  readonly servername: string
}

/** A session of every kind of event: a message comes in, a certificate is refused, a password leaks. */
describe('what the command line prints', () => {
  let directory: string
  let up: ChildProcess
  let manifest: unknown
  const events: Event[] = []

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mockmail-schemas-'))
    const flags = ['--protocol', 'smtp,imap', '--json', '--log', join(directory, 'log')]
    up = spawn(process.execPath, [...cli, 'up', 'good', 'expired', 'starttls-stripped', ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (!up.stdout) throw new Error('no stdout')
    const lines = createInterface({ input: up.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<Event> => {
      const event = JSON.parse((await lines.next()).value as string) as Event
      events.push(event)
      return event
    }
    const { endpoints, ca, pki, user, password } = await next()
    const server = (scenario: string, protocol: string, mode: string): object => {
      const endpoint = endpoints.find(
        (one) => one.scenario === scenario && one.protocol === protocol && one.mode === mode,
      )
      if (!endpoint) throw new Error(`${scenario} ${protocol}/${mode} is not served`)
      const tls = { ca: readFileSync(ca, 'utf8'), servername: endpoint.servername }
      return { ...endpoint, user, password, tls }
    }
    await logIn(server('good', 'smtp', 'starttls'), { send: message('By the schema') })
    await expect(logIn(server('expired', 'imap', 'implicit'))).rejects.toThrow('certificate has expired')
    await expect(logIn(server('starttls-stripped', 'imap', 'starttls'))).rejects.toThrow('said: a BAD')
    while (events.length < 5) await next()
    manifest = JSON.parse(readFileSync(join(pki, 'manifest.json'), 'utf8'))
    up.kill('SIGTERM')
    await once(up, 'exit')
  }, 60_000)

  afterAll(() => {
    up?.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })

  it('is by its schemas, event for event', () => {
    expect(events.map(({ event }) => event).sort()).toEqual([
      'connection',
      'connection',
      'connection',
      'message',
      'ready',
    ])
    for (const event of events) expect(problems(event.event, event), event.event).toEqual([])
    expect(events.flatMap(({ outcome }) => outcome ?? []).sort()).toEqual(['accepted', 'refused', 'refused'])
  })

  it('is by the schema of a record in the log', () => {
    const records = readFileSync(join(directory, 'log'), 'utf8').trim().split('\n')
    expect(records).toHaveLength(3)
    for (const record of records) expect(problems('record', JSON.parse(record))).toEqual([])
  })

  it('is by the schema of the manifest on disk', () => {
    expect(problems('manifest', manifest)).toEqual([])
  })

  it.each([
    ['list', ['list', '--json']],
    ['certs', ['certs', 'pki', 'expired', '--json']],
    ['explain', ['explain', 'expired', '--json']],
    ['explain', ['explain', 'CERT_HAS_EXPIRED', '--json']],
    [
      'report',
      [
        'check',
        'good',
        '--protocol',
        'pop3',
        '--mode',
        'implicit',
        '--reporter',
        'json',
        '--',
        process.execPath,
        '-e',
        '0',
      ],
    ],
  ])('is by the schema of %s: %j', async (name, args) => {
    const { output } = await run(process.execPath, [...cli, ...args], { cwd: directory })
    const [line = ''] = output.split('\n').filter((text) => text.startsWith('{'))
    expect(problems(name, JSON.parse(line))).toEqual([])
  })

  it('is by the schema of judged, at the end of exec --judge', async () => {
    const place = ['good', '--protocol', 'imap', '--mode', 'implicit']
    const dial = "require('net').connect(process.env.MOCKMAIL_PORT, '127.0.0.1').end()"
    const args = ['exec', ...place, '--judge', '--json', '--', process.execPath, '-e', dial]
    const { output } = await run(process.execPath, [...cli, ...args], { cwd: directory })
    const lines = output.split('\n').filter((text) => text.includes('"event":"judged"'))
    expect(lines).toHaveLength(1)
    expect(problems('judged', JSON.parse(lines[0] ?? ''))).toEqual([])
  })

  it('is found wrong when a field is missing, of another type or of another schema number', () => {
    const [ready] = events
    expect(problems('ready', { ...ready, pid: 'one' })).toEqual(['/pid must be number'])
    expect(problems('ready', { ...ready, schema: 2 })).toEqual(['/schema must be equal to constant'])
    expect(problems('ready', { ...ready, endpoints: undefined })).toEqual([" must have required property 'endpoints'"])
  })

  it('may have more fields than the schema knows', () => {
    expect(problems('ready', { ...events[0], later: true })).toEqual([])
  })
})
