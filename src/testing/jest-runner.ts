import { afterAll, afterEach, beforeEach, expect } from '@jest/globals'
import { endFile, type Runner } from './runner.ts'

/** What jest lends to a file of tests. It tells a test neither how another ended nor whether some were left out. */
export const jestRunner: Runner = {
  file: () => expect.getState().testPath ?? '',
  filtered: () => false,
  afterScope(hook) {
    afterAll(() => hook({ over: 'scope' }))
  },
  eachTest(begins, ends) {
    const name = (): string => expect.getState().currentTestName ?? ''
    beforeEach(() => begins(name()))
    afterEach(() => ends({ id: name() }))
  },
}

// From within a describe nothing can be said for the end of the file, and jest loads modules anew for each; where no server
// was judged this does nothing.
afterAll(() => endFile(jestRunner))
