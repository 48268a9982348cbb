module.exports = { testEnvironment: 'node', testMatch: ['**/shared/one.test.js'] }
