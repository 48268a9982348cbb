import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, it, vi } from 'vitest'
import { bin, ensureBuilt } from '../cli/mockmail.ts'
import { describeWith, run, temporaryDirectory } from '../support/programs.ts'

// A compiler, a test runner and eight runs of a client, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })
beforeAll(ensureBuilt, 120_000)

const folder = resolve(import.meta.dirname, '../../examples/suites')
const junit = '/usr/share/java/junit-platform-console-standalone.jar'

/** A suite in another language: what it needs, what builds it in its folder, and what runs it. */
interface Suite {
  readonly name: string
  readonly folder: string
  readonly file: string
  readonly programs: readonly string[]
  readonly build?: readonly string[]
  readonly test: readonly string[]
  /** What its runner says of a suite that passes. */
  readonly passed: RegExp
}

const suites: readonly Suite[] = [
  {
    ...{ name: 'pytest', folder: 'python', file: 'test_client.py' },
    programs: ['/usr/bin/pytest-3', '/usr/bin/python3'],
    test: ['/usr/bin/python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider'],
    passed: /4 passed/,
  },
  {
    ...{ name: 'Go testing', folder: 'go', file: 'client_test.go' },
    programs: ['go'],
    // Compiled before the servers are there.
    build: ['go', 'test', '-c', '-o', 'client.test'],
    test: ['./client.test', '-test.v'],
    passed: /--- PASS: TestClient\/untrusted-root/,
  },
  {
    ...{ name: 'JUnit 5', folder: 'java', file: 'ClientTest.java' },
    programs: ['javac', junit],
    build: ['javac', '-cp', junit, '-d', '.', 'Client.java', 'ClientTest.java'],
    test: ['java', '-jar', junit, '-cp', '.', '--scan-classpath', '--disable-banner'],
    passed: /4 tests successful/,
  },
  {
    ...{ name: 'minitest', folder: 'ruby', file: 'test_client.rb' },
    programs: ['ruby', '/usr/share/doc/ruby-minitest'],
    test: ['ruby', 'test_client.rb'],
    passed: /4 runs, 8 assertions, 0 failures/,
  },
  {
    ...{ name: 'PHPUnit', folder: 'php', file: 'ClientTest.php' },
    programs: ['phpunit'],
    test: ['phpunit', '--do-not-cache-result', 'ClientTest.php'],
    passed: /OK \(1 test, 4 assertions\)/,
  },
  {
    ...{ name: 'cargo test', folder: 'rust', file: 'tests/client.rs' },
    programs: ['cargo', 'curl'],
    build: ['cargo', 'test', '--offline', '--no-run'],
    test: ['cargo', 'test', '--offline'],
    passed: /1 passed/,
  },
]

for (const suite of suites) {
  describeWith(suite.programs, `the suite of ${suite.name} over the control API`, () => {
    const runs = async (environment: Readonly<Record<string, string>>) => {
      using place = temporaryDirectory()
      cpSync(join(folder, suite.folder), place.path, { recursive: true })
      const options = { cwd: place.path, timeout: 110_000 }
      const [builder, ...buildArgs] = suite.build ?? []
      if (builder) {
        const built = await run(builder, buildArgs, options)
        if (built.status !== 0) throw new Error(`${suite.name} cannot be built: ${built.stdout}${built.stderr}`)
      }
      const serving = ['exec', 'good', '--protocol', 'imap', '--mode', 'implicit', '--quiet', '--api']
      return await run(process.execPath, [bin, ...serving, '--', ...suite.test], {
        ...options,
        environment,
      })
    }

    it('passes with a client that verifies', async () => {
      const { status, stdout, stderr } = await runs({})
      expect([status, stdout + stderr]).toEqual([0, expect.stringMatching(suite.passed)])
    })

    it('is red with a careless client, and says that it leaked', async () => {
      const { status, stdout, stderr } = await runs({ CARELESS: '1' })
      expect([status === 0, stdout + stderr]).toEqual([
        false,
        expect.stringContaining('leak-credentials-untrusted-tls'),
      ])
    })
  })
}

it.each(suites)('the suite of $name has at most 25 lines, imports aside', ({ folder: language, file }) => {
  const text = readFileSync(join(folder, language, file), 'utf8').replace(/^import \([^)]*\)/m, '')
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(?:import|package|use|require|from)\b/.test(line))
  expect(lines.length).toBeLessThanOrEqual(25)
})

it('every folder of suites is run', () => {
  expect(readdirSync(folder).filter((name) => !name.includes('.'))).toEqual(suites.map((suite) => suite.folder).sort())
})
