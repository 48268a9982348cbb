import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf, certificateParts, titled } from '../support/clients/cells.ts'
import { gnutlsStatus } from '../support/clients/gnutls.ts'
import { describeWith, temporaryDirectory } from '../support/programs.ts'

const trusted = 'The certificate is trusted.'
const not = (why: string): string => `The certificate is NOT trusted. ${why}`

/** What GnuTLS says of each certificate of the catalogue. */
const sentences: Readonly<Record<string, string>> = {
  good: trusted,
  expired: not('The certificate chain uses expired certificate.'),
  'not-yet-valid': not('The certificate chain uses not yet valid certificate.'),
  'expired-intermediate': not('The certificate chain uses expired certificate.'),
  'expired-root': not('The certificate chain uses expired certificate.'),
  'self-signed': not('The certificate issuer is unknown.'),
  'certificate-changed': not('The certificate issuer is unknown.'),
  'untrusted-root': not('The certificate issuer is unknown.'),
  'untrusted-root-in-chain': not('The certificate issuer is unknown.'),
  'missing-intermediate': not('The certificate issuer is unknown.'),
  'wrong-host': not('The name in the certificate does not match the expected.'),
  // Without a CRL nobody can see it.
  revoked: trusted,
}

/** What it says once it has the CRL. */
const withCrl: Readonly<Record<string, string>> = {
  good: trusted,
  revoked: not('The certificate chain is revoked.'),
}

const ids = certificateParts.map(({ id }) => id)

it('has a sentence for every certificate of the catalogue', () => {
  expect(ids.filter((id) => !(id in sentences))).toEqual([])
})

describeWith(['gnutls-cli'], 'gnutls-cli, trusting ca.pem only', () => {
  let servers: MailServers
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: ids })
  })
  afterAll(() => servers.close())

  describe.concurrent('says', () => {
    it.each(titled(cellsOf(ids)))('its sentence of %s', async (_, cell) => {
      expect(await gnutlsStatus(servers.endpoint(cell), { ca: servers.ca.path })).toBe(sentences[cell.scenario])
    })
  })

  describe.concurrent('says with the CRL of the intermediate', () => {
    it.each(titled(cellsOf(Object.keys(withCrl))))('its sentence of %s', async (_, cell) => {
      using folder = temporaryDirectory()
      // GnuTLS takes a CRL only from an issuer that it was told to trust: the intermediate.
      const ca = join(folder.path, 'ca-and-intermediate.pem')
      const files = [servers.ca.path, `${servers.pki}/${cell.scenario}/chain.pem`]
      writeFileSync(ca, files.map((file) => readFileSync(file, 'utf8')).join(''))
      const crl = `${servers.pki}/${cell.scenario}/crl.pem`
      expect(await gnutlsStatus(servers.endpoint(cell), { ca, crl })).toBe(withCrl[cell.scenario])
    })
  })
})
