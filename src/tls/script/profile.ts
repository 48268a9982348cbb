import type { TlsProfile } from '../../scenarios/quirk-words.ts'
import type { Script } from '../../scenarios/tls-script.ts'

const versions = { TLSv1: 0x0301, 'TLSv1.1': 0x0302, 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 } as const

/** Groups by the names that Node takes. */
const groups: Readonly<Record<string, number>> = {
  X25519: 29,
  X448: 30,
  'P-256': 23,
  prime256v1: 23,
  'P-384': 24,
  secp384r1: 24,
  'P-521': 25,
  secp521r1: 25,
}

/**
 * A script that holds what a profile for Node says, where both name the same: versions, groups and client certificates. A
 * script that says more wins.
 */
export function scriptOf(
  { minVersion, maxVersion, groups: listed, clientCertificate }: TlsProfile,
  script: Script,
): Script {
  const from = versions[minVersion ?? 'TLSv1.2']
  const to = versions[maxVersion ?? 'TLSv1.3']
  const named = listed?.flatMap((name) => groups[name] ?? [])
  return {
    ...((minVersion || maxVersion) && {
      versions: Object.values(versions).filter((one) => one >= Math.min(from, to) && one <= to),
    }),
    ...(named && named.length > 0 && { groups: named }),
    ...(clientCertificate && { clientCertificate }),
    ...script,
  }
}
