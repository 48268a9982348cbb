import { afterAll, expect } from 'vitest'
import { endFile, watchTests } from './runner.ts'
import { vitestRunner } from './vitest-runner.ts'
import { watchedMatchers } from './watched.ts'

// For `setupFiles`: this file is loaded for its effect.
expect.extend(watchedMatchers(vitestRunner))
watchTests(vitestRunner)
afterAll(() => endFile(vitestRunner))

export { useMockMail } from './vitest.ts'
