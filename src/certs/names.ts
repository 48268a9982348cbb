import { domainToASCII } from 'node:url'
import { MockmailError } from '../errors.ts'
import type { GeneralNames, Subject } from '../scenarios/entry.ts'
import { filledIn, type Places } from '../scenarios/recipe/places.ts'
import { ipOctets, isAddress } from './addresses.ts'
import { type Der, oidOf, parseDer } from './der.ts'
import { attributeNames, distinguishedName } from './values.ts'

/** What a run's leaf is issued to, in the order given. */
export interface SubjectNames {
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

/**
 * Sorts server names into DNS names, in their ASCII form, and IP addresses.
 * @throws {MockmailError} INVALID_OPTION
 */
export const parseServernames = (servernames: readonly string[]): SubjectNames => {
  const dnsNames = servernames.filter((name) => !isAddress(name)).map(asciiName)
  const ipAddresses = servernames.filter((name) => isAddress(name) && ipOctets(name).length > 0)
  if (servernames.length === 0) {
    throw new MockmailError('INVALID_OPTION', 'servernames is empty: name at least one DNS name or IP address')
  }
  return { dnsNames: [...new Set(dnsNames)], ipAddresses: [...new Set(ipAddresses)] }
}

/** These names by their kinds. */
export const generalNamesOf = ({ dnsNames, ipAddresses }: SubjectNames): GeneralNames => ({
  dNSName: dnsNames,
  iPAddress: ipAddresses,
})

/** The distinguished name `CN=…`; an empty one without a text. */
export const commonName = (text: string | undefined): Der => distinguishedName(text === undefined ? [] : [['CN', text]])

/**
 * The common name for these names: the first that can be one. It has at most 64 characters (ub-common-name); a longer name is
 * left to the subject alternative names.
 */
export const commonNameFor = (names: GeneralNames, places: Places): string | undefined =>
  plainTexts([...(names.dNSName ?? []), ...(names.iPAddress ?? [])], places).find((name) =>
    /^[\w.*:-]{1,64}$/.test(name),
  )

/** Those of the names that are texts, filled in. */
export const plainTexts = (names: readonly unknown[], places: Places): readonly string[] =>
  names.flatMap((name) => (typeof name === 'string' ? [filledIn(name, places)] : []))

/** The name of an authority: the suffix stands behind the last attribute, where that is a text of no type of its own. */
export const authorityName = (subject: Subject, suffix: string, places: Places): Der =>
  distinguishedName(
    subject.map((attribute, at) => {
      const [type, value, stringType] = attribute
      return at === subject.length - 1 && typeof value === 'string' && stringType === undefined
        ? [type, `${value} ${suffix}`]
        : attribute
    }),
    places,
  )

/** A distinguished name as RFC 4514 writes it, the last RDN first. */
export const formatName = (name: Der): string =>
  parseDer(name)
    .children.map((rdn) => rdn.children.map(formatAttribute).join('+'))
    .reverse()
    .join(',')

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
