module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/shared/*.test.js'],
  testTimeout: 15_000,
  globalSetup: 'mockmail/jest/global-setup',
  globalTeardown: 'mockmail/jest/global-teardown',
}
