import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { bundledPackages, licenceOf } from '../../scripts/generate/licences.ts'
import { verdicts, writeJudged } from './support/judged.ts'
import { nodeProgram, nodeVersions } from './support/nodes.ts'
import { openProject, type Project, packTarball, type Tarball } from './support/project.ts'
import { whyNoRegistry } from './support/registry.ts'
import { expectTranscript } from './support/runner.ts'
import { mustRun, run } from './support/shell.ts'

// Each test starts programs of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const root = fileURLToPath(new URL('../../', import.meta.url))

const offline = await whyNoRegistry()

const differing = ['right', 'nested', 'nested-without-control', 'with-failing-control', 'forgotten', 'leak-in-time-out']

let tarball: Tarball
let project: Project

beforeAll(async () => {
  tarball = await packTarball()
  if (!offline) project = await openProject(tarball, { template: 'plain' })
}, 180_000)

afterAll(() => {
  project?.remove()
  tarball?.remove()
})

describe('the tarball', () => {
  it('carries what runs, its types, its schemas and its licence, and nothing to build it from', () => {
    expect(tarball.files).toEqual(
      expect.arrayContaining(['package.json', 'LICENSE', 'dist/bin.mjs', 'dist/index.cjs', 'dist/index.mjs']),
    )
    expect(tarball.files).toEqual(
      expect.arrayContaining(['dist/index.d.cts', 'dist/index.d.mts', 'schemas/ready.json']),
    )
    const folders = new Set(
      tarball.files.map((path) => path.replace(/\/[^/]*$/, '')).filter((path) => path.includes('/')),
    )
    expect([...folders].sort()).toEqual(['fixtures/keys', 'fixtures/messages'])
    expect(tarball.files.filter((path) => /^(?:src|test|scripts)\//.test(path))).toEqual([])
  })

  it('carries the licence of each package that travels inside it, in its own words', () => {
    const words = readFileSync(join(root, 'THIRD-PARTY-LICENSES.md'), 'utf8')
    expect(tarball.files).toContain('THIRD-PARTY-LICENSES.md')
    expect(bundledPackages()).toEqual(['get-port', 'fastest-levenshtein', 'hono', '@hono/node-server'])
    for (const name of bundledPackages()) expect(words).toContain(licenceOf(root, name))
    expect(words).toMatch(/Copyright \(c\) Sindre Sorhus[\s\S]*Copyright \(c\) 2020 Kasper Unn Weihe/)
  })

  it('runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest.scripts)
    expect(scripts.filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name))).toEqual([])
  })

  it('has every file that its entries name', () => {
    const named = JSON.stringify([
      manifest.exports,
      manifest.main,
      manifest.types,
      manifest.bin,
      manifest.typesVersions,
    ])
    const paths = [...named.matchAll(/(?:\.\/)?(dist\/[\w.-]+)/g)].map((match) => match[1])
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter((path) => path && !tarball.files.includes(path))).toEqual([])
  })
})

