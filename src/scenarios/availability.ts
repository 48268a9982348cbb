import { createSecureContext } from 'node:tls'
import { contextOptionsOf } from './context-options.ts'
import type { TlsProfile } from './quirk-words.ts'

/** Of a certificate that OpenSSL does not load, or that needs a server that lies. */
export const needsScript = 'Node cannot serve it: it takes the scripted TLS engine, which is not there yet'

const known = new Map<string, string | null>()

/**
 * Why this machine cannot serve TLS like this, in the words of its OpenSSL; null where it can. Tried once, because making a
 * context takes a millisecond.
 */
export function profileProblem(profile: TlsProfile): string | null {
  const key = JSON.stringify(profile)
  const before = known.get(key)
  if (before !== undefined) return before
  const problem = problemOf(profile)
  known.set(key, problem)
  return problem
}

function problemOf(profile: TlsProfile): string | null {
  const parameters = contextOptionsOf(profile)
  if (Object.keys(parameters).length === 0) return null
  try {
    createSecureContext(parameters)
    return null
  } catch (error) {
    const { reason, message } = error as Error & { readonly reason?: string }
    return `OpenSSL ${process.versions.openssl} of this Node cannot serve it: ${reason ?? message}`
  }
}
