import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf, certificateParts, titled } from '../support/clients/cells.ts'
import { javaHandshakes } from '../support/clients/java.ts'
import { describeWith } from '../support/programs.ts'

const pathNotFound =
  /^SSLHandshakeException: SunCertPathBuilderException: unable to find valid certification path to requested target$/
const expired = /^SSLHandshakeException: CertificateExpiredException: NotAfter: /

/** What Java says of each certificate of the catalogue: the class, and the exception that it began with. */
const exceptions: Readonly<Record<string, RegExp>> = {
  good: /^OK$/,
  expired,
  'not-yet-valid': /^SSLHandshakeException: CertificateNotYetValidException: NotBefore: /,
  'expired-intermediate': expired,
  // The dates of a trust anchor are no part of path validation, and Java does not look at them.
  'expired-root': /^OK$/,
  'self-signed': pathNotFound,
  'certificate-changed': pathNotFound,
  'untrusted-root': pathNotFound,
  'untrusted-root-in-chain': pathNotFound,
  'missing-intermediate': pathNotFound,
  'wrong-host':
    /^SSLHandshakeException: CertificateException: No subject alternative DNS name matching localhost found\.$/,
  // Without CRLs nobody can see it.
  revoked: /^OK$/,
}

/** What it says with the CRLs of the whole chain. */
const withCrls: Readonly<Record<string, RegExp>> = {
  good: /^OK$/,
  revoked:
    /^SSLHandshakeException: CertificateRevokedException: Certificate has been revoked, reason: KEY_COMPROMISE, /,
}

const ids = certificateParts.map(({ id }) => id)
const cells = cellsOf(ids)
const crlCells = cellsOf(Object.keys(withCrls))

it('has an exception for every certificate of the catalogue', () => {
  expect(ids.filter((id) => !(id in exceptions))).toEqual([])
})

describeWith(['java'], 'java, with a truststore made of ca.pem and the name checked as HTTPS does', () => {
  let servers: MailServers
  let said: readonly string[]
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: ids })
    const handshakes = [
      ...cells.map((cell) => ({ target: servers.endpoint(cell) })),
      ...crlCells.map((cell) => ({
        target: servers.endpoint(cell),
        crl: `${servers.pki}/${cell.scenario}/crl-chain.pem`,
      })),
    ]
    // One process for all: a virtual machine takes a second to start.
    said = await javaHandshakes(handshakes, { ca: servers.ca.path })
  }, 90_000)
  afterAll(() => servers.close())

  it.each(titled(cells.map((cell, index) => ({ ...cell, index }))))(
    'throws what the table says: %s',
    (_, { scenario, index }) => expect(said[index]).toMatch(exceptions[scenario] ?? /^$/),
  )

  it.each(titled(crlCells.map((cell, index) => ({ ...cell, index }))))(
    'throws what the table says, with CRLs: %s',
    (_, { scenario, index }) => expect(said[cells.length + index]).toMatch(withCrls[scenario] ?? /^$/),
  )
})
