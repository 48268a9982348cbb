export default {
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
  testMatch: ['**/*.spec.mjs'],
  testTimeout: 15_000,
}
