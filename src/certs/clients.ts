import type { KeyType } from '../scenarios/entry.ts'
import type { CertificateRecipe } from './certificate.ts'
import type { Hierarchy } from './hierarchy.ts'
import { leafDays } from './identity.ts'
import { formatPrivateKey, generateKey, rsaTestKey } from './keys.ts'
import { commonName } from './names.ts'
import { dayFrom } from './roots.ts'
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
  const { intermediate } = hierarchy.branch(id, id === 'untrusted' ? { issuer: 'untrusted-root' } : {})
  const key = keyType === 'rsa' ? rsaTestKey('client') : generateKey('ec')
  const leaf = intermediate.issue({
    key,
    subject: commonName(mailAddress),
    names: { dnsNames: [], ipAddresses: [], emailAddresses: [mailAddress] },
    extendedKeyUsage: ['clientAuth'],
    notBefore: dayFrom(now, leafDays.notBefore),
    notAfter: dayFrom(now, leafDays.notAfter),
    ...faults[id](now),
  })
  const chainPem = intermediate.certificate.pem
  return { id, leaf, keyPem: formatPrivateKey(key), chainPem, servedPem: leaf.pem + chainPem }
}
