import { fileNow, openFile, type TestFile } from './test-file.ts'

/** A test that is over. */
export interface EndedTest {
  readonly id: unknown
  /** What it failed with; none where it passed, absent where the runner does not tell. */
  readonly errors?: readonly string[]
  /** Prints beside the test's own output. */
  tell?(text: string): void
}

/** A `describe` that is over, the last one with tests in its file, or the file; a `describe` also where the runner does not tell. */
export interface EndedScope {
  readonly over: 'scope' | 'last scope' | 'file'
}

/** What a runner lends. */
export interface Runner {
  /** Names the file whose tests run. */
  file(): string
  /** Whether the runner was told to leave tests out; false where it does not tell. */
  filtered(): boolean
  /** When the tests of this `describe`, or file, are over. */
  afterScope(hook: (ended: EndedScope) => Promise<void>): void
  /** Before and after each test of this `describe`, or file. */
  eachTest(begins: (test: unknown) => void, ends: (test: EndedTest) => void): void
  /** Once per file, for a runner that can do it from anywhere: after all tests. */
  afterFile?(hook: () => Promise<void>): void
}

/** Watches the tests of this `describe`, or file. */
export function watchTests(runner: Runner): TestFile {
  const file = openFile(runner.file())
  // Where one hook fails, node:test runs no other.
  if (!file.ends) runner.afterFile?.(() => endWhole(file, runner))
  file.ends = true
  runner.eachTest(
    (test) => file.testBegins(test),
    ({ id, errors, tell }) => {
      if (!file.isRunning(id)) return
      const failed = errors !== undefined && errors.length > 0
      if (failed) for (const text of file.dialoguesOf(id, { butNot: errors.join('\n') })) tell?.(text)
      file.testEnds(id, { failed })
    },
  )
  return file
}

/** The end of a file, after which none of its servers is left. */
export async function endWhole(file: TestFile, { filtered }: Pick<Runner, 'filtered'>): Promise<void> {
  try {
    await file.end({ filtered: filtered() })
  } finally {
    await file.close()
  }
}

/** The end of a file whose runner calls for it by a hook of its own. */
export const endFile = (runner: Pick<Runner, 'file' | 'filtered'>): Promise<void> =>
  fileNow(runner.file()).end({ filtered: runner.filtered() })
