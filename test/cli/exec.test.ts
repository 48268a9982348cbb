import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { childEnvironment, environmentOf } from '../../src/fleet/environment.ts'
import type { ConnectionEvent, EndpointEvent, ReadyEvent } from '../../src/fleet/events.ts'
import { itWith } from '../support/programs.ts'
import { ensureBuilt, one, openWorkplace, run } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

const node = (script: string): readonly string[] => ['--', process.execPath, '-e', script]

/** A client that logs in and then ends without a word, so that its connection ends with its process. */
const client = `
const tls = require('tls'), { readFileSync } = require('fs'), env = process.env
const socket = tls.connect({ host: env.MOCKMAIL_HOST, port: +env.MOCKMAIL_PORT, servername: env.MOCKMAIL_SERVERNAME, ca: readFileSync(env.MOCKMAIL_CA) })
socket.on('error', ({ code }) => { console.log(code); process.exit(3) })
socket.on('data', (data) => { if (/^a OK/m.test(data)) process.exit(0); socket.write('a LOGIN u p\\r\\n') })
`

describe('the status', () => {
  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['exit 255', 255],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
  ])('of a command that does %j is %i', async (script, status) => {
    using workplace = openWorkplace()
    expect(await run(workplace, ['exec', ...one, '--', 'sh', '-c', script])).toEqual({
      status,
      signal: null,
      stdout: '',
      stderr: '',
    })
  })

  it.each([
    ['no-such-program', 127, 'it was not found'],
    ['./folder', 126, 'it may not be executed'],
    ['./text', 126, 'it may not be executed'],
    ['./orphan', 127, 'it was not found'],
  ] as const)('of %s is %i, with the reason, as a shell has it', async (program, status, why) => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'folder'))
    writeFileSync(join(workplace.path, 'text'), 'x')
    writeFileSync(join(workplace.path, 'orphan'), '#!/no/such/interpreter\n', { mode: 0o755 })
    for (const command of ['exec', 'check']) {
      expect(await run(workplace, [command, ...one, '--', program])).toEqual({
        status,
        signal: null,
        stdout: '',
        stderr: `mockmail: Cannot run '${program}': ${why}.\n`,
      })
    }
  })
})

describe('the command', () => {
  itWith('printf')('has its arguments as they are, further -- and flags included', async () => {
    using workplace = openWorkplace()
    const { stdout } = await run(workplace, ['exec', ...one, '--', 'printf', '%s|', 'a', '--', '--json', '', 'b c'])
    expect(stdout).toBe('a|--|--json||b c|')
  })

  itWith('cat')('has the stdin, stdout and stderr of exec', async () => {
    using workplace = openWorkplace()
    expect(await run(workplace, ['exec', ...one, '--', 'sh', '-c', 'cat; echo oops >&2'], { stdin: 'typed' })).toEqual({
      status: 0,
      signal: null,
      stdout: 'typed',
      stderr: 'oops\n',
    })
  })

  it('writes to stderr with --json, where stdout is all JSON', async () => {
    using workplace = openWorkplace()
    const { stdout, stderr } = await run(workplace, ['exec', ...one, '--json', '--', 'sh', '-c', 'echo said'])
    expect(stderr).toBe('said\n')
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).event),
    ).toEqual(['ready'])
  })
})

