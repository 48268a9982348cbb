import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { ClientId, Pki } from '../../src/certs/types.ts'
import { itWith } from '../support/programs.ts'
import { opensslErrors, opensslText } from './judges/openssl.ts'
import { describeWith, run, temporaryDirectory, testPki } from './judges/run.ts'

const opensslVerdicts: Readonly<Record<ClientId, readonly string[]>> = {
  good: [],
  expired: ['10@0'],
  untrusted: ['20@1'],
  'wrong-usage': ['26@0'],
}

describe.each(['ec', 'rsa'] as const)('a client certificate with a %s key', (key) => {
  describeWith(['openssl'], 'openssl', () => {
    it.each(Object.entries(opensslVerdicts))('finds in %s exactly %j', async (id, errors) => {
      await using pki = await testPki({ key, responder: false })
      using directory = temporaryDirectory()
      pki.write(directory.path)
      const folder = `${directory.path}/clients/${id}`
      const found = await opensslErrors(folder, { ca: `${directory.path}/ca.pem`, purpose: 'sslclient' })
      expect(found).toEqual(errors)
    })
  })

  it.each([
    ['good', 'authorized'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['untrusted', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ['wrong-usage', 'INVALID_PURPOSE'],
  ] as const)('%s is seen by a Node server as %s', async (id, verdict) => {
    await using pki = await testPki({ key, responder: false })
    expect(await authorization(pki, id)).toBe(verdict)
  })
})

describe('a client identity', () => {
  it('is issued once, to the usual user', async () => {
    await using pki = await testPki({ responder: false })
    const client = pki.clientIdentity('good')
    expect(pki.clientIdentity('good')).toBe(client)
    expect(client.leaf.subject).toBe('CN=user@mockmail.test')
    expect(client.servedPem).toBe(client.leaf.pem + client.chainPem)
    expect(pki.clientCaPem).toBe(pki.caPem)
  })

  itWith('openssl')('may have a mail address only where the root permits it', async () => {
    await using pki = await testPki({ responder: false })
    using directory = temporaryDirectory()
    pki.write(directory.path)
    const file = `${directory.path}/clients/good/leaf.pem`
    expect(await opensslText('x509', '-in', file, '-noout', '-ext', 'subjectAltName')).toBe(
      'X509v3 Subject Alternative Name: \n    email:user@mockmail.test\n',
    )
    expect(await opensslText('x509', '-in', `${directory.path}/ca.pem`, '-noout', '-ext', 'nameConstraints')).toContain(
      'email:mockmail.test\n',
    )
  })

  itWith('openssl')('opens from its bundle', async () => {
    await using pki = await testPki({ responder: false })
    using directory = temporaryDirectory()
    pki.write(directory.path)
    const args = ['pkcs12', '-in', `${directory.path}/clients/expired/bundle.p12`, '-passin', 'pass:mockmail', '-noout']
    expect(await run('openssl', args)).toMatchObject({ status: 0, stderr: '' })
  })
})

/** What a server that asks for a certificate makes of this one. */
const authorization = async (pki: Pki, id: ClientId): Promise<string> => {
  const { servedPem, keyPem } = pki.identity('good', {})
  const server = createServer({
    cert: servedPem,
    key: keyPem,
    ca: pki.clientCaPem,
    requestCert: true,
    rejectUnauthorized: false,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const own = pki.clientIdentity(id)
    const trust = { ca: pki.caPem, servername: 'localhost' }
    const client = connect({ port, host: '127.0.0.1', ...trust, cert: own.servedPem, key: own.keyPem })
    const [socket] = (await once(server, 'secureConnection')) as [TLSSocket]
    client.destroy()
    return socket.authorized ? 'authorized' : String(socket.authorizationError)
  } finally {
    server.close()
  }
}
