import { describe, expect, it } from 'vitest'
import { expectVerdicts, type Verdicts, writeJudged } from './support/judged.ts'
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

const script = 'node_modules/jest/bin/jest.js'
const esm = { NODE_OPTIONS: '--experimental-vm-modules' }

describe.skipIf(offline)('jest', () => {
  const tarball = useTarball()

  describe('30', () => {
    const project = useProject(tarball, { template: 'jest', install: ['jest@30'] })

    it(
      'passes from CommonJS, and leaves no handle open',
      async () => {
        const { status, output } = await project().node(script, ['--detectOpenHandles'], { timeout: limit })
        expect(output).toMatch(/Test Suites: 4 passed, 4 total/)
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(0)
      },
      limit,
    )

    it(
      'fails a wrong test with the dialogue in its message',
      async () => {
        const args = ['--testPathIgnorePatterns', 'nothing', '--runTestsByPath', 'wrong.spec.js']
        const { status, output } = await project().node(script, args, { timeout: limit })
        expectTranscript(output)
        expect(status).toBe(1)
      },
      limit,
    )

    it(
      'passes from ES modules, leaves no handle open, and fails a wrong test with the dialogue in its message',
      async () => {
        const args = ['--config', 'esm.config.mjs', '--detectOpenHandles']
        const { status, output } = await project().node(script, args, { env: esm, timeout: limit })
        expect(output).toMatch(/^PASS .*right\.spec\.mjs/m)
        expect(output).toMatch(/^FAIL .*wrong\.spec\.mjs/m)
        expect(output).toMatch(/Tests: {7}1 failed, 4 passed, 5 total/)
        expect(output).not.toMatch(leftOpen)
        expectTranscript(output)
        expect(status).toBe(1)
      },
      limit,
    )

    it(
      'ends although tests timed out while their clients hang, and leaves no handle open',
      async () => {
        const args = ['--config', 'endless.config.cjs', '--detectOpenHandles']
        const { status, output } = await project().node(script, args, { timeout: limit })
        expect(output).toMatch(/Tests: {7}5 failed, 5 total/)
        expect(output).toContain('Exceeded timeout of 300 ms')
        expect(output).toContain('every client was ended')
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(1)
      },
      limit,
    )

    it(
      'shares a fleet among files that run side by side',
      async () => {
        const args = ['--config', 'shared.config.cjs', '--maxWorkers', '4']
        const { status, output } = await project().node(script, args, { timeout: limit, env: together(project()) })
        expect(output).toMatch(/Tests: {7}28 passed, 28 total/)
        expectOneFleet(output)
        expect(status).toBe(0)
      },
      limit,
    )

    it(
      'shares a fleet in a single process, and leaves no handle open',
      async () => {
        const args = ['--config', 'shared.config.cjs', '--runInBand', '--detectOpenHandles']
        const { status, output } = await project().node(script, args, { timeout: limit })
        expect(output).toMatch(/Tests: {7}24 passed, 24 total/)
        expectOneFleet(output)
        expect(status).toBe(0)
      },
      limit,
    )

    it.each([
      ['from CommonJS', [], {}],
      ['from CommonJS, with a shared fleet', [], { SHARED: '1' }],
      ['from ES modules, in band', ['--runInBand'], { ESM: '1', ...esm }],
    ])(
      'fails what does not count and says why, and passes what does: %s',
      async (_, args, env) => {
        await judge(project(), args, env)
      },
      limit,
    )

    it(
      'judges one file alone, and a file whose tests are filtered, by its control',
      async () => {
        await judge(project(), ['judged/distrustful.test'], {}, { distrustful: 'NO_CONTROL' })
        await judge(
          project(),
          ['-t', 'is refused', 'judged/with'],
          {},
          {
            'with-control': null,
            'with-failing-control': 'was no control: came to refused',
            'without-control': 'NO_CONTROL',
          },
        )
      },
      limit,
    )

    it(
      'says which modules start and close the fleet that it was asked to share',
      async () => {
        const { status, output } = await project().node(script, ['--config', 'unshared.config.cjs'], { timeout: limit })
        expect(output).toContain("globalSetup: 'mockmail/jest/global-setup'")
        expect(output).toContain("globalTeardown: 'mockmail/jest/global-teardown'")
        expect(status).toBe(1)
      },
      limit,
    )

    it(
      'has the matchers of mockmail/jest/setup from ES modules',
      () => expectSetup(project(), 'setup-esm.config.mjs', esm),
      limit,
    )

    it('has the matchers of mockmail/jest/setup from CommonJS', () => expectSetup(project(), 'setup.config.cjs'), limit)

    it.each<NodeVersion>(['22.20.0', '24.9.0'])(
      'passes on Node %s',
      async (version) => {
        const program = await nodeProgram(version)
        const { status, output } = await project().node(script, [], { program, timeout: limit })
        expect(output).toMatch(/Test Suites: 4 passed, 4 total/)
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(0)
      },
      limit,
    )
  })

  describe('29, the floor of the peer range, with ts-jest and TypeScript 5.0', () => {
    const project = useProject(tarball, {
      template: 'jest',
      install: ['jest@29', 'ts-jest@29', 'typescript@5.0.4', '@types/jest@29', '@types/node@20'],
    })

    it(
      'passes from CommonJS',
      async () => {
        const { status, output } = await project().node(script, [], { timeout: limit })
        expect(output).toMatch(/Test Suites: 4 passed, 4 total/)
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(0)
      },
      limit,
    )

    it(
      'passes from TypeScript, whose types are checked, and fails a wrong test with the dialogue in its message',
      async () => {
        const { status, output } = await project().node(script, ['--config', 'ts.config.cjs'], { timeout: limit })
        expect(output).toMatch(/^PASS ts\/right\.spec\.ts/m)
        expect(output).toMatch(/^FAIL ts\/wrong\.spec\.ts/m)
        expect(output).toMatch(/^FAIL ts\/mistyped\.spec\.ts/m)
        expect(output).toContain(`Type '"expird"' is not assignable to type`)
        expect(output).toMatch(/Tests: {7}1 failed, 4 passed, 5 total/)
        expectTranscript(output)
        expect(status).toBe(1)
      },
      limit,
    )

    it(
      'shares a fleet among its files, started by a global setup of their own',
      async () => {
        const { status, output } = await project().node(
          script,
          ['--config', 'shared.config.cjs', '--globalSetup', './own-setup.cjs'],
          { timeout: limit },
        )
        expect(output).toMatch(/Tests: {7}24 passed, 24 total/)
        expectOneFleet(output)
        expect(status).toBe(0)
      },
      limit,
    )

    it(
      'has types that compile whole, without skipLibCheck, with `moduleResolution: node`',
      async () => {
        const compiler = 'node_modules/typescript/lib/tsc.js'
        const { status, output } = await project().node(compiler, ['--project', 'tsconfig.json'], { timeout: limit })
        // Errors begin a line; what they are made of is indented.
        expect(output.match(/^\S.*/gm)).toEqual([
          expect.stringMatching(/^ts\/mistyped\.spec\.ts\(\d+,\d+\): error TS2/),
        ])
        expect(status).not.toBe(0)
      },
      limit,
    )

    it(
      'fails what does not count and says why, and passes what does',
      async () => {
        await judge(project())
      },
      limit,
    )

    it('has the matchers of mockmail/jest/setup', () => expectSetup(project(), 'setup.config.cjs'), limit)
  })
})

