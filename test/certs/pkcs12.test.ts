import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { opensslText } from './judges/openssl.ts'
import { describeWith, run, temporaryDirectory, testPki } from './judges/run.ts'

const written = async (key: 'ec' | 'rsa') => {
  await using pki = await testPki({ key, responder: false })
  const directory = temporaryDirectory()
  const good = pki.identity('good', {})
  const alone = pki.identity('missing-intermediate', { send: ['leaf'] })
  pki.identity('root-expired', { root: { dates: { notAfter: { days: -1 } } } })
  pki.write(directory.path)
  return {
    good,
    alone,
    caPem: pki.caPem,
    file: (...parts: readonly string[]) => join(directory.path, ...parts),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}

const serialsIn = (pem: string): readonly string[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one).serialNumber,
  )

describe.each(['ec', 'rsa'] as const)('bundle.p12 with a %s key', (key) => {
  describeWith(['openssl'], 'openssl', () => {
    it('reads key and certificates, as the server sends them', async () => {
      using pki = await written(key)
      const open = (id: string) =>
        opensslText('pkcs12', '-in', pki.file(id, 'bundle.p12'), '-passin', 'pass:mockmail', '-nodes')
      expect(serialsIn(await open('good'))).toEqual(serialsIn(pki.good.servedPem))
      expect(serialsIn(await open('missing-intermediate'))).toEqual([pki.alone.leaf.serial])
      const [privateKey] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(await open('good')) ?? []
      expect(privateKey).toBe(pki.good.keyPem)
    })

    it('is sealed with AES-256 and SHA-256, and opens with no other password', async () => {
      using pki = await written(key)
      const args = ['pkcs12', '-in', pki.file('good/bundle.p12'), '-noout', '-info']
      const { stderr } = await run('openssl', [...args, '-passin', 'pass:mockmail'])
      expect(stderr).toContain('MAC: sha256, Iteration 2048\n')
      expect(stderr.match(/: PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256\n/g)).toHaveLength(2)
      const refused = await run('openssl', [...args, '-passin', 'pass:other'])
      expect(refused.status).toBe(1)
      expect(refused.stderr).toContain('Mac verify error: invalid password?\n')
    })
  })

  it('is all that a Node server needs', async () => {
    using pki = await written(key)
    const server = createServer({ pfx: readFileSync(pki.file('good/bundle.p12')), passphrase: 'mockmail' })
    server.on('secureConnection', (socket) => socket.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const client = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: pki.caPem })
      await once(client, 'secureConnect')
      expect(client.getPeerX509Certificate()?.serialNumber).toBe(pki.good.leaf.serial)
      client.destroy()
    } finally {
      server.close()
    }
  })

  describeWith(['keytool'], 'keytool', () => {
    it('lists one private key with its chain', async () => {
      using pki = await written(key)
      const args = ['-list', '-v', '-keystore', pki.file('good/bundle.p12'), '-storepass', 'mockmail']
      const { stdout } = await run('keytool', [...args, '-J-Duser.language=en'])
      expect(stdout).toMatch(/Alias name: mockmail\n/)
      expect(stdout).toMatch(/Entry type: PrivateKeyEntry\nCertificate chain length: 2\n/)
    }, 60_000)
  })

  describeWith(['python3'], 'python', () => {
    it('opens with cryptography, where that is installed', async ({ skip }) => {
      using pki = await written(key)
      if ((await run('python3', ['-c', 'import cryptography'])).status !== 0)
        skip("python's cryptography is not installed")
      const program = `
import sys
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
bundle = load_pkcs12(open(sys.argv[1], 'rb').read(), b'mockmail')
print(format(bundle.cert.certificate.serial_number, 'X'), bundle.cert.friendly_name.decode(), len(bundle.additional_certs))
print(bundle.key.public_key() == bundle.cert.certificate.public_key())
`
      const { stdout } = await run('python3', ['-c', program, pki.file('good/bundle.p12')])
      expect(stdout).toBe(`${pki.good.leaf.serial} mockmail 1\nTrue\n`)
    })
  })
})

describeWith(['keytool', 'openssl'], 'ca.p12', () => {
  it('holds every trusted root, as an entry that Java trusts', async () => {
    using pki = await written('ec')
    const args = ['-list', '-keystore', pki.file('ca.p12'), '-storepass', 'mockmail', '-J-Duser.language=en']
    const { stdout } = await run('keytool', args)
    expect(stdout).toContain('Your keystore contains 2 entries\n')
    expect(stdout.match(/^mockmail root ca [0-9a-f]{6}(-[0-9a-f]{4})?, .*, trustedCertEntry, $/gm)).toHaveLength(2)
    const pem = await opensslText('pkcs12', '-in', pki.file('ca.p12'), '-passin', 'pass:mockmail', '-nokeys')
    expect([...serialsIn(pem)].sort()).toEqual([...serialsIn(pki.caPem)].sort())
  }, 60_000)
})
