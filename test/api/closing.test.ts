import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defineQuirk, type MailServer, startMailServer, startMailServers } from '../../src/index.ts'
import { connectRaw } from '../support/raw.ts'

const buggy = defineQuirk({
  id: 'buggy',
  summary: 'It throws.',
  layer: 'session',
  protocols: ['pop3'],
  modes: ['plain'],
  at: {
    greeting: () => {
      throw new Error('own bug')
    },
  },
})

const told = {
  code: 'INVALID_DEFINITION',
  message: "What 'buggy' does at 'greeting' threw Error: own bug.",
}

/** How many sockets listen, once those that were closed are gone. */
async function listening(): Promise<number> {
  for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve))
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
}

const meet = (server: MailServer): Promise<void> => connectRaw(server).closed

describe('close()', () => {
  it('of several releases everything although one of them tells of a defect, and tells it once', async () => {
    const before = await listening()
    const servers = await startMailServers({
      scenarios: [buggy, 'good', 'revoked'],
      protocols: ['pop3'],
      modes: ['plain', 'implicit'],
    })
    const { pki } = servers
    await meet(servers.endpoint({ scenario: buggy }))
    expect({ more: (await listening()) > before, there: existsSync(pki) }).toEqual({ more: true, there: true })
    await expect(servers.close()).rejects.toMatchObject(told)
    expect({ listening: await listening(), there: existsSync(pki) }).toEqual({ listening: before, there: false })
    await expect(servers.close()).resolves.toBeUndefined()
  })

  it('of one releases everything as well, and tells it once', async () => {
    const before = await listening()
    const server = await startMailServer({ protocol: 'pop3', mode: 'plain', scenario: buggy })
    await meet(server)
    const closing = server.close()
    expect(server.close()).toBe(closing)
    await expect(closing).rejects.toMatchObject(told)
    await expect(server.close()).resolves.toBeUndefined()
    expect(await listening()).toBe(before)
  })

  it('resolves where there is no defect, however often', async () => {
    const servers = await startMailServers({ scenarios: [buggy, 'good'], protocols: ['pop3'], modes: ['plain'] })
    await expect(Promise.all([servers.close(), servers.close()])).resolves.toHaveLength(2)
  })
})
