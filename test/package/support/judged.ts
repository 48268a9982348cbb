import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Project } from './project.ts'

const definitions = fileURLToPath(new URL('../projects/shared/judged.cjs', import.meta.url))

/** Of each file what it is told where it is red; null where it is green. */
export type Verdicts = Readonly<Record<string, string | null>>

/** Of all that `judged.cjs` defines. */
export const { verdicts } = createRequire(import.meta.url)(definitions) as { readonly verdicts: Verdicts }

/** One file of tests for each, in the folder `judged`. */
export function writeJudged({ directory }: Project, ending: string, text: (name: string) => string): void {
  mkdirSync(join(directory, 'judged'), { recursive: true })
  for (const name of Object.keys(verdicts)) writeFileSync(join(directory, 'judged', `${name}.${ending}`), text(name))
}

/** The JSON report of vitest or jest. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly failureMessages?: readonly string[] | null
    }[]
  }[]
}

/** Every file came to what it must, and was told why. */
export function expectVerdicts({ directory }: Project, output: string, wanted: Verdicts = verdicts): void {
  const { testResults } = JSON.parse(readFileSync(join(directory, 'judged.json'), 'utf8')) as Report
  const came = testResults.map(({ name, status }) => [basename(name).split('.')[0], status])
  expect(Object.fromEntries(came)).toEqual(
    Object.fromEntries(Object.entries(wanted).map(([name, told]) => [name, told === null ? 'passed' : 'failed'])),
  )
  for (const [name, told] of Object.entries(wanted)) if (told !== null) expect(output, name).toContain(told)
}
