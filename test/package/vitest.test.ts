import { describe, expect, it } from 'vitest'
import { expectVerdicts, writeJudged } from './support/judged.ts'
import { type NodeVersion, nodeProgram } from './support/nodes.ts'
import type { Project } from './support/project.ts'
import { whyNoRegistry } from './support/registry.ts'
import {
  expectOneFleet,
  expectTranscript,
  leftOpen,
  limit,
  together,
  useProject,
  useTarball,
} from './support/runner.ts'

const offline = await whyNoRegistry()

describe.skipIf(offline)('vitest', () => {
  const script = 'node_modules/vitest/vitest.mjs'
  const tarball = useTarball()

  /** Runs the files of `judged`, and hands back what was printed. */
  const judge = async (project: Project, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) => {
    writeJudged(project, 'test.mjs', (name) => `import { run } from '../judged-lib.mjs'\nrun('${name}')\n`)
    const reporters = ['--reporter=default', '--reporter=json', '--outputFile=judged.json']
    const all = ['run', '--config', 'judged.config.mjs', ...reporters, ...args]
    const { status, output } = await project.node(script, all, { env, timeout: limit })
    expect(output).not.toMatch(leftOpen)
    expect(status).toBe(1)
    return output
  }

  describe('4', () => {
    const project = useProject(tarball, { template: 'vitest', install: ['vitest@4'], type: 'module' })

    it.each(['threads', 'forks'])(
      'passes in %s, and ends',
      async (pool) => {
        const { status, output } = await project().node(script, ['run', '--pool', pool], { timeout: limit })
        expect(output).toMatch(/Test Files {2}4 passed \(4\)/)
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(0)
      },
      limit,
    )

    it(
      'fails a wrong test with the dialogue in its message',
      async () => {
        const args = ['run', '--config', 'wrong.config.mjs']
        const { status, output } = await project().node(script, args, { timeout: limit })
        expectTranscript(output)
        expect(status).toBe(1)
      },
      limit,
    )

    it(
      'has the matchers of mockmail/vitest/setup in every file, also in one that starts its servers itself',
      async () => {
        const args = ['run', '--config', 'setup.config.mjs']
        const { status, output } = await project().node(script, args, { timeout: limit })
        expect(output).toMatch(/Tests {2}1 failed \| 2 passed \(3\)/)
        expectTranscript(output)
        expect(status).toBe(1)
      },
      limit,
    )

    it.each(['threads', 'forks'])(
      'ends in %s although tests timed out while their clients hang',
      async (pool) => {
        const args = ['run', '--config', 'endless.config.mjs', '--pool', pool]
        const { status, output } = await project().node(script, args, { timeout: limit })
        expect(output).toMatch(/Tests {2}5 failed \(5\)/)
        expect(output.match(/Error: .*/g)).toEqual(['Error: Test timed out in 300ms.'])
        expect(output).toContain('every client was ended')
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(1)
      },
      limit,
    )

    it.each(['threads', 'forks'])(
      'shares a fleet among files that run side by side in %s',
      async (pool) => {
        const args = ['run', '--config', 'shared.config.mjs', '--pool', pool, '--maxWorkers', '4']
        const { status, output } = await project().node(script, args, { timeout: limit, env: together(project()) })
        expect(output).toMatch(/Tests {2}28 passed \(28\)/)
        expectOneFleet(output)
        expect(status).toBe(0)
      },
      limit,
    )

    it(
      'says which module starts the fleet that it was asked to share',
      async () => {
        const args = ['run', '--config', 'unshared.config.mjs']
        const { status, output } = await project().node(script, args, { timeout: limit })
        expect(output).toContain(
          "needs the fleet that a global setup starts: globalSetup: 'mockmail/vitest/global-setup'",
        )
        expect(status).toBe(1)
      },
      limit,
    )

    it(
      'leaves no server and no listener for the next run in watch mode',
      async () => {
        const { status, output } = await project().node('watch.mjs', [], { timeout: limit })
        expect(output).toMatch(/^runs: 3$/m)
        expect(output).toMatch(/^ports that nobody listens on any more: 3$/m)
        expect(output).toMatch(/^listeners of the process: \d+$/m)
        expect(output).toMatch(/^servers that were there before: 0,0,0$/m)
        expect(status).toBe(0)
      },
      limit,
    )

    it.each([
      ['in threads', ['--pool', 'threads'], {}],
      ['in forks, with a shared fleet', ['--pool', 'forks'], { SHARED: '1' }],
      ['one file behind the other in one worker', ['--no-isolate', '--maxWorkers', '1'], {}],
    ])(
      'fails what does not count and says why, and passes what does: %s',
      async (_, args, env) => {
        const output = await judge(project(), args, env)
        expectVerdicts(project(), output)
      },
      limit,
    )

    it(
      'judges a file whose tests are filtered by its control, and only says so where it has none',
      async () => {
        const output = await judge(project(), ['-t', 'is refused', 'with-control', 'with-failing', 'without-control'])
        expectVerdicts(project(), output, {
          'with-control': null,
          'with-failing-control': 'was no control: came to refused',
          'nested-without-control': null,
          'without-control': null,
        })
        expect(output.match(/^Not decided, as tests were filtered out: NO_CONTROL/gm)).toHaveLength(2)
      },
      limit,
    )

    it.each<NodeVersion>(['22.20.0', '24.9.0'])(
      'passes on Node %s',
      async (version) => {
        const program = await nodeProgram(version)
        const { status, output } = await project().node(script, ['run'], { program, timeout: limit })
        expect(output).toMatch(/Test Files {2}4 passed \(4\)/)
        expect(status).toBe(0)
      },
      limit,
    )
  })

  describe('3.2, the floor of the peer range', () => {
    const project = useProject(tarball, { template: 'vitest', install: ['vitest@3.2'], type: 'module' })

    it(
      'fails what does not count and says why, and passes what does',
      async () => expectVerdicts(project(), await judge(project())),
      limit,
    )

    it(
      'passes',
      async () => {
        const { status, output } = await project().node(script, ['run'], { timeout: limit })
        expect(output).toMatch(/Test Files {2}4 passed \(4\)/)
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(0)
      },
      limit,
    )

    it(
      'shares a fleet among its files',
      async () => {
        const { status, output } = await project().node(script, ['run', '--config', 'shared.config.mjs'], {
          timeout: limit,
        })
        expect(output).toMatch(/Tests {2}24 passed \(24\)/)
        expectOneFleet(output)
        expect(status).toBe(0)
      },
      limit,
    )
  })
})
