export default {
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
  testMatch: ['**/setup.test.mjs'],
  setupFilesAfterEnv: ['mockmail/jest/setup'],
}
