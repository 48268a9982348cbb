import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf } from '../support/clients/cells.ts'
import { nodemailer } from '../support/clients/nodemailer.ts'
import { mail } from '../support/clients/sessions.ts'
import { connectTls, tlsError } from '../support/raw.ts'

let servers: MailServers
beforeAll(async () => {
  servers = await startMailServers({ scenarios: ['good', 'revoked'] })
})
afterAll(() => servers.close())

const accepted = { good: { outcome: 'accepted', verdict: 'pass' }, revoked: { outcome: 'leaked', verdict: 'note' } }

describe.concurrent('a client without a CRL', () => {
  it.each(cellsOf(['revoked', 'good'], ['smtp']))('sends over $protocol/$mode to $scenario', async (cell) => {
    const server = servers.endpoint(cell)
    server.reset()
    expect(await nodemailer.play(server, { ca: servers.ca.path, mail })).toMatchObject({ ok: true })
    const expected = accepted[cell.scenario as keyof typeof accepted]
    expect(await server.outcome()).toMatchObject(expected)
    const strict = { ...expected, verdict: cell.scenario === 'revoked' ? 'fail' : 'pass' }
    expect(await server.outcome({ requireRevocation: true })).toMatchObject(strict)
  })
})

describe('Node with the CRLs of the whole chain', () => {
  /** Each on its own: of several in one string OpenSSL reads the first only. */
  const crlsOf = (scenario: string): string[] =>
    readFileSync(`${servers.pki}/${scenario}/crl-chain.pem`, 'utf8').split(/(?<=-----END X509 CRL-----\n)/)

  const implicit = cellsOf(['good', 'revoked']).filter(({ mode }) => mode === 'implicit')

  it.each(implicit.filter(({ scenario }) => scenario === 'revoked'))(
    'refuses $scenario over $protocol',
    async (cell) => {
      const server = servers.endpoint(cell)
      server.reset()
      const error = await tlsError(connectTls(server, { crl: crlsOf(cell.scenario) }))
      expect(error?.code).toBe('CERT_REVOKED')
      const judgement = { outcome: 'refused', qualifier: 'silent-close', verdict: 'pass' }
      expect(await server.outcome({ requireRevocation: true })).toMatchObject(judgement)
    },
  )

  it.each(implicit.filter(({ scenario }) => scenario === 'good'))('accepts $scenario over $protocol', async (cell) => {
    const server = servers.endpoint(cell)
    server.reset()
    const socket = connectTls(server, { crl: crlsOf(cell.scenario) })
    expect(await tlsError(socket)).toBeUndefined()
    socket.end('NOOP\r\n')
    expect(await server.outcome({ requireRevocation: true })).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
  })
})
