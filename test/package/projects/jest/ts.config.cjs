module.exports = { preset: 'ts-jest', testEnvironment: 'node', testMatch: ['**/ts/*.spec.ts'], testTimeout: 15_000 }
