// `mockmail up --json --log FILE` in mode plain, for a parent that attacks it and reads what it prints. Answers each message
// with the most memory that it took since it started; the message 'close' ends it as SIGTERM does.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const directory = mkdtempSync(join(tmpdir(), 'mockmail-abuse-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
process.argv.splice(2, Infinity, 'up', 'good', '--mode', 'plain', '--json', '--log', join(directory, 'log'))

process.on('message', (message) => {
  // In kibibytes.
  if (message !== 'close') return process.send({ largest: (process.resourceUsage().maxRSS * 1024) / 1e6 })
  process.send({ defects: [] }, () => {
    process.disconnect()
    process.kill(process.pid, 'SIGTERM')
  })
})
await import('../../dist/bin.mjs')
