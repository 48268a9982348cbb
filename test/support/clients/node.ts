import { readFileSync } from 'node:fs'
import type { Errand } from './client.ts'

/** The roots, and the CRLs if any, as Node's TLS wants them. */
export function readTrust({ ca, crls }: Pick<Errand, 'ca' | 'crls'>): { ca: Buffer; crl?: string[] } {
  if (crls === undefined) return { ca: readFileSync(ca) }
  // Each on its own: of several in one string OpenSSL reads the first only.
  return { ca: readFileSync(ca), crl: readFileSync(crls, 'utf8').split(/(?<=-----END X509 CRL-----\n)/) }
}

/** `CODE: message`, as far as there is a code. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : ''
  return `${code}${error.message}`
}
