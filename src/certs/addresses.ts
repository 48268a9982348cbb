import { isIPv4 } from 'node:net'
import { MockmailError } from '../errors.ts'

// Node's own isIPv6 takes 4 ms at its first call; a colon tells as much, and the octets are checked where they are read.
/** Whether a server name is an address. */
export const isAddress = (name: string): boolean => name.includes(':') || isIPv4(name)

/**
 * The octets of an address.
 * @throws {MockmailError} INVALID_OPTION
 */
export const ipOctets = (address: string): Uint8Array =>
  isIPv4(address) ? Uint8Array.from(address.split('.'), Number) : ipv6Octets(address)

/** The octets and the mask of a range such as `127.0.0.0/8`; an address without a prefix length is a range of one. */
export const rangeOctets = (text: string): Uint8Array => {
  const [address = '', prefix] = text.split('/')
  const octets = ipOctets(address)
  const length = prefix === undefined ? octets.length * 8 : Number(prefix)
  const mask = octets.map((_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, length - index * 8))))
  return Buffer.concat([octets, mask])
}

/** Whether octets are an address in a range of octets and mask. */
export const isInRange = (octets: Uint8Array, range: Uint8Array): boolean =>
  range.length === octets.length * 2 &&
  octets.every((octet, index) => {
    const mask = range[octets.length + index] ?? 0
    return (octet & mask) === ((range[index] ?? 0) & mask)
  })

const ipv6Octets = (address: string): Uint8Array => {
  // The URL parser spells every form, also a dotted tail, as hexadecimal groups; a zone has no place in a certificate.
  const url = `http://[${address.replace(/%.*/, '')}]`
  if (!URL.canParse(url)) throw new MockmailError('INVALID_OPTION', `'${address}' is not an IP address`)
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::')
  const left = groupsOf(head)
  const right = groupsOf(tail ?? '')
  const groups = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right]
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

const groupsOf = (text: string): readonly number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
