import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import type { Runner } from './runner.ts'

/** Of a suite, or a file, what says whether its tests are over. */
interface Task {
  readonly type: string
  readonly mode: string
  readonly filepath?: string
  readonly file: Task
  readonly tasks?: readonly Task[]
  readonly result?: { readonly state: string; readonly errors?: readonly { readonly message?: string }[] } | undefined
}

/** What vitest lends to a file of tests. */
export const vitestRunner: Runner = {
  file: () => expect.getState().testPath ?? '',
  // A worker that does not tell is taken for one that leaves nothing out.
  filtered() {
    const worker = (globalThis as { __vitest_worker__?: { readonly config?: { readonly testNamePattern?: unknown } } })
      .__vitest_worker__
    return worker?.config?.testNamePattern !== undefined
  },
  afterScope(hook) {
    // The suite is the first argument or the second, and a first one that is named is taken for a fixture.
    afterAll(async function () {
      // biome-ignore lint/complexity/noArguments: see above
      const suite = [...(arguments as Iterable<unknown>)].find(isTask)
      const isFile = suite === undefined || suite.filepath !== undefined
      await hook({ over: isFile ? 'file' : toRun(suite.file, suite) ? 'scope' : 'last scope' })
    })
  },
  eachTest(begins, ends) {
    beforeEach(({ task }) => begins(task))
    afterEach(({ task }) => {
      const { state, errors = [] } = task.result ?? {}
      const failed = state === 'fail' ? ['', ...errors.map(({ message }) => message)] : []
      ends({ id: task, errors: failed, tell: (text) => console.error(text) })
    })
  },
}

const isTask = (it: unknown): it is Task => typeof it === 'object' && it !== null && 'file' in it && 'mode' in it

/** Whether a test is still to end, other than those of one suite that is over. */
function toRun(task: Task, butNot: Task): boolean {
  if (task === butNot || (task.mode !== 'run' && task.mode !== 'queued')) return false
  if (task.tasks) return task.tasks.some((one) => toRun(one, butNot))
  return task.result === undefined || ['run', 'queue', 'queued'].includes(task.result.state)
}
