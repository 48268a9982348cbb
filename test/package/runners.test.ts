import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NodeVersion, nodeProgram } from './support/nodes.ts'
import { openProject, type Project, packTarball, type Tarball } from './support/project.ts'
import { whyNoRegistry } from './support/registry.ts'

const offline = await whyNoRegistry()

let tarball: Tarball

beforeAll(async () => {
  tarball = await packTarball()
})
afterAll(() => tarball?.remove())

const limit = 120_000

/** Words with which a runner says that a test left something running. */
const leftOpen = /did not exit|open handle|force exited|close timed out|hanging/i

describe.skipIf(offline)('vitest', () => {
  const script = 'node_modules/vitest/vitest.mjs'

  describe('4', () => {
    const project = useProject({ template: 'vitest', install: ['vitest@4'], type: 'module' })

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
        const { status, output } = await project().node(script, ['run', '--config', 'wrong.config.mjs'], {
          timeout: limit,
        })
        expectTranscript(output)
        expect(status).toBe(1)
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
    const project = useProject({ template: 'vitest', install: ['vitest@3.2'], type: 'module' })

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
  })
})

describe.skipIf(offline)('jest, from CommonJS', () => {
  const script = 'node_modules/jest/bin/jest.js'

  describe('30', () => {
    const project = useProject({ template: 'jest', install: ['jest@30'] })

    it(
      'passes, and leaves no handle open',
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

  describe('29, the floor of the peer range', () => {
    const project = useProject({ template: 'jest', install: ['jest@29'] })

    it(
      'passes',
      async () => {
        const { status, output } = await project().node(script, [], { timeout: limit })
        expect(output).toMatch(/Test Suites: 4 passed, 4 total/)
        expect(output).not.toMatch(leftOpen)
        expect(status).toBe(0)
      },
      limit,
    )
  })
})

function useProject(options: Parameters<typeof openProject>[1]): () => Project {
  let project: Project | undefined
  beforeAll(async () => {
    project = await openProject(tarball, options)
  }, limit)
  afterAll(() => project?.remove())
  return () => {
    if (!project) throw new Error('The project was not installed.')
    return project
  }
}

/** The session of a client that took an expired certificate for good: POP3 with STARTTLS, `*` inside TLS. */
function expectTranscript(output: string): void {
  expect(output).toMatch(/expired \(pop3\/starttls, pop3:\/\/localhost:\d+\): expected to be refused, and was leaked/)
  expect(output).toContain('A strict client would reject: the current time is after notAfter.')
  const dialogue = [...output.matchAll(/^\s*(?<line>[CS]\*?: .*\S)/gm)].map(({ groups }) => groups?.['line'])
  expect(dialogue.slice(0, 6)).toEqual([
    'S: +OK mockmail POP3 server ready',
    'C: STLS',
    'S: +OK begin TLS negotiation',
    'C*: USER user@mockmail.test',
    'S*: +OK send PASS',
    'C*: PASS mockmail',
  ])
}
