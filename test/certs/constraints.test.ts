import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueCertificate, parseCertificate } from '../../src/certs/certificate.ts'
import { formatPrivateKey, generateKey, parsePrivateKey } from '../../src/certs/keys.ts'
import { commonName } from '../../src/certs/names.ts'
import type { GeneralNames } from '../../src/index.ts'
import { bunProgram } from '../support/clients/bun.ts'
import { opensslErrors } from './judges/openssl.ts'
import { describeWith, run, temporaryDirectory, testPki } from './judges/run.ts'

/** `good`, and what somebody would issue who got hold of a run's root: by id, the names in it, and what is dialled. */
const shown = {
  good: { dialled: 'localhost' },
  'good/by-address': { dialled: '127.0.0.1' },
  domain: { names: { dNSName: ['google.com'] }, dialled: 'google.com' },
  wildcard: { names: { dNSName: ['*.google.com'] }, dialled: 'mail.google.com' },
  address: { names: { dNSName: ['localhost'], iPAddress: ['8.8.8.8'] }, dialled: '8.8.8.8' },
} as const
type Id = keyof typeof shown
const ids = Object.keys(shown) as Id[]

/** What a judge says of each. */
type Said = Readonly<Record<Id, unknown>>

const source = (name: string): string => join(import.meta.dirname, 'judges', name)
const violation = 'permitted subtree violation'
const bun = await bunProgram()

describe('the root of a run', () => {
  const directory = temporaryDirectory()
  const folder = (id: string): string => join(directory.path, id)

  /** What somebody issues who has stolen the key of a root, with the files of a server. */
  const forged = (id: string, names: GeneralNames, root: 'root' | 'untrusted-root') => {
    const [pem, file] = [readFileSync(folder(`roots/${root}.pem`)), folder(`roots/${root}.key`)]
    const issuer = { name: parseCertificate(pem).subject, key: parsePrivateKey(readFileSync(file), file) }
    const key = generateKey('P-256')
    const dates = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) }
    const subject = commonName('mockmail')
    const leaf = issueCertificate({ key, subject, issuer, names, ...dates, extendedKeyUsage: ['serverAuth'] })
    mkdirSync(folder(id))
    for (const name of ['leaf.pem', 'fullchain.pem']) writeFileSync(join(folder(id), name), leaf.pem)
    return { servedPem: leaf.pem, keyPem: formatPrivateKey(key) }
  }
  const servers: Server[] = []
  const pairs: string[] = []
  beforeAll(async () => {
    await using pki = await testPki({ responder: false, directory: directory.path })
    const good = pki.identity('good')
    for (const id of ids) {
      const { names, dialled } = { names: undefined, ...shown[id] }
      const usual = (id === 'good/by-address' && good.byAddress) || good
      const { servedPem, keyPem } = names === undefined ? usual : forged(id, names, 'root')
      const server = createServer({ cert: servedPem, key: keyPem }, (socket) => socket.end())
      server.on('tlsClientError', () => {})
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      servers.push(server)
      pairs.push(String((server.address() as AddressInfo).port), dialled)
    }
    pki.write(directory.path)
  })
  afterAll(() => {
    for (const server of servers) server.close()
    directory[Symbol.dispose]()
  })

  /** What a client that is a program of ours prints, a line for each. */
  const dial = async (program: string, ...args: readonly string[]): Promise<Said> => {
    const { stdout, stderr } = await run(program, [...args, directory.path, ...pairs])
    const lines = stdout.trimEnd().split('\n')
    if (lines.length !== ids.length) throw new Error(`${program}: ${stdout}${stderr}`)
    return Object.fromEntries(ids.map((id, index) => [id, lines[index]])) as Said
  }

  const takesGood = { good: 'OK', 'good/by-address': 'OK' }
  const refusesAll = { ...takesGood, domain: violation, wildcard: violation, address: violation }

  it('vouches for nobody else to Node', async () => {
    expect(await dial(process.execPath, source('dial.mjs'))).toEqual(refusesAll)
  })

  describeWith(['openssl'], 'openssl', () => {
    it('vouches for nobody else, the untrusted one neither, once it is trusted', async () => {
      forged('untrusted', { dNSName: ['google.com'] }, 'untrusted-root')
      expect(await opensslErrors(folder('untrusted'), { ca: folder('roots/untrusted-root.pem') })).toEqual(['47@0'])
    })

    it('vouches for nobody else', async () => {
      const said = ids.map(async (id) => [id, await opensslErrors(folder(id), { ca: folder('ca.pem') })])
      expect(Object.fromEntries(await Promise.all(said))).toEqual({
        good: [],
        'good/by-address': [],
        domain: ['47@0'],
        wildcard: ['47@0'],
        address: ['47@0'],
      })
    })
  })

  describeWith(['python3'], 'Python', () => {
    it('vouches for nobody else', async () => {
      expect(await dial('python3', source('dial.py'))).toEqual(refusesAll)
    })
  })

  describeWith([bun], 'Bun, with BoringSSL', () => {
    it('vouches for nobody else, and of addresses it reads no constraint', async () => {
      expect(await dial(bun, source('dial.mjs'))).toEqual({
        ...refusesAll,
        'good/by-address': 'unsupported name constraint type',
        address: 'unsupported name constraint type',
      })
    })
  })

  describeWith(['go'], 'Go', () => {
    it('vouches for nobody else', async () => {
      const program = join(directory.path, 'dial')
      expect(await run('go', ['build', '-o', program, source('dial.go')])).toMatchObject({ status: 0, stderr: '' })
      const may =
        'tls: failed to verify certificate: x509: a root or intermediate certificate is not authorized to sign for this name:'
      expect(await dial(program)).toEqual({
        ...takesGood,
        domain: expect.stringContaining(may),
        wildcard: expect.stringContaining(may),
        address: expect.stringContaining(may),
      })
    }, 90_000)
  })

  describeWith(['certtool'], 'GnuTLS', () => {
    it('vouches for nobody else', async () => {
      const said = ids.map(async (id) => {
        const args = ['--verify', '--verify-hostname', shown[id].dialled, '--load-ca-certificate', folder('ca.pem')]
        const { stdout } = await run('certtool', [...args, '--infile', join(folder(id), 'fullchain.pem')])
        return [id, /Chain verification output: (.*?) *$/m.exec(stdout)?.[1]]
      })
      const refused =
        "Not verified. The certificate is NOT trusted. The certificate chain violates the signer's constraints."
      expect(Object.fromEntries(await Promise.all(said))).toEqual({
        good: 'Verified. The certificate is trusted.',
        'good/by-address': 'Verified. The certificate is trusted.',
        domain: refused,
        wildcard: refused,
        address: refused,
      })
    })
  })

  describeWith(['java'], 'Java', () => {
    it('vouches for everybody: constraints of a trust anchor are not applied', async () => {
      expect(await dial('java', source('Dial.java'))).toEqual({
        ...takesGood,
        domain: 'OK',
        wildcard: 'OK',
        address: 'OK',
      })
    }, 60_000)
  })
})
