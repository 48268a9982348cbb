import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { startMailServers } from '../../src/index.ts'
import { openSession, read } from './session.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function cycle(): Promise<void> {
  const servers = await startMailServers({ scenarios: ['good', 'expired'], protocols: ['imap'] })
  const { stream } = await openSession(servers.endpoint({ scenario: 'good', mode: 'starttls' }))
  const answered = read(stream, /^a OK/m)
  stream.write('a LOGIN u p\r\n')
  await answered
  await servers.close()
}

/** Bytes in use once everything that can go has gone. */
async function used(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

const resources = (): readonly string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => name !== 'Timeout')
    .sort()

it('200 starts and stops leave handles as they were, and memory flat', async () => {
  for (let count = 0; count < 50; count++) await cycle()
  const before = { resources: await resources(), heap: await used() }
  for (let count = 0; count < 150; count++) await cycle()
  expect(await resources()).toEqual(before.resources)
  // A server that stayed would hold some hundred kilobytes each.
  expect((await used()) - before.heap).toBeLessThan(3_000_000)
}, 60_000)
