import { createHmac, createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { verifyProof } from '../../../src/tls/script/authentication.ts'
import { encryptBlocks } from '../../../src/tls/script/ciphers.ts'
import { decryptedPremaster } from '../../../src/tls/script/key-exchange.ts'
import { macProtection } from '../../../src/tls/script/mac-protection.ts'
import { SessionStore } from '../../../src/tls/script/sessions.ts'
import { suites } from '../../../src/tls/script/suites.ts'
import { describeWith, run } from '../../support/programs.ts'
import { machineOf, pairOf } from '../../support/tls-script/in-process.ts'
import { startBare } from '../../support/tls-script/server.ts'
import { identity as good } from '../harness.ts'

const identity = { key: createPrivateKey(good.keyPem), chain: [new X509Certificate(good.servedPem).raw] }
const refused = (code: number) => expect.objectContaining({ code })

describe('a record', () => {
  it.each([
    ['of more octets than any may have', Buffer.concat([Buffer.from('160301ffff', 'hex'), Buffer.alloc(9)]), 22],
    ['of a type that nobody knows in the handshake', Buffer.from('180301000100', 'hex'), 10],
    ['of application data before there is a session', Buffer.from('170301000100', 'hex'), 10],
    ['with an alert of three octets', Buffer.from('1503010003020000', 'hex'), 50],
    ['with a ClientHello that is cut short', Buffer.from('160301000601000002 0303'.replace(' ', ''), 'hex'), 50],
  ])('%s is answered by its alert', (_, bytes, code) => {
    const machine = machineOf({}, identity)
    machine.input(bytes)
    expect(machine.facts.alertsSent).toEqual([{ level: 2, code }])
    expect([machine.state, machine.result, machine.facts.defect]).toEqual(['over', 'failed', null])
  })
})

describe('CBC of TLS 1.1', () => {
  const suite = suites.get(0x002f)
  if (!suite) throw new Error('no TLS_RSA_WITH_AES_128_CBC_SHA')
  const keys = { mac: Buffer.alloc(20, 1), key: Buffer.alloc(16, 2), iv: Buffer.alloc(0) }
  const protection = () => macProtection(suite, 0x0302, keys, 'mac-then-encrypt')
  const data = Buffer.from('hello')
  const header = Buffer.from('0000000000000000' + '17' + '0302' + '0005', 'hex')
  const mac = createHmac('sha1', keys.mac).update(header).update(data).digest()
  const sealed = (padding: Buffer, code: Buffer = mac): Buffer => {
    const iv = randomBytes(16)
    return Buffer.concat([iv, encryptBlocks('aes-128-cbc', keys.key, iv, Buffer.concat([data, code, padding]))])
  }

  it('opens a record with the padding that is right, short or long', () => {
    expect(protection().open(23, 0x0302, sealed(Buffer.alloc(7, 6)))).toEqual({ type: 23, data })
    expect(protection().open(23, 0x0302, sealed(Buffer.alloc(23, 22)))).toEqual({ type: 23, data })
  })

  it.each([
    ['one octet of its padding is another', Buffer.from('06060506060606', 'hex'), mac],
    ['its padding is longer than itself', Buffer.alloc(7, 200), mac],
    ['its MAC is another', Buffer.alloc(7, 6), Buffer.alloc(20)],
  ])('does not where %s', (_, padding, code) => {
    expect(() => protection().open(23, 0x0302, sealed(padding, code))).toThrow(refused(20))
  })

  it('takes any padding in SSL 3.0, which says nothing of it', () => {
    const old = (): ReturnType<typeof macProtection> =>
      macProtection(suite, 0x0300, { ...keys, iv: Buffer.alloc(16) }, 'mac-then-encrypt')
    const { body } = old().seal(23, 0x0300, data, 0)
    expect(old().open(23, 0x0300, body)).toEqual({ type: 23, data })
  })
})

describe('a premaster secret', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })

  it('that is none becomes a random one, each time another: nobody learns what was wrong', () => {
    const garbage = Buffer.alloc(128, 3)
    const [first, second] = [0, 1].map(() => decryptedPremaster(privateKey, garbage, 0x0303))
    expect([first?.length, second?.length]).toEqual([48, 48])
    expect(first).not.toEqual(second)
  })
})

describe("a client's signature", () => {
  const { servedPem } = good
  const certificates = [new X509Certificate(servedPem)]
  const input = Buffer.from('what was said so far')
  const proof = (scheme: number, key = identity.key, over = input): Buffer => {
    const signature = sign('sha256', over, key)
    return Buffer.concat([Buffer.of(scheme >> 8, scheme & 255, 0, signature.length), signature])
  }

  it('is taken where its key is that of the certificate', () => {
    expect(verifyProof({ chain: [], certificates }, proof(0x0403), 'with-scheme', input)).toBeUndefined()
  })

  it.each([
    ['by another key', proof(0x0403, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['over something else', proof(0x0403, identity.key, Buffer.from('something else'))],
    ['with a scheme of another kind of key', proof(0x0804)],
    ['with a scheme that nobody knows', proof(0x1234)],
  ])('is not taken %s', (_, body) => {
    expect(() => verifyProof({ chain: [], certificates }, body, 'with-scheme', input)).toThrow(refused(51))
  })
})

it('refuses a session whose binder is wrong, and takes it with the right one', async () => {
  const sessions = new SessionStore()
  const first = pairOf(machineOf({}, identity, sessions))
  const kept = once(first.client, 'session')
  await once(first.client, 'secureConnect')
  first.perform(first.machine.send(Buffer.from('* OK\r\n')))
  const [session] = (await kept) as [Buffer]
  const again = pairOf(machineOf({}, identity, sessions), { session })
  await once(again.client, 'secureConnect')
  expect(again.machine.facts.resumed).toBe('psk')
  // The binders are the last octets of a ClientHello.
  const flipLast = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])
  const wrong = pairOf(machineOf({}, identity, sessions), { session }, flipLast)
  await wrong.gone
  expect(wrong.machine.facts).toMatchObject({ alertsSent: [{ level: 2, code: 51 }], error: 'a binder is wrong' })
})

describeWith(['openssl'], 'a fallback of OpenSSL without need', () => {
  it.each([
    [[0x0303, 0x0304], 'inappropriate fallback'],
    [[0x0303], 'b OK done'],
  ] as const)('is refused by a server that has more: %j', async (versions, words) => {
    await using server = await startBare({ identity, script: { versions } })
    const flags = ['-connect', `127.0.0.1:${server.port}`, '-tls1_2', '-fallback_scsv', '-ign_eof']
    const { stdout, stderr } = await run('openssl', ['s_client', ...flags], { input: 'a CAPABILITY\r\nb LOGOUT\r\n' })
    expect(stdout + stderr).toContain(words)
  })
})
