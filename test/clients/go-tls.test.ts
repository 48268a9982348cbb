import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf, certificateParts, titled } from '../support/clients/cells.ts'
import { goHandshakes } from '../support/clients/go.ts'
import { describeWith } from '../support/programs.ts'

// Go 1.20 began to say `tls: failed to verify certificate:` before the same words.
const says = (words: string): RegExp => new RegExp(`^(tls: failed to verify certificate: )?x509: ${words}`)
const unknownAuthority = says('certificate signed by unknown authority')
const expired = says('certificate has expired or is not yet valid: current time \\S+ is after ')

/** What Go says of each certificate of the catalogue. */
const errors: Readonly<Record<string, RegExp>> = {
  good: /^OK$/,
  expired,
  'not-yet-valid': says('certificate has expired or is not yet valid: current time \\S+ is before '),
  'expired-intermediate': expired,
  'expired-root': expired,
  'self-signed': unknownAuthority,
  'certificate-changed': unknownAuthority,
  'untrusted-root': unknownAuthority,
  'untrusted-root-in-chain': unknownAuthority,
  'missing-intermediate': unknownAuthority,
  'wrong-host': says('certificate is valid for imap\\.example\\.com, not localhost$'),
  // Go does not look at revocation.
  revoked: /^OK$/,
}

const ids = certificateParts.map(({ id }) => id)
const cells = cellsOf(ids)

it('has an error for every certificate of the catalogue', () => {
  expect(ids.filter((id) => !(id in errors))).toEqual([])
})

describeWith(['go'], 'go, with the roots of ca.pem', () => {
  let servers: MailServers
  let said: readonly string[]
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: ids })
    const targets = cells.map((cell) => servers.endpoint(cell))
    said = await goHandshakes(targets, servers.ca.path)
  }, 120_000)
  afterAll(() => servers.close())

  it.each(titled(cells.map((cell, index) => ({ ...cell, index }))))(
    'says what the table says: %s',
    (_, { scenario, index }) => expect(said[index]).toMatch(errors[scenario] ?? /^$/),
  )
})
