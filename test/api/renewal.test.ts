import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { keepFilesFresh } from '../../src/cli/freshness.ts'
import { assembleServers, commonGround } from '../../src/fleet/assemble.ts'
import { checkRunOptions } from '../../src/fleet/options.ts'
import { makePlan } from '../../src/fleet/plan.ts'
import { startMailServers } from '../../src/index.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { testPki } from '../certs/judges/run.ts'
import { connectTls } from '../support/raw.ts'

const days = 24 * 3_600_000

describe('a server that runs for weeks', () => {
  it('serves a leaf issued anew to the next connection, and lets the one before go on', async () => {
    let at = new Date('2026-11-21T12:00:00Z')
    await using pki = await testPki({ clock: () => at, responder: false })
    const scenario = resolveScenario('not-yet-valid')
    const wanted = {
      scenarios: [scenario],
      protocols: ['pop3'],
      modes: ['implicit'],
      byName: true,
      twins: false,
    } as const
    const { endpoints } = await makePlan(wanted, {})
    const [assembled] = assembleServers(endpoints, checkRunOptions({}), commonGround(pki))
    await assembled?.endpoint.listen()
    await using server = assembled?.open()
    if (!server) throw new Error('nothing was assembled')
    const connect = async (): Promise<{ socket: TLSSocket; leaf: X509Certificate }> => {
      const socket = connectTls(server, { rejectUnauthorized: false })
      const greeting = once(socket, 'data')
      await once(socket, 'secureConnect')
      // The server's handshake ends after the client's.
      await greeting
      return { socket, leaf: new X509Certificate(socket.getPeerCertificate().raw) }
    }

    const [first, same] = [await connect(), await connect()]
    expect(new Date(first.leaf.validFrom)).toEqual(new Date(at.getTime() + days))
    expect(same.leaf.serialNumber).toBe(first.leaf.serialNumber)
    at = new Date(at.getTime() + 30 * days)
    const later = await connect()
    expect(new Date(later.leaf.validFrom)).toEqual(new Date(at.getTime() + days))
    const heard = once(first.socket, 'data')
    first.socket.write('CAPA\r\n')
    expect(String((await heard)[0])).toMatch(/^\+OK/)
    expect(server.connections.map(({ handshake }) => handshake.certificate?.fingerprint256)).toEqual(
      [first, same, later].map(({ leaf }) => leaf.fingerprint256),
    )
    for (const { socket } of [first, same, later]) socket.destroy()
  })
})

describe('the files of a command that runs for weeks', () => {
  it('are written anew from time to time, also where somebody has removed them', async () => {
    await using servers = await startMailServers({ protocols: ['pop3'], modes: ['implicit'] })
    const { path } = servers.ca
    const files = readdirSync(servers.pki, { recursive: true }).sort()
    for (const name of readdirSync(servers.pki)) rmSync(`${servers.pki}/${name}`, { recursive: true })
    await keepFresh(servers)
    expect(readdirSync(servers.pki, { recursive: true }).sort()).toEqual(files)
    expect(new X509Certificate(readFileSync(path)).ca).toBe(true)
  })

  it('are not written when nobody has asked for them, or when the servers are closed', async () => {
    const servers = await startMailServers({ protocols: ['pop3'], modes: ['implicit'] })
    expect(await keepFresh(servers)).toEqual([])
    const { pki } = servers
    await servers.close()
    expect(await keepFresh(servers)).toEqual([])
    expect(() => readdirSync(pki)).toThrow('ENOENT')
  })

  it('are told of when they cannot be written, each time', async () => {
    await using servers = await startMailServers({ protocols: ['pop3'], modes: ['implicit'] })
    rmSync(servers.ca.path)
    mkdirSync(servers.ca.path)
    const told = await keepFresh(servers, 2)
    expect(told).toEqual(
      Array(2).fill(expect.stringMatching(/^mockmail: .*ca\.pem is there already and no file: remove it/)),
    )
  })
})

/** So many rounds without the hours between them. Resolves to what was told. */
async function keepFresh(servers: { refresh(): void }, rounds = 1): Promise<readonly string[]> {
  const told: string[] = []
  let left = rounds
  await new Promise<void>((resolve) => {
    const wait = (): Promise<void> => (left-- > 0 ? Promise.resolve() : new Promise(() => resolve()))
    void keepFilesFresh(servers, (text) => told.push(text), wait)
  })
  return told
}
