import { connect } from 'node:tls'
import { expect, it } from 'vitest'
import { type ConnectionRecord, judgeConnection, judgeRun, startMailServer } from '../../src/index.ts'
import { playClient } from '../quirks/scripted-client.ts'

/** A record as `--log` writes it and a program reads it back. */
async function loggedRefusal(): Promise<ConnectionRecord> {
  await using server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
  connect({ host: server.host, port: server.port, ...server.tls }).on('error', () => {})
  return JSON.parse(JSON.stringify(await server.waitForConnection()))
}

it('judges a record that was written down, by the scenario it names', async () => {
  const record = await loggedRefusal()
  expect(judgeConnection(record)).toMatchObject({ outcome: 'refused', detail: 'safe-abort', verdict: 'pass' })
  expect(judgeRun([record], 'expired')).toMatchObject({ outcome: 'refused', verdict: 'pass' })
  // The same record is no proof of another scenario.
  expect(judgeRun([record], 'self-signed')).toMatchObject({ outcome: 'not-reached', verdict: 'inconclusive' })
})

it('refuses a scenario that does not exist', async () => {
  const record = await loggedRefusal()
  expect(() => judgeRun([record], 'expird')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SCENARIO' }))
})

it('tells whether a login was by what the server had offered then', async () => {
  for (const [scenario, offered] of [
    ['good', true],
    ['auth-never', false],
  ] as const) {
    await using server = await startMailServer({ protocol: 'smtp', mode: 'implicit', scenario })
    await playClient(server, { logsInUnasked: true })
    expect(server.connections[0]?.credentials.map((credential) => credential.offered)).toEqual([offered])
    const { flags } = await server.outcome({ settle: 20 })
    expect(flags.includes('unoffered-mech')).toBe(!offered)
  }
})
