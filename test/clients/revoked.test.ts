import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { type Cell, cellsOf, titled } from '../support/clients/cells.ts'
import { playOne, type Said } from '../support/clients/client.ts'
import { imapflow, nodemailer, nodePop3 } from '../support/clients/node.ts'
import { mail } from '../support/clients/play.ts'

/** A fleet for each half: outcomes are of every connection to an endpoint. */
let without: MailServers
let having: MailServers
beforeAll(async () => {
  without = await startMailServers({ scenarios: ['good', 'revoked'] })
  having = await startMailServers({ scenarios: ['good', 'revoked'] })
})
afterAll(() => Promise.all([without.close(), having.close()]))

const clients = { smtp: nodemailer, imap: imapflow, pop3: nodePop3 }

/** node-pop3 knows no STLS. */
const cells = (scenario: string): readonly Cell[] =>
  cellsOf([scenario]).filter(({ protocol, mode }) => protocol !== 'pop3' || mode === 'implicit')

const play = (servers: MailServers, cell: Cell, crls?: string): Promise<Said> => {
  return playOne(clients[cell.protocol], servers.endpoint(cell), {
    ca: servers.ca.path,
    mail,
    ...(crls !== undefined && { crls }),
  })
}

const crlsOf = (servers: MailServers, { scenario }: Cell): string => `${servers.pki}/${scenario}/crl-chain.pem`

describe.concurrent('a client that has no CRL', () => {
  it.each(titled(cells('revoked')))('sees nothing, which is a note: %s', async (_, cell) => {
    expect(await play(without, cell)).toMatchObject({ ok: true })
    const server = without.endpoint(cell)
    const judgement = { outcome: 'leaked', detail: 'leak-credentials-untrusted-tls' }
    expect(await server.outcome()).toMatchObject({ ...judgement, verdict: 'note' })
    expect(await server.outcome({ requireRevocation: true })).toMatchObject({ ...judgement, verdict: 'fail' })
  })
})

describe.concurrent('a client that has the CRLs of the whole chain', () => {
  const words = {
    smtp: 'ESOCKET: certificate revoked',
    imap: 'CERT_REVOKED: certificate revoked',
    pop3: 'CERT_REVOKED: certificate revoked',
  }

  it.each(titled(cells('revoked')))('refuses %s', async (_, cell) => {
    const said = await play(having, cell, crlsOf(having, cell))
    expect(said).toEqual({ ok: false, said: words[cell.protocol] })
    const judgement = { outcome: 'refused', qualifier: 'silent-close', verdict: 'pass' }
    expect(await having.endpoint(cell).outcome({ requireRevocation: true })).toMatchObject(judgement)
  })

  it.each(titled(cells('good')))('accepts %s', async (_, cell) => {
    expect(await play(having, cell, crlsOf(having, cell))).toMatchObject({ ok: true })
    const judgement = { outcome: 'accepted', verdict: 'pass' }
    expect(await having.endpoint(cell).outcome({ requireRevocation: true })).toMatchObject(judgement)
  })
})
