import { isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'
import { MockmailError } from '../errors.ts'
import type { Subject, SubjectAttribute } from '../scenarios/entry.ts'
import {
  type Der,
  explicit,
  ia5String,
  implicit,
  oid,
  oidOf,
  parseDer,
  printableString,
  sequence,
  setOf,
  utf8String,
} from './der.ts'

/** What a certificate is issued to, in the order given. */
export interface SubjectNames {
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly emailAddresses?: readonly string[]
}

/**
 * Sorts server names into DNS names, in their ASCII form, and IP addresses.
 * @throws {MockmailError} INVALID_OPTION
 */
export const parseServernames = (servernames: readonly string[]): SubjectNames => {
  const dnsNames = servernames.filter((name) => !isAddress(name)).map(asciiName)
  const ipAddresses = servernames.filter(isAddress)
  if (servernames.length === 0) {
    throw new MockmailError('INVALID_OPTION', 'servernames is empty: name at least one DNS name or IP address')
  }
  return { dnsNames: [...new Set(dnsNames)], ipAddresses: [...new Set(ipAddresses)] }
}

/** The distinguished name `CN=…`; an empty one without a text. */
export const commonName = (text: string | undefined): Der => distinguishedName(text === undefined ? [] : [['CN', text]])

/** A distinguished name of these attributes, one to an RDN. */
export const distinguishedName = (subject: Subject): Der =>
  sequence(...subject.map(([type, value]) => setOf(sequence(oid(attributeTypes[type]), attributeValue(type, value)))))

/** The name of an authority: the suffix stands behind the last attribute. */
export const authorityName = (subject: Subject, suffix: string): Der =>
  distinguishedName(
    subject.map(([type, value], at) => [type, at === subject.length - 1 ? `${value} ${suffix}` : value]),
  )

/** RFC 5280, appendix A.1: a country is a PrintableString, a domain component an IA5String, and the others have a choice. */
const attributeValue = (type: SubjectAttribute, value: string): Der => {
  if (type === 'C') return printableString(value)
  return type === 'DC' ? ia5String(value) : utf8String(value)
}

/** A distinguished name as RFC 4514 writes it, the last RDN first. */
export const formatName = (name: Der): string =>
  parseDer(name)
    .children.map((rdn) => rdn.children.map(formatAttribute).join('+'))
    .reverse()
    .join(',')

/** GeneralNames, RFC 5280 §4.2.1.6. */
export const generalNames = (names: SubjectNames): Der =>
  sequence(
    ...names.dnsNames.map((name) => implicit(2, Buffer.from(name))),
    ...names.ipAddresses.map((address) => implicit(7, ipOctets(address))),
    ...(names.emailAddresses ?? []).map((address) => implicit(1, Buffer.from(address))),
  )

/** NameConstraints that permit these names with their subdomains, mail addresses at these names, and these networks. */
export const permittedSubtrees = (dnsNames: readonly string[], networks: readonly IpNetwork[]): Der => {
  const domains = baseDomains(dnsNames).map((name) => Buffer.from(name))
  return sequence(
    explicit(
      0,
      ...domains.map((domain) => sequence(implicit(2, domain))),
      ...networks.map(({ octets, mask }) => sequence(implicit(7, Buffer.concat([octets, mask])))),
      ...domains.map((domain) => sequence(implicit(1, domain))),
    ),
  )
}

/** A range of IP addresses, as octets and mask of the same length. */
export interface IpNetwork {
  readonly octets: Uint8Array
  readonly mask: Uint8Array
}

/** Reads `127.0.0.0/8`; an address without a prefix length is a range of one. */
export const ipNetwork = (text: string): IpNetwork => {
  const [address = '', prefix] = text.split('/')
  const octets = ipOctets(address)
  const length = prefix === undefined ? octets.length * 8 : Number(prefix)
  const mask = octets.map((_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, length - index * 8))))
  return { octets, mask }
}

/** Whether an address is in a range. */
export const isInNetwork = (address: string, { octets, mask }: IpNetwork): boolean => {
  const candidate = ipOctets(address)
  return (
    candidate.length === octets.length &&
    candidate.every((octet, index) => (octet & (mask[index] ?? 0)) === ((octets[index] ?? 0) & (mask[index] ?? 0)))
  )
}

/** Whether the permitted subtrees of NameConstraints let every one of the names through; a kind not mentioned is free. */
export const permits = (subtrees: Der, names: SubjectNames): boolean => {
  const bases = (parseDer(subtrees).children.find(({ tag }) => tag === 0xa0)?.children ?? []).flatMap((subtree) =>
    subtree.children.slice(0, 1),
  )
  const domains = bases.filter(({ tag }) => tag === 0x82).map(({ content }) => content.toString('latin1').toLowerCase())
  const networks = bases.filter(({ tag }) => tag === 0x87).map(({ content }) => halves(content))
  const isPermitted = (name: string) => domains.some((base) => name === base || name.endsWith(`.${base}`))
  return (
    (domains.length === 0 || baseDomains(names.dnsNames).every(isPermitted)) &&
    (networks.length === 0 ||
      names.ipAddresses.every((address) => networks.some((network) => isInNetwork(address, network))))
  )
}

const halves = (content: Buffer): IpNetwork => ({
  octets: content.subarray(0, content.length / 2),
  mask: content.subarray(content.length / 2),
})

const baseDomains = (dnsNames: readonly string[]): readonly string[] => [
  ...new Set(dnsNames.map((name) => name.replace(/^\*\./, '').toLowerCase())),
]

const asciiName = (name: string): string => {
  const wildcard = name.startsWith('*.') ? '*.' : ''
  const ascii = domainToASCII(name.slice(wildcard.length)).replace(/\.$/, '')
  if (ascii === '' || ascii.includes('*') || ascii.length > 253) {
    throw new MockmailError(
      'INVALID_OPTION',
      `'${name}' is neither a DNS name nor an IP address: a certificate cannot name it`,
    )
  }
  return wildcard + ascii
}

// Node's own isIPv6 takes 4 ms at its first call; a colon tells as much, and the octets are checked where they are read.
const isAddress = (name: string): boolean => name.includes(':') || isIPv4(name)

const ipOctets = (address: string): Uint8Array =>
  isIPv4(address) ? Uint8Array.from(address.split('.'), Number) : ipv6Octets(address)

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

const attributeTypes: Readonly<Record<SubjectAttribute, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  DC: '0.9.2342.19200300.100.1.25',
}

const attributeNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(attributeTypes).map(([name, type]) => [type, name])),
  '1.2.840.113549.1.9.1': 'emailAddress',
}

const formatAttribute = (attribute: ReturnType<typeof parseDer>): string => {
  const [type, value] = attribute.children
  if (type === undefined || value === undefined) return ''
  const dotted = oidOf(type)
  const text =
    value.tag === 0x0c
      ? value.content
      : value.tag === 0x1e
        ? Buffer.from(Buffer.from(value.content).swap16().toString('utf16le'))
        : Buffer.from(value.content.toString('latin1'))
  return `${attributeNames[dotted] ?? dotted}=${escapeValue(text)}`
}

const escapeValue = (text: Buffer): string =>
  [...text]
    .map((octet, index) => {
      const character = String.fromCharCode(octet)
      if (octet < 0x20 || octet > 0x7e) return `\\${octet.toString(16).toUpperCase().padStart(2, '0')}`
      if (',+"\\<>;'.includes(character)) return `\\${character}`
      if (character === '#' && index === 0) return '\\#'
      if (character === ' ' && (index === 0 || index === text.length - 1)) return '\\ '
      return character
    })
    .join('')