describe.skipIf(offline)('a fresh project', () => {
  describe.each(nodeVersions)('on Node %s', (version) => {
    let program: string
    beforeAll(async () => {
      program = await nodeProgram(version)
    }, 180_000)

    it.each(['check.mjs', 'check.cjs'])(
      'serves, traces TLS back to its connection, reads alerts by name and leaves nothing open: %s',
      async (script) => {
        const { status, output } = await project.node(script, [], { program, timeout: 60_000 })
        expect(output).toMatch(new RegExp(`^(?:ESM|CommonJS) on v${version}: nothing is left open$`, 'm'))
        expect(output.match(/(?:good|expired) \w+\/\w+ \w+/g)).toEqual([
          'good smtp/implicit accepted',
          'good smtp/starttls accepted',
          'good imap/implicit accepted',
          'good imap/starttls accepted',
          'good pop3/implicit accepted',
          'good pop3/starttls accepted',
          'expired smtp/implicit refused',
          'expired smtp/starttls refused',
          'expired imap/implicit refused',
          'expired imap/starttls refused',
          'expired pop3/implicit refused',
          'expired pop3/starttls refused',
        ])
        for (const client of ['openssl', 'python']) {
          expect(output).toMatch(new RegExp(`${client} (?:sent alert:unknown_ca|is not on this machine, skipped)`))
        }
        if (output.includes('skipped')) console.warn(output.match(/.*skipped/g)?.join('\n'))
        expect(status).toBe(0)
      },
      70_000,
    )

    it('has a helper for node:test', async () => {
      const { status, output } = await project.node('node-test.mjs', [], { program, timeout: 30_000 })
      expect(output).toMatch(/^# pass 2$|^ℹ pass 2$/m)
      expect(status).toBe(0)
    }, 60_000)

    it('fails a wrong test of node:test with the dialogue in its message', async () => {
      const { status, output } = await project.node('node-test-wrong.mjs', [], { program, timeout: 30_000 })
      expectTranscript(output)
      expect(output).toMatch(/^# fail 1$|^ℹ fail 1$/m)
      expect(status).toBe(1)
    }, 60_000)

    it('fails what does not count in node:test and says why, and passes what does', async () => {
      writeJudged(project, 'test.mjs', (name) => `import { run } from '../judged-lib.mjs'\nrun('${name}')\n`)
      // All of them on one Node, and on the others what they could differ in: how a failed hook and a failed test are told.
      const names = version === nodeVersions[0] ? Object.keys(verdicts) : [...differing]
      const came: Record<string, number | null> = {}
      const judge = async (): Promise<void> => {
        for (let name = names.shift(); name !== undefined; name = names.shift()) {
          const { status, output } = await project.node(`judged/${name}.test.mjs`, [], { program, timeout: 30_000 })
          const told = verdicts[name]
          if (told) expect(output, name).toContain(told)
          came[name] = status
        }
      }
      await Promise.all([judge(), judge(), judge()])
      expect(came).toEqual(Object.fromEntries(Object.keys(came).map((name) => [name, verdicts[name] === null ? 0 : 1])))
    }, 60_000)

    it('ends although tests of node:test timed out while their clients hang', async () => {
      const { status, output } = await project.node('endless.mjs', [], { program, timeout: 30_000 })
      expect(output.match(/^ *error: 'test timed out after 300ms'|^ *'test timed out after 300ms'/gm)).toHaveLength(5)
      expect(output).toContain('every client was ended')
      expect(status).toBe(1)
    }, 60_000)

    it('has a command line', async () => {
      const bin = 'node_modules/mockmail/dist/bin.mjs'
      expect((await project.node(bin, ['--version'], { program })).output.trim()).toBe(manifest.version)
      const { entries } = JSON.parse((await project.node(bin, ['list', '--json'], { program })).output) as {
        entries: { id: string }[]
      }
      expect(entries.map(({ id }) => id)).toContain('expired')
      const inner = ['-e', 'console.log(process.env.MOCKMAIL_SCENARIO, process.env.MOCKMAIL_URL)']
      const args = ['exec', 'expired', '--protocol', 'imap', '--mode', 'implicit', '--', program, ...inner]
      const { status, output } = await project.node(bin, args, { program, timeout: 30_000 })
      expect(output).toMatch(/^expired imaps:\/\/localhost:\d+$/m)
      expect(status).toBe(0)
    }, 60_000)
  })

  it('has the command that bin names, and refuses a mistyped scenario with 2', async () => {
    const bin = join(project.directory, 'node_modules/.bin/mockmail')
    expect(existsSync(bin)).toBe(true)
    expect((await mustRun(bin, ['--version'])).trim()).toBe(manifest.version)
    const { status, output } = await run(bin, ['up', 'expird'])
    expect(output).toContain("Did you mean 'expired'?")
    expect(status).toBe(2)
  })

  it('finds the schemas under the name of the package', async () => {
    const script = "console.log(require('mockmail/schemas/ready.json').title)"
    expect(await mustRun(process.execPath, ['-e', script], { cwd: project.directory })).toBe('mockmail: ready\n')
  })
})
