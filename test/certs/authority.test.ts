import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createAuthority } from '../../src/certs/authority.ts'
import { generateKey } from '../../src/certs/keys.ts'
import { commonName } from '../../src/certs/names.ts'
import { opensslText } from './judges/openssl.ts'
import { describeWith, temporaryDirectory } from './judges/run.ts'

const dates = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') }
const noon = new Date('2026-11-21T12:00:00Z')
const later = (minutes: number): Date => new Date(noon.getTime() + minutes * 60_000)

const newAuthority = () => {
  const signer = { name: commonName('authority'), key: generateKey('P-256') }
  return createAuthority({ id: 'authority', signer })
}

describe('an authority', () => {
  it('gives out the same CRL and staple for an hour, then new ones', () => {
    const authority = newAuthority()
    const leaf = authority.issue({ ...dates, key: generateKey('P-256'), subject: commonName('leaf') })
    const [crl, staple] = [authority.crl(noon), authority.ocspResponse(leaf, noon)]
    expect([authority.crl(later(59)), authority.ocspResponse(leaf, later(59))]).toEqual([crl, staple])
    expect(authority.crl(later(60))?.equals(crl ?? Buffer.alloc(0))).toBe(false)
    expect(authority.ocspResponse(leaf, later(60)).equals(staple)).toBe(false)
  })

  it('says at once what it has revoked', () => {
    const authority = newAuthority()
    const leaf = authority.issue({ ...dates, key: generateKey('P-256'), subject: commonName('leaf') })
    const serial = `0210${leaf.serial.toLowerCase()}`
    expect(authority.crl(noon)?.toString('hex')).not.toContain(serial)
    expect(authority.ocspResponse(leaf, noon).toString('hex')).toContain(`${serial}8000180f`)
    authority.revoke(leaf, 'superseded', noon)
    expect(authority.crl(noon)?.toString('hex')).toContain(serial)
    // revoked [1], the time, reason [0] 4
    const time = Buffer.from('20261121120000Z').toString('hex')
    expect(authority.ocspResponse(leaf, noon).toString('hex')).toContain(`${serial}a116180f${time}a0030a0104`)
  })
})

describeWith(['openssl'], 'a CRL', () => {
  const read = async (crl: Buffer = Buffer.alloc(0)): Promise<string> => {
    using directory = temporaryDirectory()
    writeFileSync(`${directory.path}/crl.der`, crl)
    const fields = ['-lastupdate', '-nextupdate', '-crlnumber']
    return await opensslText('crl', '-inform', 'DER', '-in', `${directory.path}/crl.der`, '-noout', ...fields)
  }

  it('began an hour ago, lasts a week, and has a number that grows, also from one run to the next', async () => {
    const authority = newAuthority()
    expect(await read(authority.crl(noon))).toBe(
      'lastUpdate=Nov 21 11:00:00 2026 GMT\nnextUpdate=Nov 28 12:00:00 2026 GMT\ncrlNumber=0x6B0187C0\n',
    )
    authority.revoke(
      authority.issue({ ...dates, key: generateKey('P-256'), subject: commonName('leaf') }),
      'unspecified',
      noon,
    )
    expect(await read(authority.crl(noon))).toMatch(/\ncrlNumber=0x6B0187C1\n/)
  })
})
