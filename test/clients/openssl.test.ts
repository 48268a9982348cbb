import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf, certificateParts, needsRevocationCheck, titled } from '../support/clients/cells.ts'
import { verifyReturnCode } from '../support/clients/openssl.ts'
import { describeWith } from '../support/programs.ts'

const ids = certificateParts.map(({ id }) => id)

/** By certificate, what the catalogue says `s_client` prints: a verify code, or in words why there is none. */
const codes: ReadonlyMap<string, number | string | undefined> = new Map(
  certificateParts.map(({ id, entry }) => [
    id,
    entry.errors?.['openssl'] ?? (entry.expect === 'accept' ? 0 : undefined),
  ]),
)
const withCode = ids.filter((id) => typeof codes.get(id) === 'number')
const revocable = withCode.filter(needsRevocationCheck)

/** What administrators know by heart, as numbers of our own: a slip in the catalogue shows here. */
const known: Readonly<Record<string, number>> = {
  good: 0,
  expired: 10,
  'self-signed': 18,
  'untrusted-root': 20,
  'missing-intermediate': 21,
  'wrong-host': 62,
  revoked: 23,
}

it('has a verify code for every certificate of the catalogue, or words that say why not', () => {
  expect(ids.filter((id) => codes.get(id) === undefined || codes.get(id) === '')).toEqual([])
  expect(Object.fromEntries(Object.keys(known).map((id) => [id, codes.get(id)]))).toEqual(known)
})

describeWith(['openssl'], 'openssl s_client, trusting ca.pem only', () => {
  let servers: MailServers
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: ids })
  })
  afterAll(() => servers.close())

  const crlOf = (scenario: string): string => `${servers.pki}/${scenario}/crl.pem`

  describe.concurrent('prints the code of the catalogue', () => {
    it.each(titled(cellsOf(withCode)))('for %s', async (_, cell) => {
      const crl = needsRevocationCheck(cell.scenario) && { crl: crlOf(cell.scenario) }
      expect(await verifyReturnCode(servers.endpoint(cell), { ca: servers.ca.path, ...crl })).toBe(
        codes.get(cell.scenario),
      )
    })
  })

  describe.concurrent('finds the address in what it is shown without a server name', () => {
    const verify = '-verify_ip'
    it.each(titled(cellsOf(['good'])))('0 for 127.0.0.1 on %s', async (_, cell) => {
      const target = servers.endpoint(cell)
      expect(await verifyReturnCode(target, { ca: servers.ca.path }, { host: '127.0.0.1', verify })).toBe(0)
    })

    it.each(titled(cellsOf(['good'])))('64 for 127.0.0.1 with the name localhost on %s', async (_, cell) => {
      const dialled = { host: '127.0.0.1', sni: 'localhost', verify } as const
      expect(await verifyReturnCode(servers.endpoint(cell), { ca: servers.ca.path }, dialled)).toBe(64)
    })

    it.each(titled(cellsOf(['wrong-host'])))('64 for 127.0.0.1 on %s', async (_, cell) => {
      const target = servers.endpoint(cell)
      expect(await verifyReturnCode(target, { ca: servers.ca.path }, { host: '127.0.0.1', verify })).toBe(64)
    })

    it.each(titled(cellsOf(['revoked'])))('23 for 127.0.0.1 on %s with -crl_check', async (_, cell) => {
      const trust = { ca: servers.ca.path, crl: crlOf('revoked') }
      expect(await verifyReturnCode(servers.endpoint(cell), trust, { host: '127.0.0.1', verify })).toBe(23)
    })

    it.each(titled(cellsOf(['good'])))('0 for localhost without its name on %s', async (_, cell) => {
      const dialled = { host: 'localhost', verify: '-verify_hostname' } as const
      expect(await verifyReturnCode(servers.endpoint(cell), { ca: servers.ca.path }, dialled)).toBe(0)
    })
  })

  describe.concurrent('is told by the CRL, and by nothing else, what is revoked', () => {
    it.each(titled(cellsOf(revocable)))('0 for %s without -crl_check', async (_, cell) => {
      expect(await verifyReturnCode(servers.endpoint(cell), { ca: servers.ca.path })).toBe(0)
    })

    it.each(titled(cellsOf(['good'])))('0 for %s with -crl_check', async (_, cell) => {
      expect(await verifyReturnCode(servers.endpoint(cell), { ca: servers.ca.path, crl: crlOf('good') })).toBe(0)
    })
  })
})
