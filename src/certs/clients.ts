import type { KeyType } from '../scenarios/entry.ts'
import type { CertificateRecipe } from './certificate.ts'
import type { Hierarchy } from './hierarchy.ts'
import { leafDays } from './issue.ts'
import { formatPrivateKey, generateKey, rsaTestKey } from './keys.ts'
import { commonName } from './names.ts'
import { dayFrom } from './times.ts'
import type { ClientId, ClientIdentity } from './types.ts'

/** What client certificates are issued from. */
export interface ClientOptions {
  readonly hierarchy: Hierarchy
  readonly key: KeyType
  readonly now: Date
}

const mailAddress = 'user@mockmail.test'

/** Each fault, and only it. */
const faults: Readonly<Record<ClientId, (now: Date) => Partial<CertificateRecipe>>> = {
  good: () => ({}),
  expired: (now) => ({ notBefore: dayFrom(now, -90), notAfter: dayFrom(now, -1) }),
  untrusted: () => ({}),
  'wrong-usage': () => ({ extendedKeyUsage: ['serverAuth'] }),
}

/** Every client certificate. */
export const clientIds = Object.keys(faults) as readonly ClientId[]

/** Issues a client's certificate. */
export const issueClientIdentity = (id: ClientId, { hierarchy, key: keyType, now }: ClientOptions): ClientIdentity => {
  const members = id === 'untrusted' ? { root: { trusted: false } } : {}
  const intermediate = hierarchy.graph(id, { members }, now).node('intermediate')
  const key = (keyType === 'rsa' ? rsaTestKey('client', 2048) : undefined) ?? generateKey('P-256')
  const leaf = intermediate.authority.issue({
    key,
    subject: commonName(mailAddress),
    names: { rfc822Name: [mailAddress] },
    extendedKeyUsage: ['clientAuth'],
    notBefore: dayFrom(now, leafDays.notBefore),
    notAfter: dayFrom(now, leafDays.notAfter),
    ...faults[id](now),
  })
  const chainPem = intermediate.certificate.pem
  return { id, leaf, keyPem: formatPrivateKey(key), chainPem, servedPem: leaf.pem + chainPem }
}
