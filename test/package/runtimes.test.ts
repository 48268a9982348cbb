import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bin, ensureBuilt } from '../cli/mockmail.ts'
import { bunProgram } from '../support/clients/bun.ts'
import { npmProgram } from '../support/npm-program.ts'
import { whyNoRegistry } from './support/registry.ts'
import { run } from './support/shell.ts'

// Each test starts programs of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const offline = (await whyNoRegistry()) ?? (process.platform === 'linux' && process.arch === 'x64' ? undefined : 'x64')

beforeAll(ensureBuilt, 90_000)

const library = fileURLToPath(new URL('../../dist/index.mjs', import.meta.url))

const programs = {
  bun: bunProgram,
  deno: () => npmProgram({ package: '@deno/linux-x64-glibc', version: '2.9.6', path: 'deno' }),
} as const

/** What each way to start says, one line each. */
const script = `
import { startMailServer, startMailServers, checkClient, scenarios } from ${JSON.stringify(library)}
const ways = {
  startMailServer: () => startMailServer({ protocol: 'pop3', mode: 'plain' }),
  startMailServers: () => startMailServers({ protocols: ['pop3'], modes: ['plain'] }),
  checkClient: () => checkClient(async () => {}, { protocols: ['pop3'], modes: ['plain'] }),
}
console.log('imported', scenarios.length > 20)
for (const [name, start] of Object.entries(ways)) {
  const said = await start().then(async (it) => (await it.close?.(), 'started'), ({ code, message }) => code + ' ' + message)
  console.log(name, said)
}
process.exit(0)
`

const refused = (name: string): string =>
  `UNSUPPORTED_RUNTIME mockmail cannot serve on ${name}, whose TLS sockets do not behave like Node's, so that clients would be judged wrongly. Run it with Node 20.19 or newer; the client may run on anything.`

describe.skipIf(offline)('a runtime that is no Node', () => {
  const runtimes = [
    ['bun', 'Bun', ['-e'], ['--bun']],
    ['deno', 'Deno', ['eval'], ['run', '-A']],
  ] as const

  it.each(runtimes)(
    '%s imports the library, and is refused by name when it starts servers',
    async (id, name, evaluate) => {
      const { output, status } = await run(await programs[id](), [...evaluate, script])
      expect(output.trim().split('\n')).toEqual([
        'imported true',
        `startMailServer ${refused(name)}`,
        `startMailServers ${refused(name)}`,
        `checkClient ${refused(name)}`,
      ])
      expect(status).toBe(0)
    },
  )

  it.each(runtimes)('%s is refused by the command line, with one sentence and 1', async (id, name, _, flags) => {
    const program = await programs[id]()
    for (const args of [
      ['up', 'good'],
      ['exec', 'good', '--', 'true'],
      ['check', 'good', '--', 'true'],
    ]) {
      const { output, status } = await run(program, [...flags, bin, ...args])
      expect(output).toBe(`mockmail: ${refused(name).replace('UNSUPPORTED_RUNTIME ', '')}\n`)
      expect(status).toBe(1)
    }
    const { output, status } = await run(program, [...flags, bin, 'list'])
    expect(output).toContain('\nexpired ')
    expect(status).toBe(0)
  })
})

describe('Node', () => {
  it('starts by the same script', async () => {
    const { output, status } = await run(process.execPath, ['--input-type=module', '-e', script])
    expect(output.trim().split('\n')).toEqual([
      'imported true',
      'startMailServer started',
      'startMailServers started',
      'checkClient started',
    ])
    expect(status).toBe(0)
  })
})
