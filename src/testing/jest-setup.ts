import { expect } from '@jest/globals'
import { jestRunner } from './jest-runner.ts'
import { watchTests } from './runner.ts'
import { watchedMatchers } from './watched.ts'

// For `setupFilesAfterEnv`: this file is loaded for its effect.
expect.extend(watchedMatchers(jestRunner) as unknown as Parameters<typeof expect.extend>[0])
watchTests(jestRunner)

export { useMockMail } from './jest.ts'
