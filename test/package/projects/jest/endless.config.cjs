module.exports = { testEnvironment: 'node', testMatch: ['**/endless.test.js'] }
