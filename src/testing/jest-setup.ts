import { expect } from '@jest/globals'
import { matchers } from './matchers.ts'

// For `setupFilesAfterEnv`: this file is loaded for its effect.
expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0])

export { useMockMail } from './jest.ts'
