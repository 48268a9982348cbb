import { X509Certificate } from 'node:crypto'

/** What a server thinks of a client's certificate: null where it is content. */
export interface ClientVerdict {
  readonly turnedAway: 'no-certificate' | 'untrusted-certificate'
  /** The alert that says so from TLS 1.2 on, RFC 8446 §6.2. */
  readonly alert: number
  readonly why: string
}

const clientAuth = '1.3.6.1.5.5.7.3.2'
const longestPath = 10

/** The certificates that a client sent, the leaf first; undefined where one cannot be read. */
export function readChain(chain: readonly Buffer[]): readonly X509Certificate[] | undefined {
  try {
    const read = chain.map((der) => new X509Certificate(der))
    // A key that is none is told when it is asked for.
    return read.filter(({ publicKey }) => publicKey.type === 'public')
  } catch {
    return undefined
  }
}

/** Judges a client's chain against the roots that are trusted to name clients. */
export function judged(
  chain: readonly X509Certificate[] | undefined,
  roots: readonly X509Certificate[],
  now: number,
): ClientVerdict | null {
  const untrusted = (alert: number, why: string): ClientVerdict => ({ turnedAway: 'untrusted-certificate', alert, why })
  if (chain === undefined) return untrusted(42, 'cannot be read')
  const [leaf] = chain
  if (leaf === undefined) return { turnedAway: 'no-certificate', alert: 116, why: 'none was sent' }
  const path = pathOf(leaf, chain, roots)
  if (path === undefined) return untrusted(48, 'its issuer is not trusted')
  if (path.some((one) => now < Date.parse(one.validFrom) || now > Date.parse(one.validTo))) {
    return untrusted(45, 'it has expired, or is not valid yet')
  }
  // Node calls the extended key usages by this name.
  const usages = leaf.keyUsage as readonly string[] | undefined
  if (usages !== undefined && !usages.includes(clientAuth)) return untrusted(43, 'it is not for clients')
  return null
}

function pathOf(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const path: X509Certificate[] = [leaf]
  for (let i = 0; i < longestPath; i++) {
    const last = path.at(-1) as X509Certificate
    if (roots.some((root) => root.raw.equals(last.raw))) return path
    const issuer = [...roots, ...chain].find((one) => one !== last && issued(one, last))
    if (issuer === undefined) return undefined
    path.push(issuer)
  }
  return undefined
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  try {
    return subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
  } catch {
    return false
  }
}
