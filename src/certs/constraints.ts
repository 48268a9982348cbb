import type { NameConstraints } from '../scenarios/entry.ts'
import type { Places } from '../scenarios/recipe/places.ts'
import { ipOctets, isInRange, rangeOctets } from './addresses.ts'
import { type Der, type DerElement, element, explicit, implicit, integer, parseDer, sequence } from './der.ts'
import type { SubjectNames } from './names.ts'
import { generalNameElements } from './values.ts'

/** NameConstraints, RFC 5280 §4.2.1.10. */
export const encodeConstraints = (
  { permittedSubtrees, excludedSubtrees, minimum = 0 }: NameConstraints,
  places: Places,
): Der => {
  const least = minimum === 0 ? [] : [element(0x80, integer(minimum).subarray(2))]
  const subtrees = [permittedSubtrees, excludedSubtrees].map(
    (names) => names && generalNameElements(names, places, 'ranges').map((name) => sequence(name, ...least)),
  )
  return sequence(...subtrees.flatMap((list, tag) => (list === undefined ? [] : [explicit(tag, ...list)])))
}

/** Permitted in every run: what the documentation and the samples use, and loopback. */
const alwaysPermitted = ['localhost', 'mockmail.test', 'example.com', 'example.net', 'example.org']
const loopback = ['127.0.0.0/8', '::1/128'] as const

/** What the roots of a run may vouch for: these names with their subdomains, mail addresses at them, and these addresses. */
export const runConstraints = ({ dnsNames, ipAddresses }: SubjectNames): Der => {
  const networks = loopback.map(rangeOctets)
  const others = ipAddresses.filter((address) => !networks.some((network) => isInRange(ipOctets(address), network)))
  const domains = [...new Set([...alwaysPermitted, ...dnsNames].map((name) => name.replace(/^\*\./, '').toLowerCase()))]
  return sequence(
    explicit(
      0,
      ...domains.map((domain) => sequence(implicit(2, Buffer.from(domain)))),
      ...[...networks, ...others.map(rangeOctets)].map((range) => sequence(implicit(7, range))),
      ...domains.map((domain) => sequence(implicit(1, Buffer.from(domain)))),
    ),
  )
}

/** What constraints are asked about. */
export interface ConstrainedNames {
  /** GeneralNames. */
  readonly altNames?: Der
  /** What a verifier takes for names of a host where there is no dNSName. */
  readonly commonNames?: readonly string[]
}

/**
 * Whether the permitted subtrees of NameConstraints let every one of the names through, as OpenSSL sees it; a kind not
 * mentioned is free. What cannot be read is not permitted: a verifier would name the constraint and not the fault.
 */
export const permits = (subtrees: Der, { altNames, commonNames = [] }: ConstrainedNames): boolean => {
  const names = altNames === undefined ? [] : childrenOf(altNames)
  if (names === undefined) return false
  const bases = basesOf(subtrees)
  const hosts = names.filter(({ tag }) => tag === 0x82).map(textOf)
  return (
    within(bases.domains, hosts.length > 0 ? hosts : commonNames) &&
    within(
      bases.mailDomains,
      names.filter(({ tag }) => tag === 0x81).map((name) => textOf(name).replace(/^.*@/, '')),
    ) &&
    (bases.ranges.length === 0 ||
      names
        .filter(({ tag }) => tag === 0x87)
        .every(({ content }) => bases.ranges.some((range) => isInRange(content, range))))
  )
}

const basesOf = (subtrees: Der) => {
  const permitted = (childrenOf(subtrees) ?? []).find(({ tag }) => tag === 0xa0)?.children ?? []
  const bases = permitted.flatMap((subtree) => subtree.children.slice(0, 1))
  const of = (wanted: number): readonly DerElement[] => bases.filter(({ tag }) => tag === wanted)
  return {
    domains: of(0x82).map(textOf),
    mailDomains: of(0x81).map(textOf),
    ranges: of(0x87).map(({ content }) => content),
  }
}

const within = (domains: readonly string[], names: readonly string[]): boolean =>
  domains.length === 0 ||
  names.every((name) => domains.some((base) => name.toLowerCase() === base || name.toLowerCase().endsWith(`.${base}`)))

const textOf = ({ content }: DerElement): string => content.toString('latin1').toLowerCase()

const childrenOf = (der: Der): readonly DerElement[] | undefined => {
  try {
    const { tag, children } = parseDer(der)
    return tag === 0x30 ? children : undefined
  } catch {
    return undefined
  }
}

/** What looks like a host to OpenSSL, or to whoever stops at a NUL: labels with dots between them. */
export const looksLikeHost = (commonName: string): boolean =>
  commonName.includes('\0') || (/^[\w.*-]+$/.test(commonName) && commonName.includes('.'))
