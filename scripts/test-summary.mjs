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
const shaken = testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0),
)
for (const { fullName, failureMessages } of shaken)
  console.log(`passed at the second try only: ${fullName}: ${failureMessages[0].split('\n')[0]}`)
console.log(`${numPassedTests} passed, ${failed} failed, ${skipped} skipped`)
