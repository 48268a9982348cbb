import { connect as connectPlain } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type ConnectionRecord, type MailServer, startMailServer } from '../../src/index.ts'
import { hintFor } from '../../src/verdicts/hints.ts'
import { bunProgram } from '../support/clients/bun.ts'
import { describeWith, run } from '../support/programs.ts'

const where = { protocol: 'imap', mode: 'implicit' } as const

const byName = {
  told: 'The client cannot read the name constraints of the roots: --unconstrained makes roots without any.',
  seen: 'If the client trusts the roots, its TLS library may not read their name constraints: --unconstrained makes roots without any.',
}
const byAddress = {
  told: 'The client cannot read name constraints of addresses: dial a name in place of an address, or make roots without constraints with --unconstrained.',
  seen: 'If the client trusts the roots, its TLS library may not read name constraints of addresses, as BoringSSL does not: dial a name in place of an address, or make roots without constraints with --unconstrained.',
}

/** The record of a client that ends the session as soon as TLS is there, or says something in it. */
async function recordOf(server: MailServer, options: ConnectionOptions, says?: string): Promise<ConnectionRecord> {
  const ended = server.waitForConnection()
  const socket = connect({ host: server.host, port: server.port, ca: server.tls.ca, ...options })
  socket.on('error', () => {})
  socket.once('secureConnect', () => (says === undefined ? socket.destroy() : socket.end(says)))
  socket.resume()
  return ended
}

const refusing = { servername: 'localhost', checkServerIdentity: () => new Error('cannot read it') }

describe('a client that refuses good without a reason', () => {
  it.each([
    ['and dialled a name', refusing, byName.seen],
    ['and named no server', { checkServerIdentity: refusing.checkServerIdentity }, byAddress.seen],
  ])('%s may not read constraints', async (_, options, hint) => {
    await using server = await startMailServer(where)
    expect(hintFor(await recordOf(server, options))).toBe(hint)
  })

  it.each([
    ['unsupported name constraint type', byName.told],
    ['CryptographicException: Unrecognized X509VerifyStatusCode:UNSUPPORTED_CONSTRAINT_TYPE', byName.told],
    ['error 51 at 2 depth lookup: unsupported name constraint type', byName.told],
    ['x509: unhandled critical extension', byName.told],
    ['socket hang up', byName.seen],
    ['something else', byName.seen],
    ['unable to get local issuer certificate', undefined],
    ['certificate has expired', undefined],
    ["Hostname/IP does not match certificate's altnames", undefined],
  ])('and says %j in words of its own', async (error, hint) => {
    await using server = await startMailServer(where)
    const record = await recordOf(server, refusing)
    expect(hintFor(record, error)).toBe(hint)
    expect(hintFor(record, new Error(error))).toBe(hint)
  })

  it('and names no server, but says why, is told of addresses', async () => {
    await using server = await startMailServer(where)
    const record = await recordOf(server, { checkServerIdentity: refusing.checkServerIdentity })
    expect(hintFor(record, 'unsupported name constraint type')).toBe(byAddress.told)
  })
})

describe('no hint', () => {
  it('is for a client that takes good', async () => {
    await using server = await startMailServer(where)
    const record = await recordOf(server, { servername: 'localhost' }, 'a LOGIN joe secret\r\nb LOGOUT\r\n')
    expect(hintFor(record)).toBeUndefined()
  })

  it('is for one that never speaks TLS', async () => {
    await using server = await startMailServer(where)
    const ended = server.waitForConnection()
    const socket = connectPlain(server.port, server.host, () => socket.destroy())
    expect(hintFor(await ended)).toBeUndefined()
  })
})

describeWith(['openssl'], 'openssl s_client', () => {
  it('that does not trust the root says so by its alert, and gets no hint', async () => {
    await using server = await startMailServer(where)
    const ended = server.waitForConnection()
    const args = ['s_client', '-connect', `${server.host}:${server.port}`, '-servername', 'localhost']
    await run('openssl', [...args, '-verify_return_error', '-no-CApath', '-no-CAstore', '-no-CAfile'])
    const record = await ended
    expect(record.handshake.alertReceived?.name).toBe('unknown_ca')
    expect(hintFor(record)).toBeUndefined()
  })
})

const bun = await bunProgram()

describeWith([bun], 'Bun', () => {
  it('that dials an address is told to dial a name, by its words and without', async () => {
    await using server = await startMailServer(where)
    const program = `
      const [port, ca] = process.argv.slice(-2)
      const socket = require('node:tls').connect({ host: '127.0.0.1', port: Number(port), ca })
      socket.on('error', ({ message }) => { console.log(message); process.exit() })
    `
    const ended = server.waitForConnection()
    const { stdout } = await run(bun, ['-e', program, String(server.port), server.tls.ca])
    const record = await ended
    expect(hintFor(record)).toBe(byAddress.seen)
    expect(hintFor(record, stdout)).toBe(byAddress.told)
  })
})
