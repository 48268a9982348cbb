import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { type Cell, cellsOf, titled } from '../support/clients/cells.ts'
import type { Said } from '../support/clients/client.ts'
import { imapflow } from '../support/clients/imapflow.ts'
import { readTrust } from '../support/clients/node.ts'
import { nodemailer } from '../support/clients/nodemailer.ts'
import { mail } from '../support/clients/sessions.ts'
import { connectTls, tlsError } from '../support/raw.ts'

/** A fleet for each half: outcomes are of every connection to an endpoint. */
let without: MailServers
let having: MailServers
beforeAll(async () => {
  without = await startMailServers({ scenarios: ['good', 'revoked'] })
  having = await startMailServers({ scenarios: ['good', 'revoked'] })
})
afterAll(() => Promise.all([without.close(), having.close()]))

const play = (servers: MailServers, cell: Cell, crls?: string): Promise<Said> => {
  const client = cell.protocol === 'smtp' ? nodemailer : imapflow
  return client.play(servers.endpoint(cell), { ca: servers.ca.path, mail, ...(crls !== undefined && { crls }) })
}

const crlsOf = (servers: MailServers, { scenario }: Cell): string => `${servers.pki}/${scenario}/crl-chain.pem`

describe.concurrent('a client that has no CRL', () => {
  it.each(titled(cellsOf(['revoked'], ['smtp', 'imap'])))('sees nothing, which is a note: %s', async (_, cell) => {
    expect(await play(without, cell)).toMatchObject({ ok: true })
    const server = without.endpoint(cell)
    const judgement = { outcome: 'leaked', detail: 'leak-credentials-untrusted-tls' }
    expect(await server.outcome()).toMatchObject({ ...judgement, verdict: 'note' })
    expect(await server.outcome({ requireRevocation: true })).toMatchObject({ ...judgement, verdict: 'fail' })
  })
})

describe.concurrent('a client that has the CRLs of the whole chain', () => {
  const words = { smtp: 'ESOCKET: certificate revoked', imap: 'CERT_REVOKED: certificate revoked' }

  it.each(titled(cellsOf(['revoked'], ['smtp', 'imap'])))('refuses %s', async (_, cell) => {
    const said = await play(having, cell, crlsOf(having, cell))
    expect(said).toEqual({ ok: false, said: words[cell.protocol as keyof typeof words] })
    const judgement = { outcome: 'refused', qualifier: 'silent-close', verdict: 'pass' }
    expect(await having.endpoint(cell).outcome({ requireRevocation: true })).toMatchObject(judgement)
  })

  it.each(titled(cellsOf(['good'], ['smtp', 'imap'])))('accepts %s', async (_, cell) => {
    expect(await play(having, cell, crlsOf(having, cell))).toMatchObject({ ok: true })
    const judgement = { outcome: 'accepted', verdict: 'pass' }
    expect(await having.endpoint(cell).outcome({ requireRevocation: true })).toMatchObject(judgement)
  })

  it('refuses revoked on pop3/implicit too, with the code CERT_REVOKED, and accepts good', async () => {
    for (const [scenario, code, outcome] of [
      ['revoked', 'CERT_REVOKED', 'refused'],
      ['good', undefined, 'accepted'],
    ] as const) {
      const cell = { scenario, protocol: 'pop3', mode: 'implicit' } as const
      const server = having.endpoint(cell)
      const socket = connectTls(server, readTrust({ ca: having.ca.path, crls: crlsOf(having, cell) }))
      expect((await tlsError(socket))?.code).toBe(code)
      socket.end('NOOP\r\n')
      expect(await server.outcome({ requireRevocation: true })).toMatchObject({ outcome, verdict: 'pass' })
    }
  })
})
