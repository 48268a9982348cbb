const shared = process.env.SHARED
  ? { globalSetup: 'mockmail/jest/global-setup', globalTeardown: 'mockmail/jest/global-teardown' }
  : {}

module.exports = {
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
  testMatch: [process.env.ESM ? '**/judged/*.test.mjs' : '**/judged/*.test.cjs'],
  testTimeout: 15_000,
  transform: {},
  ...shared,
}
