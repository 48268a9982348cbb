const shared = process.env.SHARED ? { globalSetup: ['mockmail/vitest/global-setup'] } : {}

export default { test: { include: ['judged/*.test.mjs'], testTimeout: 15_000, ...shared } }
