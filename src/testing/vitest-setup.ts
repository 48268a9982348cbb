import { expect } from 'vitest'
import { matchers } from './matchers.ts'

// For `setupFiles`: this file is loaded for its effect.
expect.extend(matchers)

export { useMockMail } from './vitest.ts'
