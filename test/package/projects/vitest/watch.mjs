// Runs the tests, and runs them again as watch mode does after a change; says what a run has left in the workers.
import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { startVitest } from 'vitest/node'

const found = 'watched.txt'
writeFileSync(found, '')
const vitest = await startVitest('test', [], { watch: true, config: 'watch.config.mjs' })
await vitest.rerunFiles()
await vitest.rerunFiles()
const runs = readFileSync(found, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
const refused = ({ port }) =>
  new Promise((resolve) => {
    net
      .connect(port, '127.0.0.1')
      .once('error', () => resolve(true))
      .once('connect', () => resolve(false))
  })
console.log(`runs: ${runs.length}`)
console.log(`ports that nobody listens on any more: ${(await Promise.all(runs.map(refused))).filter(Boolean).length}`)
console.log(`listeners of the process: ${[...new Set(runs.map(({ listeners }) => listeners))]}`)
console.log(`servers that were there before: ${runs.map(({ servers }) => servers)}`)
await vitest.close()