/** Runs the files of `judged`: each must come to what it must. */
async function judge(
  project: Project,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  wanted?: Verdicts,
): Promise<void> {
  const run = (name: string): string => `runWith({ useMockMail, describe, expect, it }, '${name}')\n`
  writeJudged(project, 'test.cjs', (name) => `${inCommonJs}${run(name)}`)
  writeJudged(project, 'test.mjs', (name) => `${inEsm}${run(name)}`)
  const all = ['--config', 'judged.config.cjs', '--json', '--outputFile', 'judged.json', ...args]
  const { status, output } = await project.node(script, all, { env, timeout: limit })
  expectVerdicts(project, output, wanted)
  expect(output).not.toMatch(leftOpen)
  expect(status).toBe(1)
}

const inCommonJs = `const { useMockMail } = require('mockmail/jest')
const { runWith } = require('../judged-jest.cjs')
`
const inEsm = `import { describe, expect, it } from '@jest/globals'
import { useMockMail } from 'mockmail/jest'
import { runWith } from '../judged-jest.cjs'
`

/** Files that start their servers themselves: right ones and a wrong one. */
async function expectSetup(
  project: Project,
  config: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { status, output } = await project.node(script, ['--config', config], { env, timeout: limit })
  expect(output).toMatch(/Tests: {7}1 failed, 2 passed, 3 total/)
  expectTranscript(output)
  expect(status).toBe(1)
}
