module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/*.spec.js'],
  testPathIgnorePatterns: ['/node_modules/', '/wrong\\.spec\\.js$'],
  testTimeout: 15_000,
}
