import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most of a test's time is waiting for a client, so two files at a time do no harm on two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Real programs on a busy machine fail once in some ten thousand runs. scripts/test-summary.mjs names what needed a second try.
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['default', ['json', { outputFile: process.env['TEST_RESULTS'] ?? 'temp/test-results.json' }]],
    coverage: { include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
})
