import { constants, getDiffieHellman } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import type { TlsProfile } from './quirk-words.ts'

/** What a profile asks of a secure context of Node's, in Node's words. */
export function contextOptionsOf(profile: TlsProfile): SecureContextOptions {
  const { groups, dhBits, tickets, minVersion, maxVersion, ciphers, sigalgs, sessionTimeout } = profile
  return {
    ...(minVersion && { minVersion }),
    ...(maxVersion && { maxVersion }),
    ...(ciphers !== undefined && { ciphers }),
    ...(sigalgs !== undefined && { sigalgs }),
    ...(sessionTimeout !== undefined && { sessionTimeout }),
    ...(groups && { ecdhCurve: groups.join(':') }),
    ...(dhBits !== undefined && { dhparam: dhParameters(dhBits) }),
    ...(tickets === 'none' && { secureOptions: constants.SSL_OP_NO_TICKET }),
  }
}

/** The groups of RFC 2409 and RFC 3526, by the bits of their primes. */
const groupOfSize: Readonly<Record<number, string>> = {
  1024: 'modp2',
  1536: 'modp5',
  2048: 'modp14',
  3072: 'modp15',
  4096: 'modp16',
  6144: 'modp17',
  8192: 'modp18',
}

/** Sizes for which there is a prime that nobody has to look for. */
export const dhSizes: readonly number[] = Object.keys(groupOfSize).map(Number)

/** DHParameter, RFC 2631 and PKCS #3: `SEQUENCE { prime INTEGER, base INTEGER }`, as PEM. */
function dhParameters(bits: number): string {
  const group = getDiffieHellman(groupOfSize[bits] ?? 'modp14')
  const sequence = element(0x30, Buffer.concat([integer(group.getPrime()), integer(group.getGenerator())]))
  return `-----BEGIN DH PARAMETERS-----\n${sequence.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END DH PARAMETERS-----\n`
}

/** A positive one: a first octet that has its highest bit set would say otherwise. */
const integer = (bytes: Buffer): Buffer => element(0x02, Buffer.concat([Buffer.alloc((bytes[0] ?? 0) >> 7), bytes]))

function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  const octets = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...octets]), content])
}
