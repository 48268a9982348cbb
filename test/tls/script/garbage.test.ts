import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { ConnectionOptions } from 'node:tls'
import { expect, it } from 'vitest'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import { createRandom, pick, type Random } from '../../support/random.ts'
import { anyIdentity, machineOf, pairOf } from '../../support/tls-script/in-process.ts'
import { identity as good, helloOf, pki } from '../harness.ts'

/** How many mutated ClientHellos, and sessions with flipped bytes. `FUZZ_HELLOS=100000 FUZZ_SESSIONS=10000` is the whole of it. */
const hellos = Number(process.env['FUZZ_HELLOS'] ?? 3000)
const sessions = Number(process.env['FUZZ_SESSIONS'] ?? 150)

const der = new X509Certificate(good.servedPem).raw
const rsa = anyIdentity('rsa', [der])
const ec = { key: createPrivateKey(good.keyPem), chain: [der] }

const scripts: readonly Script[] = [
  {},
  { clientCertificate: 'required', retries: 1 },
  { versions: [0x0303], suites: [0x009e, 0x0033, 0xc02f, 0x009c] },
  { versions: [0x0303], suites: [0xc013, 0x002f], clientCertificate: 'optional' },
  { versions: [0x0300, 0x0301, 0x0302, 0x0303], suites: [0x000a, 0x0005, 0x002f] },
  { choose: { version: 0x0303, suite: 0x0003 } },
  { choose: { version: 0x0304, suite: 0x1305, group: 0x1234, scheme: 0x0101 } },
]

/** Those that a client holds a session with, but for the flipped bit. */
const whole: readonly Script[] = [
  {},
  { clientCertificate: 'optional', retries: 1 },
  { versions: [0x0303] },
  { versions: [0x0303], suites: [0xc009, 0xc00a], clientCertificate: 'optional' },
]

const clients: readonly ConnectionOptions[] = [
  {},
  { maxVersion: 'TLSv1.2' },
  { minVersion: 'TLSv1.3', ecdhCurve: 'P-384:X25519' },
  { ALPNProtocols: ['imap', 'smtp'], minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' },
]

const anyOctet = (random: Random): number => Math.floor(random() * 256)
const below = (random: Random, end: number): number => Math.floor(random() * end)

/** One to four changes of any kind; lengths are put right again now and then. */
function mutated(seed: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(seed)
  for (let left = 1 + below(random, 4); left > 0; left--) {
    const at = below(random, bytes.length)
    const kind = below(random, 5)
    if (kind === 0) bytes[at] = anyOctet(random)
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8))
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 40))])
    else if (kind === 3)
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(1 + below(random, 60), anyOctet(random)),
        bytes.subarray(at),
      ])
    else bytes = Buffer.concat([bytes, Buffer.alloc(below(random, 300), anyOctet(random))])
    if (bytes.length < 6) bytes = Buffer.from(seed)
  }
  if (random() < 0.7) {
    bytes.writeUInt16BE((bytes.length - 5) & 0xffff, 3)
    bytes.writeUIntBE(Math.max(0, bytes.length - 9), 6, 3)
  }
  return bytes
}

function* pieces(bytes: Buffer, random: Random): Generator<Buffer> {
  const size = pick(random, [bytes.length, bytes.length, 1, 7, 100])
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

it(`answers ${hellos} ClientHellos that are none, without a throw, a defect or a long thought`, {
  timeout: 1_800_000,
}, async () => {
  const seeds = await Promise.all(clients.map((options) => helloOf(options)))
  const random = createRandom(8446)
  const ends = new Map<string, number>()
  let slowest = 0
  for (let left = hellos; left > 0; left--) {
    const machine = machineOf(pick(random, scripts), rsa)
    const bytes = mutated(pick(random, seeds), random)
    const started = performance.now()
    for (const piece of pieces(bytes, random)) machine.input(Buffer.from(piece))
    slowest = Math.max(slowest, performance.now() - started)
    machine.inputEnded()
    expect(machine.facts.defect).toBeNull()
    expect(machine.state).toBe('over')
    const end = machine.result ?? 'none'
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  // It has to have been hard: most are refused, and some are good enough to be answered.
  expect(ends.get('failed')).toBeGreaterThan(hellos / 10)
  expect(ends.get('closed')).toBeGreaterThan(hellos / 10)
  expect(slowest).toBeLessThan(1000)
  console.info(
    `${hellos} ClientHellos: ${JSON.stringify(Object.fromEntries(ends))}, the slowest took ${Math.round(slowest)} ms`,
  )
})

it(`ends ${sessions} sessions with a flipped bit, each by a name`, { timeout: 1_800_000 }, async () => {
  const random = createRandom(5246)
  const ends = new Map<string, number>()
  const { servedPem, keyPem } = pki.clientIdentity('good')
  const before = process.memoryUsage()
  for (let left = sessions; left > 0; left--) {
    const options = pick(random, clients)
    const certificate = random() < 0.3 ? { cert: servedPem, key: keyPem } : {}
    const machine = machineOf(pick(random, whole), ec)
    // Somewhere behind the ClientHello, or within it.
    let until = below(random, 900)
    const flip = (bytes: Buffer): Buffer => {
      const at = until
      until -= bytes.length
      if (at < 0 || at >= bytes.length) return bytes
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << below(random, 8))
      return flipped
    }
    const { client, perform, gone } = pairOf(machine, { ...options, ...certificate }, flip)
    client.on('secureConnect', () => {
      client.write('a NOOP\r\n')
      perform(machine.send(Buffer.from('* OK\r\n')))
      client.end()
    })
    // A length that has grown lets both wait for each other: the client's patience is 100 ms.
    client.setTimeout(100, () => client.destroy())
    await gone
    machine.inputEnded()
    expect(machine.facts.defect).toBeNull()
    expect(machine.state === 'over' || machine.facts.version !== null).toBe(true)
    const end = machine.result ?? 'finished'
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  expect(ends.get('failed')).toBeGreaterThan(sessions / 10)
  expect(ends.get('finished')).toBeGreaterThan(sessions / 10)
  const grown = process.memoryUsage().heapUsed - before.heapUsed
  expect(grown).toBeLessThan(200 * 2 ** 20)
  console.info(
    `${sessions} sessions: ${JSON.stringify(Object.fromEntries(ends))}, heap grown by ${Math.round(grown / 2 ** 20)} MiB`,
  )
})

it('keeps no more of an endless message, record or silence than its bound', () => {
  const machine = machineOf({}, rsa)
  const header = Buffer.from('160303400001ffffff', 'hex')
  machine.input(header)
  for (let left = 40; left > 0 && machine.state === 'handshake'; left--) {
    machine.input(Buffer.concat([Buffer.alloc(2 ** 14 - 4), Buffer.from('1603034000', 'hex')]))
  }
  expect(machine.facts.error).toBe('a message of 16777219 octets')
  expect(machine.wire.alerts).toEqual([{ level: 2, code: 50 }])
  for (let left = 100; left > 0; left--) machine.input(Buffer.alloc(2 ** 16))
  expect(machine.inbound.stray.length).toBeLessThan(2 ** 18)
})

it('bears a hundred records that say nothing, and no more', () => {
  const machine = machineOf({}, rsa)
  machine.input(Buffer.from('1603030000'.repeat(100), 'hex'))
  expect(machine.state).toBe('handshake')
  machine.input(Buffer.from('1603030000', 'hex'))
  expect(machine.facts.error).toBe('too many records that say nothing')
})
