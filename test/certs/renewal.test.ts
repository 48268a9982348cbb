import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { temporaryDirectory, testPki } from './judges/run.ts'

const hours = 3_600_000
const days = 24 * hours
const start = new Date('2026-11-21T12:00:00Z')

/** A PKI whose time is told. */
async function pkiAt(now?: Date) {
  let at = start
  const pki = await testPki({ clock: () => at, ...(now && { now }) })
  return {
    pki,
    leaf(id: string, after: number) {
      at = new Date(start.getTime() + after)
      const { recipe } = resolveScenario(id).forConnection(1).certificate
      return pki.identity(id, recipe).leaf
    },
    /** Days from the told time, as a leaf has them. */
    daysOf({ notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date }) {
      return [notBefore, notAfter].map((date) => (date.getTime() - at.getTime()) / days)
    },
    [Symbol.asyncDispose]: () => pki.close(),
  }
}

describe('a leaf', () => {
  it.each([
    ['good', 60 * days, [-1, 90]],
    ['self-signed', 60 * days, [-1, 90]],
    ['wrong-host', 60 * days, [-1, 90]],
    ['not-yet-valid', 16 * hours, [1, 90]],
  ])('of %s is issued anew after %i ms, with dates that count from then', async (id, due, dates) => {
    await using at = await pkiAt()
    const first = at.leaf(id, 0)
    expect(at.daysOf(first)).toEqual(dates)
    expect(at.leaf(id, due - 1)).toBe(first)
    const second = at.leaf(id, due)
    expect(second.serial).not.toBe(first.serial)
    expect(at.daysOf(second)).toEqual(dates)
    expect(at.leaf(id, 2 * due - 1)).toBe(second)
    expect(at.leaf(id, 2 * due)).not.toBe(second)
  })

  it('that has expired is not issued again', async () => {
    await using at = await pkiAt()
    expect(at.leaf('expired', 1000 * days)).toBe(at.leaf('expired', 0))
  })

  it('is not issued again when the run was told the time, which then stands still', async () => {
    await using at = await pkiAt(start)
    expect(at.leaf('not-yet-valid', 1000 * days)).toBe(at.leaf('not-yet-valid', 0))
  })

  it('whose validity is a matter of an hour ends when it ends', async () => {
    let at = start
    await using pki = await testPki({ clock: () => at, responder: false })
    const brief = { leaf: { dates: { notAfter: { days: 1 / 24 } } } }
    const first = pki.identity('brief', brief)
    at = new Date(start.getTime() + days)
    expect(pki.identity('brief', brief)).toBe(first)
  })

  it('that was revoked is revoked anew, and the first one stays so', async () => {
    await using at = await pkiAt()
    const [first, second] = [at.leaf('revoked', 0), at.leaf('revoked', 60 * days)]
    const { recipe } = resolveScenario('revoked').forConnection(1).certificate
    const crl = at.pki.identity('revoked', recipe).crl?.der.toString('hex')
    for (const { serial } of [first, second]) expect(crl).toContain(serial.toLowerCase())
  })
})

describe('the files', () => {
  it('are written with what is current: leaf, client certificate and CRL', async () => {
    await using at = await pkiAt()
    using directory = temporaryDirectory()
    const read = (file: string): Buffer => readFileSync(`${directory.path}/${file}`)
    at.leaf('good', 0)
    at.pki.write(directory.path)
    const before = ['good/leaf.pem', 'clients/good/leaf.pem', 'good/crl.pem'].map(read)
    const { serial } = at.leaf('good', 61 * days)
    at.pki.write(directory.path)
    expect(new X509Certificate(read('good/leaf.pem')).serialNumber).toBe(serial)
    const client = new X509Certificate(read('clients/good/leaf.pem'))
    expect(at.daysOf({ notBefore: new Date(client.validFrom), notAfter: new Date(client.validTo) })).toEqual([-1, 90])
    expect(read('good/crl.pem').equals(before[2] ?? Buffer.alloc(0))).toBe(false)
  })
})
