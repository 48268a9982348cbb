module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/setup.test.js'],
  setupFilesAfterEnv: ['mockmail/jest/setup'],
}
