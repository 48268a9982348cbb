import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import { scriptedEngine } from '../../../src/tls/script/lazy.ts'
import { tls13Protection } from '../../../src/tls/script/protection.ts'
import { type KeptSession, SessionStore } from '../../../src/tls/script/sessions.ts'
import { suites } from '../../../src/tls/script/suites.ts'
import { machineOf, pairOf } from '../../support/tls-script/in-process.ts'
import { dialTls, identity as good, helloOf, Port } from '../harness.ts'

const identity = { key: createPrivateKey(good.keyPem), chain: [new X509Certificate(good.servedPem).raw] }

it('keeps a thousand sessions, and lets the oldest go', () => {
  const store = new SessionStore()
  const kept: KeptSession = {
    version: 0x0304,
    suite: 0x1301,
    secret: Buffer.alloc(32),
    extendedMaster: true,
    clientCertificate: null,
  }
  const names = Array.from({ length: 1001 }, () => store.keep(kept))
  expect(names.map((name) => store.find(name) !== undefined)).toEqual([false, ...Array(1000).fill(true)])
})

it('takes a record of padding alone for an unexpected message', () => {
  const suite = suites.get(0x1301)
  if (!suite) throw new Error('no TLS_AES_128_GCM_SHA256')
  const keyed = () => tls13Protection(suite.cipher, Buffer.alloc(16), Buffer.alloc(12))
  const { body } = keyed().seal(23, 0x0303, Buffer.alloc(0), -16)
  expect(() => keyed().open(23, 0x0303, body)).toThrow(expect.objectContaining({ code: 10 }))
})

it('takes a ClientHello that another message begins behind, in its record, for an unexpected message', async () => {
  const hello = await helloOf({ minVersion: 'TLSv1.3' })
  const longer = Buffer.concat([hello, Buffer.of(11)])
  longer.writeUInt16BE(longer.length - 5, 3)
  const machine = machineOf({}, identity)
  machine.input(longer)
  expect(machine.facts).toMatchObject({ error: 'a message goes on beyond a change of keys', defect: null })
  expect(machine.facts.alertsSent).toEqual([{ level: 2, code: 10 }])
})

describe("a client's Finished", () => {
  it.each([
    ['TLS 1.3', {}],
    ['TLS 1.2', { versions: [0x0303], extendedMasterSecret: false }],
  ] as const)('that counts other messages than ours is refused, in %s', async (_, script) => {
    const machine = machineOf(script, identity)
    const { client } = pairOf(machine, {}, (bytes) => {
      // Behind the ClientHello, we have heard something that the client has not said.
      if (machine.hello !== undefined) machine.wire.transcript.push(Buffer.of(0))
      return bytes
    })
    await once(client, 'error')
    expect(machine.facts).toMatchObject({ error: "the client's Finished is wrong" })
    expect(machine.facts.alertsSent).toEqual([{ level: 2, code: 51 }])
  })
})

it('does not take a session up again whose master secret was made in another way', async () => {
  const sessions = new SessionStore()
  const script: Script = { versions: [0x0303] }
  const first = pairOf(machineOf({ ...script, extendedMasterSecret: false }, identity, sessions))
  const [session] = (await once(first.client, 'session')) as [Buffer]
  const again = pairOf(machineOf(script, identity, sessions), { session })
  await once(again.client, 'secureConnect')
  expect(again.machine.facts.resumed).toBeNull()
})

it('counts what it cannot decipher', async () => {
  const machine = machineOf({}, identity)
  const { client } = pairOf(machine)
  await once(client, 'secureConnect')
  machine.input(Buffer.concat([Buffer.from('1703030030', 'hex'), Buffer.alloc(48, 1)]))
  expect(machine.facts).toMatchObject({ undecryptable: 1, alertsSent: [{ level: 2, code: 20 }] })
})

describe('behind the interface of engines', () => {
  const open = (script: Script | readonly Script[]) => Port.open(scriptedEngine({ identity: good, script }))

  it.each(['fin', 'rst'] as const)('an end by the script is the server’s: %s', async (how) => {
    await using port = await open({ at: { 'data:1': { after: [{ do: 'close', how }] } } })
    const client = dialTls(port.port)
    const { session } = await port.session()
    session.stream.write('bye\r\n')
    const ended = once(session.stream.resume(), 'close')
    await once(client.resume(), 'close')
    await ended
    expect(session.facts.end).toEqual({ by: 'server', how, closeNotify: 'unknown', why: 'its script' })
  })

  it('has a script for each connection, and the last one for all that follow', async () => {
    await using port = await open([{ versions: [0x0303] }, { versions: [0x0304] }])
    const versions: (string | null)[] = []
    for (let nth = 0; nth < 3; nth++) {
      dialTls(port.port)
      versions.push((await port.session()).session.facts.handshake.version)
    }
    expect(versions).toEqual(['TLSv1.2', 'TLSv1.3', 'TLSv1.3'])
  })

  it('reads no further than its own reader does', async () => {
    await using port = await open({})
    const client = dialTls(port.port)
    const { raw, session } = await port.session()
    const whole = 16 * 2 ** 20
    client.write(Buffer.alloc(whole))
    await new Promise<void>((resolve) => raw.once('pause', resolve))
    expect(raw.isPaused()).toBe(true)
    expect(session.stream.readableLength).toBeLessThan(2 ** 20)
    let read = 0
    for await (const chunk of session.stream) {
      read += (chunk as Buffer).length
      if (read === whole) break
    }
    expect(read).toBe(whole)
  })
})