describe('the environment', () => {
  it('has everything about a single endpoint', async () => {
    using workplace = openWorkplace()
    const script = `
      const own = Object.entries(process.env).filter(([name]) => name.startsWith('MOCKMAIL_'))
      const ready = JSON.parse(require('fs').readFileSync(process.env.MOCKMAIL_READY))
      console.log(JSON.stringify({ own: Object.fromEntries(own), ready, ca: require('fs').readFileSync(process.env.MOCKMAIL_CA, 'utf8') }))`
    const { stdout } = await run(workplace, [
      'exec',
      'expired+wrong-host@2nd',
      '--protocol',
      'pop3',
      '--mode',
      'starttls',
      '--user',
      'me:secret',
      ...node(script),
    ])
    const { own, ready, ca } = JSON.parse(stdout) as { own: Record<string, string>; ready: ReadyEvent; ca: string }
    const [endpoint] = ready.endpoints
    const port = String(endpoint?.port)
    expect(own).toEqual({
      // By which its descendants are found, should it be ended.
      MOCKMAIL_CELL: expect.stringMatching(/^[\da-f-]{36}$/),
      MOCKMAIL_CA: join(ready.pki, 'ca.pem'),
      MOCKMAIL_PKI: ready.pki,
      MOCKMAIL_READY: join(ready.pki, 'ready.json'),
      MOCKMAIL_USER: 'me',
      MOCKMAIL_PASSWORD: 'secret',
      MOCKMAIL_EXPIRED_WRONG_HOST_2ND_POP3_STARTTLS_URL: `pop3://localhost:${port}`,
      MOCKMAIL_EXPIRED_WRONG_HOST_2ND_POP3_STARTTLS_PORT: port,
      MOCKMAIL_HOST: '127.0.0.1',
      MOCKMAIL_PORT: port,
      MOCKMAIL_SERVERNAME: 'localhost',
      MOCKMAIL_URL: `pop3://localhost:${port}`,
      MOCKMAIL_PROTOCOL: 'pop3',
      MOCKMAIL_MODE: 'starttls',
      MOCKMAIL_SCENARIO: 'expired+wrong-host@2nd',
    })
    expect(ready).toMatchObject({ schema: 1, event: 'ready', endpoints: [{ scenario: 'expired+wrong-host@2nd' }] })
    expect(ca).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
  })

  it('has one URL and one port per endpoint where there are several, and nothing of an outer run', async () => {
    using workplace = openWorkplace()
    const script =
      "console.log(Object.keys(process.env).filter((name) => name.startsWith('MOCKMAIL_')).sort().join('\\n'))"
    const environment = {
      MOCKMAIL_PORT: '1',
      MOCKMAIL_SCENARIO: 'outer',
      MOCKMAIL_EXPIRED_SMTP_PLAIN_URL: 'x',
      MOCKMAIL_CELL: 'kept',
    }
    const { stdout } = await run(workplace, ['exec', 'good', '--protocol', 'imap', ...node(script)], { environment })
    expect(stdout.trimEnd().split('\n')).toEqual([
      'MOCKMAIL_CA',
      'MOCKMAIL_CELL',
      'MOCKMAIL_GOOD_IMAP_IMPLICIT_PORT',
      'MOCKMAIL_GOOD_IMAP_IMPLICIT_URL',
      'MOCKMAIL_GOOD_IMAP_STARTTLS_PORT',
      'MOCKMAIL_GOOD_IMAP_STARTTLS_URL',
      'MOCKMAIL_PASSWORD',
      'MOCKMAIL_PKI',
      'MOCKMAIL_READY',
      'MOCKMAIL_USER',
    ])
  })

  it('is refused where two scenarios would share a name', () => {
    const endpoint = (scenario: string): EndpointEvent => ({
      id: 'e1',
      scenario,
      protocol: 'imap',
      mode: 'implicit',
      host: '127.0.0.1',
      port: 1,
      servername: 'localhost',
      url: 'imaps://localhost:1',
      expect: 'reject',
      because: 'it says so',
      reasons: [],
      needs: null,
      observable: 'server',
      runs: 1,
      twin: null,
    })
    const ready = (...scenarios: readonly string[]): ReadyEvent => ({
      schema: 1,
      event: 'ready',
      mockmail: '0',
      pid: 1,
      ca: '/pki/ca.pem',
      pki: '/pki',
      user: 'u',
      password: 'p',
      endpoints: scenarios.map(endpoint),
    })
    expect(() => environmentOf(ready('a+b-c', 'a-b+c'), '/r')).toThrow(
      expect.objectContaining({
        code: 'NAME_COLLISION',
        exitCode: 2,
        message:
          "Two scenarios would both be MOCKMAIL_A_B_C_IMAP_IMPLICIT_URL, one of them 'a-b+c'. Start them in two runs, or read the ready file.",
      }),
    )
    expect(environmentOf(ready('a+b-c', 'a-b+d'), '/r')).toMatchObject({ MOCKMAIL_A_B_D_IMAP_IMPLICIT_PORT: '1' })
  })

  it('keeps what is not ours', () => {
    const mine = { PATH: '/bin', MOCKMAIL: '1', MOCKMAILER_PORT: '2', MOCKMAIL_CACHE: '3' }
    expect(childEnvironment({ ...mine, MOCKMAIL_CA: 'x', MOCKMAIL_A_URL: 'y' })).toEqual(mine)
  })
})

describe('connections', () => {
  const lines = (stderr: string): string => stderr.replace(/^\d\d:\d\d:\d\d /gm, '')

  it('are told on stderr, also those that end with the command', async () => {
    using workplace = openWorkplace()
    const accepted = await run(workplace, ['exec', ...one, ...node(client)])
    expect({ ...accepted, stderr: lines(accepted.stderr) }).toEqual({
      status: 0,
      signal: null,
      stdout: '',
      stderr: 'good imap/implicit accepted safe-continue (pass)\n',
    })
    const refused = await run(workplace, ['exec', 'expired', ...one.slice(1), ...node(client)])
    expect({ ...refused, stderr: lines(refused.stderr) }).toEqual({
      status: 3,
      signal: null,
      stdout: 'CERT_HAS_EXPIRED\n',
      stderr: 'expired imap/implicit refused silent-close (pass)\n',
    })
  })

  it('are not told with --quiet, and are logged all the same', async () => {
    using workplace = openWorkplace()
    const args = ['exec', ...one, '--quiet', '--log', 'log', ...node(client)]
    expect(await run(workplace, args)).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(await run(workplace, args)).toMatchObject({ status: 0, stdout: '', stderr: '' })
    const records = readFileSync(join(workplace.path, 'log'), 'utf8').trimEnd().split('\n')
    expect(records.map((line) => JSON.parse(line).credentials[0].user)).toEqual(['u', 'u'])
  })

  it('are events with --json, and how the client ended them is the client’s doing', async () => {
    using workplace = openWorkplace()
    const { stdout } = await run(workplace, ['exec', ...one, '--json', ...node(client)])
    const [, ended] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ConnectionEvent)
    expect(ended).toMatchObject({ event: 'connection', outcome: 'accepted', record: { end: { by: 'client' } } })
  })
})

it('removes its directory with the ready file when it is over', async () => {
  using workplace = openWorkplace()
  const { stdout } = await run(workplace, ['exec', ...one, ...node('console.log(process.env.MOCKMAIL_READY)')])
  expect(stdout).toMatch(/ready\.json\n$/)
  expect(existsSync(stdout.trimEnd())).toBe(false)
})
