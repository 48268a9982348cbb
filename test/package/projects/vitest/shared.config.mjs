export default {
  test: { include: ['shared/*.test.mjs'], globalSetup: ['mockmail/vitest/global-setup'], testTimeout: 15_000 },
}
