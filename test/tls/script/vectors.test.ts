import { createCipheriv } from 'node:crypto'
import { expect, it } from 'vitest'
import { decryptBlocks, encryptBlocks, Rc4 } from '../../../src/tls/script/ciphers.ts'
import { aeadProtection, tls13Protection } from '../../../src/tls/script/protection.ts'
import {
  deriveSecret,
  expand,
  extract,
  finished13,
  hashOf,
  prfOf,
  trafficKeys,
} from '../../../src/tls/script/schedule.ts'
import { suites } from '../../../src/tls/script/suites.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const zeros = Buffer.alloc(32)

it.each([
  ['40 bits', '0102030405', 'b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919'],
  ['128 bits', '0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c'],
])('RC4 with a key of %s gives the key stream of RFC 6229', (_, key, stream) => {
  expect(new Rc4(hex(key)).update(zeros).toString('hex')).toBe(stream)
})

it('goes on with the same RC4 stream from record to record', () => {
  const whole = new Rc4(hex('0102030405')).update(zeros)
  const parts = new Rc4(hex('0102030405'))
  expect(Buffer.concat([parts.update(zeros.subarray(0, 7)), parts.update(zeros.subarray(7))])).toEqual(whole)
})

it('makes single DES of 3DES: the block of every textbook', () => {
  const [key, iv, plain] = [hex('133457799bbcdff1'), Buffer.alloc(8), hex('0123456789abcdef')]
  const secret = encryptBlocks('des-cbc', key, iv, plain)
  expect(secret.toString('hex')).toBe('85e813540f0ab405')
  expect(decryptBlocks('des-cbc', key, iv, secret)).toEqual(plain)
})

it('extracts and expands as RFC 5869 A.1 does', () => {
  const secret = extract('sha256', hex('000102030405060708090a0b0c'), Buffer.alloc(22, 0x0b))
  expect(secret.toString('hex')).toBe('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5')
  expect(expand('sha256', secret, hex('f0f1f2f3f4f5f6f7f8f9'), 42).toString('hex')).toBe(
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  )
})

it('derives the secrets and keys of the first trace of RFC 8448', () => {
  const suite = suites.get(0x1301)
  if (!suite) throw new Error('no TLS_AES_128_GCM_SHA256')
  const early = extract('sha256', zeros, zeros)
  expect(early.toString('hex')).toBe('33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a')
  const derived = deriveSecret('sha256', early, 'derived', hashOf('sha256', []))
  expect(derived.toString('hex')).toBe('6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba')
  const agreed = hex('8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d')
  const handshake = extract('sha256', derived, agreed)
  expect(handshake.toString('hex')).toBe('1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac')
  const context = hex('860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8')
  const server = deriveSecret('sha256', handshake, 's hs traffic', context)
  expect(server.toString('hex')).toBe('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38')
  const { key, iv } = trafficKeys(suite, server)
  expect([key.toString('hex'), iv.toString('hex')]).toEqual([
    '3fce516009c21727d0f2e4e86ee403bc',
    '5d313eb2671276ee13000b30',
  ])
  const main = extract('sha256', deriveSecret('sha256', handshake, 'derived', hashOf('sha256', [])), zeros)
  expect(main.toString('hex')).toBe('18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919')
})

it("stretches as the working group's vector of the PRF of TLS 1.2 does", () => {
  const suite = suites.get(0xc02f)
  if (!suite) throw new Error('no TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
  const stretched = prfOf(0x0303, suite)(
    hex('9bbe436ba940f017b17652849a71db35'),
    'test label',
    hex('a0ba9f936cda311827a6f796ffd5198c'),
    32,
  )
  expect(stretched.toString('hex')).toBe('e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a')
})

it("makes the server's Finished of the first trace of RFC 8448", () => {
  const secret = hex('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38')
  const context = hex('edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed')
  expect(finished13('sha256', secret, context).toString('hex')).toBe(
    '9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718',
  )
})

it('counts a nonce of ChaCha20 in TLS 1.2 as RFC 7905 §2 does: the sequence number over the end of the IV', () => {
  const suite = suites.get(0xcca8)
  if (!suite) throw new Error('no TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256')
  const [key, iv] = [Buffer.alloc(32, 1), hex('000102030405060708090aff')]
  const protection = aeadProtection(suite.cipher, key, iv)
  protection.seal(23, 0x0303, Buffer.from('first'), 0)
  const { body } = protection.seal(23, 0x0303, Buffer.from('second'), 0)
  const cipher = createCipheriv('chacha20-poly1305', key, hex('000102030405060708090afe'), { authTagLength: 16 })
  cipher.setAAD(hex('0000000000000001 17 0303 0006'), { plaintextLength: 6 })
  const right = Buffer.concat([cipher.update('second'), cipher.final(), cipher.getAuthTag()])
  expect(body.toString('hex')).toBe(right.toString('hex'))
})

it('opens what it has sealed, and nothing that was touched', () => {
  const suite = suites.get(0x1303)
  if (!suite) throw new Error('no TLS_CHACHA20_POLY1305_SHA256')
  const [key, iv] = [Buffer.alloc(32, 7), Buffer.alloc(12, 9)]
  const sealed = tls13Protection(suite.cipher, key, iv).seal(22, 0x0303, Buffer.from('hello'), 3)
  expect(tls13Protection(suite.cipher, key, iv).open(sealed.type, 0x0303, sealed.body)).toEqual({
    type: 22,
    data: Buffer.from('hello'),
  })
  const touched = Buffer.from(sealed.body)
  touched[0] = (touched[0] ?? 0) ^ 1
  expect(() => tls13Protection(suite.cipher, key, iv).open(sealed.type, 0x0303, touched)).toThrow(
    expect.objectContaining({ code: 20 }),
  )
})
