// Prints what a test run came to as one plain line.
import { readFileSync } from 'node:fs'

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites, testResults } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
)
// A file that fails before its first test has no failed test, and is a failure all the same.
const broken = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
)
const failed = numFailedTests + (broken.length || (numFailedTests === 0 && numFailedTestSuites > 0 ? 1 : 0))
const skipped = numPendingTests + numTodoTests
console.log(`${numPassedTests} passed, ${failed} failed, ${skipped} skipped`)
