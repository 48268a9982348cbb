import { createPrivateKey, generateKeyPairSync, privateEncrypt, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import { verifySsl3Proof } from '../../../src/tls/script/authentication.ts'
import { judged, readChain } from '../../../src/tls/script/client-certificate.ts'
import { Machine } from '../../../src/tls/script/machine.ts'
import { SessionStore } from '../../../src/tls/script/sessions.ts'
import { describeWith, run, temporaryDirectory } from '../../support/programs.ts'
import { inShort, machineOf, pairOf } from '../../support/tls-script/in-process.ts'
import { startBare } from '../../support/tls-script/server.ts'
import { identity as good, helloOf, pki } from '../harness.ts'

const identity = { key: createPrivateKey(good.keyPem), chain: [new X509Certificate(good.servedPem).raw] }
const hello = await helloOf({})
const only12: Script = { versions: [0x0303] }

/** A session that both sides have taken, with the machine's greeting read. */
async function session(machine: Machine, options: ConnectionOptions = {}) {
  const pair = pairOf(machine, options)
  await once(pair.client, 'secureConnect')
  pair.perform(machine.send(Buffer.from('* OK\r\n')))
  await once(pair.client, 'data')
  return pair
}

describe('what it wants done', () => {
  it('is a list in order, in which a pause stands between two writes', () => {
    const wait: Script = { at: { certificate: { before: [{ do: 'wait', ms: 5 }] } } }
    expect(inShort(machineOf({}, identity).input(hello))).toEqual([expect.stringMatching(/^send \d{3,}$/)])
    expect(inShort(machineOf(wait, identity).input(hello))).toEqual([
      expect.stringMatching(/^send \d{2,3}$/),
      'wait 5',
      expect.stringMatching(/^send \d{3,}$/),
    ])
  })

  it.each([
    [[{ do: 'close', how: 'fin' }], ['fin'], 'fin'],
    [[{ do: 'close', how: 'rst' }], ['rst'], 'rst'],
    [
      [
        { do: 'alert', alert: 49 },
        { do: 'close', how: 'fin' },
      ],
      ['send 7', 'fin'],
      'fin',
    ],
  ] as const)('is what the script says, and nothing behind its end: %j', (before, done, ended) => {
    const machine = machineOf({ at: { 'client-hello': { before } } }, identity)
    expect(inShort(machine.input(hello))).toEqual(done)
    expect([machine.wire.ended, machine.state]).toEqual([ended, 'over'])
    expect(inShort(machine.input(hello))).toEqual([])
  })

  it('is nothing from a silence on', () => {
    const machine = machineOf({ at: { 'server-hello': { after: [{ do: 'silent' }] } } }, identity)
    const [only, ...more] = machine.input(hello)
    expect([only?.do, more]).toEqual(['send', []])
    // The ServerHello and no more: a certificate would be longer.
    expect(only?.do === 'send' && only.bytes.length).toBeLessThan(200)
    expect(machine.state).toBe('handshake')
  })

  it('is an alert by number for what cannot be answered', () => {
    const machine = machineOf({ versions: [0x0300] }, identity)
    expect(machine.input(hello)).toEqual([{ do: 'send', bytes: Buffer.from('15030100020246', 'hex') }])
    expect(machine.facts).toMatchObject({ alertsSent: [{ level: 2, code: 70 }], error: 'no version in common' })
  })
})

describe('what it knows', () => {
  it('are the moments and members of a script that have shown, and no others', async () => {
    const script: Script = {
      choose: { suite: 0x1302 },
      at: {
        'server-hello': { set: { version: 0x0303 } },
        'server-key-exchange': { set: { curve: '03' } },
        'data:1': { after: [{ do: 'key-update' }] },
        'data:7': { omit: true },
      },
    }
    const { machine } = await session(machineOf(script, identity))
    expect([...machine.facts.fired].sort()).toEqual(['choose', 'data:1', 'server-hello'])
  })

  it.each([
    ['TLSv1.3', 5],
    ['TLSv1.2', 1],
  ] as const)('are the lines of a key log as the client writes them, in %s', async (version, count) => {
    const ours: string[] = []
    const theirs: string[] = []
    const settings = { ...machineOf({}, identity).settings, keyLog: (line: string) => void ours.push(line) }
    const pair = pairOf(new Machine(settings), { minVersion: version, maxVersion: version })
    pair.client.on('keylog', (line: Buffer) => theirs.push(line.toString('latin1')))
    await once(pair.client, 'secureConnect')
    expect(ours).toHaveLength(count)
    expect(ours.sort()).toEqual(theirs.sort())
  })

  it('is whether the cookie of a HelloRetryRequest came back', async () => {
    const script: Script = { retries: 1, at: { 'hello-retry-request': { set: { cookie: '0102' } } } }
    expect((await session(machineOf(script, identity))).machine.facts.cookieEchoed).toBe(true)
    expect((await session(machineOf({ retries: 1 }, identity))).machine.facts.cookieEchoed).toBeNull()
  })

  it('is what a client says in clear below its session, from the first octet on', async () => {
    const { machine } = await session(machineOf({}, identity))
    machine.input(Buffer.from('a LOGIN joe secret\r\n'))
    machine.input(Buffer.from('b NOOP\r\n'))
    expect(machine.inbound.stray.toString()).toBe('a LOGIN joe secret\r\nb NOOP\r\n')
    expect(machine.facts.alertsSent).toEqual([{ level: 2, code: 10 }])
  })

  it('is the application protocol, where it answers at all', async () => {
    const offers = { ALPNProtocols: ['smtp', 'imap'] }
    expect((await session(machineOf({ alpn: ['imap'] }, identity), offers)).client.alpnProtocol).toBe('imap')
    expect((await session(machineOf({}, identity), offers)).client.alpnProtocol).toBe(false)
    expect((await session(machineOf({ ...only12, alpn: ['imap'] }, identity), offers)).client.alpnProtocol).toBe('imap')
  })

  it.each(['TLSv1.3', 'TLSv1.2'] as const)(
    'is shown as a staple where a client asks for one, in %s',
    async (version) => {
      const staple = Buffer.from('30030a0106', 'hex')
      // Node's types do not know it.
      const asks = { requestOCSP: true }
      const machine = new Machine({ ...machineOf({}, identity).settings, identity: { ...identity, staple } })
      const { client } = pairOf(machine, { ...asks, minVersion: version, maxVersion: version })
      const [answer] = await once(client, 'OCSPResponse')
      expect(answer).toEqual(staple)
    },
  )
})

describe('a session that is taken up again', () => {
  const twice = async (script: Script) => {
    const sessions = new SessionStore()
    const first = pairOf(machineOf(script, identity, sessions))
    const kept = once(first.client, 'session')
    await once(first.client, 'secureConnect')
    first.perform(first.machine.send(Buffer.from('* OK\r\n')))
    const [ticket] = (await kept) as [Buffer]
    const again = await session(machineOf(script, identity, sessions), { session: ticket })
    return [again.machine.facts.resumed, again.client.isSessionReused()]
  }

  it.each([
    [{}, 'psk'],
    [only12, 'ticket'],
    [{ ...only12, tickets: 0 }, 'id'],
  ] as const)('%j: by %s', async (script, by) => {
    expect(await twice(script)).toEqual([by, true])
  })

  it.each([{ resumes: false }, { ...only12, resumes: false }])(
    'is not, where the script does not want it: %j',
    async (script) => {
      expect(await twice(script)).toEqual([null, false])
    },
  )
})

describe('CBC', () => {
  it.each([
    { encryptThenMac: false },
    { extendedMasterSecret: false },
    { encryptThenMac: false, extendedMasterSecret: false },
    {},
  ])('carries a session whatever is granted: %j', async (granted) => {
    const script: Script = { ...only12, suites: [0xc009], ...granted }
    const { client, machine } = await session(machineOf(script, identity))
    client.write('a NOOP\r\n')
    await new Promise((resolve) => setImmediate(resolve))
    expect(Buffer.concat([...machine.take()]).toString()).toBe('a NOOP\r\n')
  })
})

describeWith(['openssl'], '0-RTT data of OpenSSL', () => {
  it.each([
    ['at once', {}],
    ['behind a HelloRetryRequest', { groups: [24] }],
  ] as const)('is refused %s, and the session goes on', async (_, second) => {
    using folder = temporaryDirectory()
    const [ticket, early] = [join(folder.path, 'session'), join(folder.path, 'early')]
    writeFileSync(early, 'EARLY\r\n')
    const first: Script = { at: { 'new-session-ticket': { set: { extensions: { 42: '00004000' } } } } }
    await using server = await startBare({ identity, script: [first, second] })
    const client = [
      's_client',
      '-connect',
      `127.0.0.1:${server.port}`,
      '-tls1_3',
      '-ign_eof',
      '-groups',
      'X25519:P-384',
    ]
    const dialogue = { input: 'a CAPABILITY\r\nb LOGOUT\r\n' }
    await run('openssl', [...client, '-sess_out', ticket], dialogue)
    const { stdout } = await run('openssl', [...client, '-sess_in', ticket, '-early_data', early], dialogue)
    expect(stdout).toContain('Early data was rejected')
    expect(stdout).toContain('b OK done')
    const [, { facts } = {}] = await server.waitFor(2)
    expect(facts).toMatchObject({ earlyData: 'refused', resumed: 'psk', defect: null, undecryptable: 0 })
  })
})

it('takes a client certificate whose key is none for one that cannot be read', () => {
  const [der] = identity.chain as [Buffer]
  const spoilt = Buffer.from(der)
  // The first octet of the point, which says how it is written.
  spoilt[der.indexOf(Buffer.from('03420004', 'hex')) + 3] = 9
  expect(readChain([der])).toHaveLength(1)
  expect(readChain([spoilt])).toBeUndefined()
  expect(judged(readChain([spoilt]), [], Date.now())).toMatchObject({ turnedAway: 'untrusted-certificate', alert: 42 })
})

it.each([
  ['good', null],
  ['expired', { turnedAway: 'untrusted-certificate', alert: 45 }],
  ['untrusted', { turnedAway: 'untrusted-certificate', alert: 48 }],
  ['wrong-usage', { turnedAway: 'untrusted-certificate', alert: 43 }],
] as const)('judges a client certificate that is %s', (id, verdict) => {
  const { servedPem } = pki.clientIdentity(id)
  const ders = (pem: string) =>
    (pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((one) => new X509Certificate(one))
  const found = judged(ders(servedPem), ders(pki.clientCaPem), Date.now())
  if (verdict === null) expect(found).toBeNull()
  else expect(found).toMatchObject(verdict)
})

it.each([0x0301, 0x0302, 0x0303, 0x0304])(
  'takes the signature of a client certificate in version %i, and no other',
  async (version) => {
    const { servedPem, keyPem } = pki.clientIdentity('good')
    const settings = { ...machineOf({ versions: [version], clientCertificate: 'required' }, identity).settings }
    const made = (): Machine => new Machine({ ...settings, clientRoots: [new X509Certificate(pki.clientCaPem)] })
    const options = { cert: servedPem, key: keyPem, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const
    const { machine } = await session(made(), options)
    expect(machine.facts).toMatchObject({ version, clientCertificate: 'CN=user@mockmail.test', error: null })
  },
)

it('refuses a client that signs with a key that is not of its certificate, in SSL 3.0', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const hashes = Buffer.alloc(36, 7)
  const signature = privateEncrypt(privateKey, hashes)
  const body = Buffer.concat([Buffer.of(0, signature.length), signature])
  const proof = { chain: [], certificates: [{ publicKey } as X509Certificate] }
  expect(verifySsl3Proof(proof, body, hashes)).toBeUndefined()
  expect(() => verifySsl3Proof(proof, body, Buffer.alloc(36, 8))).toThrow(expect.objectContaining({ code: 51 }))
})
