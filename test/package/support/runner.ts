import { existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { openProject, type Project, type ProjectOptions, packTarball, type Tarball } from './project.ts'

/** Milliseconds for one run of a runner, or one installation, on a machine that may be busy. */
export const limit = 120_000

/** Words with which a runner says that a test left something running. */
export const leftOpen = /did not exit|open handle|force exited|close timed out|hanging/i

/** Packs the package once for the tests of a file. */
export function useTarball(): () => Tarball {
  let tarball: Tarball | undefined
  beforeAll(async () => {
    tarball = await packTarball()
  }, limit)
  afterAll(() => tarball?.remove())
  return () => {
    if (!tarball) throw new Error('The package was not packed.')
    return tarball
  }
}

/** A project with the packed package, for the tests of a `describe`. */
export function useProject(tarball: () => Tarball, options: ProjectOptions): () => Project {
  let project: Project | undefined
  beforeAll(async () => {
    project = await openProject(tarball(), options)
  }, limit)
  afterAll(() => project?.remove())
  return () => {
    if (!project) throw new Error('The project was not installed.')
    return project
  }
}

/** An environment in which the four files that share a fleet wait for each other. */
export const together = ({ directory }: Project): Readonly<Record<string, string>> => ({
  TOGETHER: mkdtempSync(join(directory, 'together-')),
})

/** Four files had the same CA, and nothing of the fleet is left. */
export function expectOneFleet(output: string): void {
  const lines = [...output.matchAll(/CA (?<hash>[0-9a-f]{64}) in (?<path>\S+)/g)].map(({ groups }) => groups)
  expect(lines).toHaveLength(4)
  const [line, ...others] = lines
  expect(others).toEqual([line, line, line])
  expect(existsSync(line?.['path'] ?? '.')).toBe(false)
  expect(output).not.toMatch(leftOpen)
}

/** What a wrong test fails with: the session of a client that took an expired certificate for good, `*` inside TLS. */
export function expectTranscript(output: string): void {
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
