import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { issueCertificate } from '../../src/certs/certificate.ts'
import { encodeConstraints, permits } from '../../src/certs/constraints.ts'
import {
  bitString,
  type Der,
  element,
  encodeElement,
  explicit,
  integer,
  namedBits,
  oid,
  parseDer,
  sequence,
  setOf,
  time,
} from '../../src/certs/der.ts'
import { generateKey } from '../../src/certs/keys.ts'
import { commonName, formatName } from '../../src/certs/names.ts'
import { encodeGeneralNames } from '../../src/certs/values.ts'
import { nowhere } from '../../src/scenarios/recipe/places.ts'
import { opensslText } from './judges/openssl.ts'
import { describeWith, temporaryDirectory } from './judges/run.ts'

const hex = (der: Uint8Array): string => Buffer.from(der).toString('hex')

describe('DER', () => {
  it.each<[string, Der, string]>([
    ['INTEGER 0', integer(0), '020100'],
    ['INTEGER 127', integer(127), '02017f'],
    ['INTEGER 128', integer(128), '02020080'],
    ['INTEGER 256', integer(256), '02020100'],
    ['INTEGER -1', integer(-1), '0201ff'],
    ['INTEGER -129', integer(-129), '0202ff7f'],
    ['INTEGER -255', integer(-255), '0202ff01'],
    ['an INTEGER with padding, as given', integer(Buffer.from('0001', 'hex')), '02020001'],
    ['no named bits', namedBits([]), '030100'],
    ['named bits 5 and 6', namedBits([5, 6]), '03020106'],
    ['named bits 0 and 8', namedBits([0, 8]), '0303078080'],
    ['a BIT STRING', bitString(Buffer.of(0xff)), '030200ff'],
    ['2.5.29.15', oid('2.5.29.15'), '0603551d0f'],
    ['2 to 49 as UTCTime', time(new Date('2049-12-31T23:59:59Z')), '170d3439313233313233353935395a'],
    ['2050 as GeneralizedTime', time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
    ['1950 as UTCTime', time(new Date('1950-01-01T00:00:00Z')), '170d3530303130313030303030305a'],
    ['a SET OF in order', setOf(integer(2), integer(1)), '3106020101020102'],
    ['a context tag', explicit(3, integer(1)), 'a303020101'],
    ['128 octets', element(4, Buffer.alloc(128)), `048180${'00'.repeat(128)}`],
    ['70,000 octets', element(4, Buffer.alloc(70_000)), `0483011170${'00'.repeat(70_000)}`],
  ])('writes %s', (_, der, expected) => expect(hex(der)).toBe(expected))

  it('reads what it has written', () => {
    const der = sequence(integer(1), explicit(0, bitString(Buffer.from('3003', 'hex'))), sequence())
    expect(hex(encodeElement(parseDer(der)))).toBe(hex(der))
  })

  it('refuses to read what is cut short', () => {
    expect(() => parseDer(Buffer.from('300502', 'hex'))).toThrow()
  })
})

describe('a recipe', () => {
  const recipe = {
    key: generateKey('P-256'),
    subject: commonName('x'),
    notBefore: new Date(0),
    notAfter: new Date(1e12),
  }

  it('is right without anything else', () => {
    const read = new X509Certificate(issueCertificate(recipe).pem)
    expect(read.verify(read.publicKey)).toBe(true)
  })

  it('takes bytes in place of any field, signed as they are', () => {
    const version = Buffer.from('a003020163', 'hex')
    const validity = Buffer.from('300a17053939393939170168', 'hex')
    const { der } = issueCertificate({ ...recipe, raw: { version, validity } })
    expect(hex(der)).toContain(`${hex(version)}0210`)
    expect(hex(der)).toContain(hex(validity))
    const read = new X509Certificate(der)
    expect(read.verify(read.publicKey)).toBe(true)
  })

  it('leaves a field out for an empty array: a version 1 certificate', () => {
    const none = new Uint8Array()
    const { der } = issueCertificate({ ...recipe, raw: { version: none, extensions: none } })
    const fields = parseDer(der).children[0]?.children ?? []
    expect(fields.map(({ tag }) => tag)).toEqual([0x02, 0x30, 0x30, 0x30, 0x30, 0x30])
    expect(new X509Certificate(der).ca).toBe(false)
  })

  it('shows a serial number that is given', () => {
    const { serial, pem } = issueCertificate({ ...recipe, raw: { serialNumber: Buffer.from('020200fe', 'hex') } })
    expect([serial, new X509Certificate(pem).serialNumber]).toEqual(['00FE', 'FE'])
  })

  it('can carry a signature that does not fit', () => {
    const signatureValue = Buffer.from('030900300602010102010a', 'hex')
    const read = new X509Certificate(issueCertificate({ ...recipe, raw: { signatureValue } }).pem)
    expect(read.verify(read.publicKey)).toBe(false)
  })
})

describe('name constraints', () => {
  const permittedSubtrees = {
    dNSName: ['mockmail.test', 'corp.example'],
    iPAddress: ['127.0.0.0/8', '192.0.2.7', '2001:db8::/33'],
  }
  const subtrees = encodeConstraints({ permittedSubtrees }, nowhere)
  const names = (dNSName: string[], iPAddress: string[]) => ({
    altNames: encodeGeneralNames({ dNSName, iPAddress }, nowhere),
  })

  it.each([
    [
      ['mockmail.test', 'a.mockmail.test', 'corp.example', '*.corp.example'],
      ['127.9.9.9', '192.0.2.7', '2001:db8:7fff::1'],
    ],
    [[], []],
  ])('permit %j and %j', (dnsNames, ipAddresses) => expect(permits(subtrees, names(dnsNames, ipAddresses))).toBe(true))

  it.each([
    [['notmockmail.test'], []],
    [['test'], []],
    [[], ['192.0.2.8']],
    [[], ['2001:db8:8000::1']],
    [[], ['::7f00:1']],
  ])('do not permit %j and %j', (dnsNames, ipAddresses) =>
    expect(permits(subtrees, names(dnsNames, ipAddresses))).toBe(false),
  )
})

describeWith(['openssl'], 'a distinguished name', () => {
  const attribute = (dotted: string, tag: number, text: Uint8Array): Der =>
    setOf(sequence(oid(dotted), element(tag, text)))
  const utf8 = (text: string): Uint8Array => Buffer.from(text)

  it.each<[string, Der]>([
    ['CN=localhost', sequence(attribute('2.5.4.3', 0x0c, utf8('localhost')))],
    ['CN=b,O=a', sequence(attribute('2.5.4.10', 0x13, utf8('a')), attribute('2.5.4.3', 0x0c, utf8('b')))],
    ['CN=\\ \\,\\+\\"\\\\\\<\\>\\;#\\ ', sequence(attribute('2.5.4.3', 0x0c, utf8(' ,+"\\<>;# ')))],
    ['CN=\\#a', sequence(attribute('2.5.4.3', 0x0c, utf8('#a')))],
    ['CN=M\\C3\\BCller\\0A', sequence(attribute('2.5.4.3', 0x0c, utf8('Müller\n')))],
    ['CN=\\C3\\A9', sequence(attribute('2.5.4.3', 0x14, Buffer.of(0xe9)))],
    ['CN=\\C3\\A9', sequence(attribute('2.5.4.3', 0x1e, Buffer.of(0, 0xe9)))],
    [
      'emailAddress=a@b,DC=c',
      sequence(
        attribute('0.9.2342.19200300.100.1.25', 0x16, utf8('c')),
        attribute('1.2.840.113549.1.9.1', 0x16, utf8('a@b')),
      ),
    ],
  ])('%s is written as openssl writes it', async (expected, subject) => {
    using directory = temporaryDirectory()
    const { pem } = issueCertificate({
      key: generateKey('P-256'),
      subject,
      notBefore: new Date(0),
      notAfter: new Date(1e12),
    })
    writeFileSync(`${directory.path}/c.pem`, pem)
    expect(formatName(subject)).toBe(expected)
    const printed = await opensslText(
      'x509',
      '-in',
      `${directory.path}/c.pem`,
      '-noout',
      '-subject',
      '-nameopt',
      'RFC2253',
    )
    expect(printed).toBe(`subject=${expected}\n`)
  })
})
