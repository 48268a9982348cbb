import { expect } from 'vitest'
import { matchers } from './matchers.ts'
import './vitest.ts'

// For `setupFiles`: this file is loaded for its effect.
expect.extend(matchers)
