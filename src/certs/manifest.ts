import type { KeyType } from '../scenarios/entry.ts'
import type { FileContents } from './files.ts'
import type { Identity, IssuedCertificate } from './types.ts'

/** What `manifest.json` and the files next to it are made from. */
export interface ManifestFacts {
  readonly now: Date
  readonly key: KeyType
  /** The roots in `ca.pem`. */
  readonly roots: readonly IssuedCertificate[]
  readonly identities: readonly Identity[]
  /** By id of the identity. */
  readonly expectations: ReadonlyMap<string, string>
}

/** `manifest.json`. Paths are relative to its folder, with `/`; times are ISO 8601 in UTC. */
export interface Manifest {
  readonly schema: 1
  readonly now: string
  /** Key type of what does not say otherwise. */
  readonly key: KeyType
  readonly ca: { readonly file: string; readonly certificates: readonly ManifestCertificate[] }
  readonly identities: readonly ManifestIdentity[]
}

export interface ManifestCertificate {
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: string
  readonly notAfter: string
  readonly fingerprint256: string
}

export interface ManifestIdentity extends ManifestCertificate {
  readonly id: string
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** What a strict client does, where it is known. */
  readonly expect?: string
}

/** Every file of a run's PKI but the roots' own keys. */
export const pkiFiles = (facts: ManifestFacts): FileContents => {
  const folders = facts.identities.map((identity) => ({ identity, files: identityFiles(identity) }))
  const manifest: Manifest = {
    schema: 1,
    now: facts.now.toISOString(),
    key: facts.key,
    ca: { file: 'ca.pem', certificates: facts.roots.map(describeCertificate) },
    identities: folders.map(({ identity, files }) => {
      const expect = facts.expectations.get(identity.id)
      return {
        id: identity.id,
        ...describeCertificate(identity.leaf),
        dnsNames: identity.leaf.dnsNames,
        ipAddresses: identity.leaf.ipAddresses,
        files: Object.fromEntries(Object.values(files).map(({ part, path }) => [part, path])),
        ...(expect === undefined ? {} : { expect }),
      }
    }),
  }
  return {
    ...Object.fromEntries(folders.flatMap(({ files }) => files.map(({ path, content }) => [path, content]))),
    'ca.pem': facts.roots.map(({ pem }) => pem).join(''),
    'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`,
  }
}

interface IdentityFile {
  /** Its key in the manifest. */
  readonly part: string
  readonly path: string
  readonly content: string | Uint8Array
}

const identityFiles = (identity: Identity): readonly IdentityFile[] => {
  const file = (part: string, name: string, content: string | Uint8Array): IdentityFile => ({
    part,
    path: `${identity.id}/${name}`,
    content,
  })
  return [
    file('leaf', 'leaf.pem', identity.leaf.pem),
    file('leafDer', 'leaf.der', identity.leaf.der),
    file('key', 'leaf.key', identity.keyPem),
    // An empty PEM file makes some tools fail to start, so there is none when there is no intermediate.
    ...(identity.chainPem === '' ? [] : [file('chain', 'chain.pem', identity.chainPem)]),
    file('fullchain', 'fullchain.pem', identity.servedPem),
    file('crl', 'crl.pem', identity.crl.pem),
    file('crlChain', 'crl-chain.pem', identity.crlChainPem),
    ...(identity.rootPem === undefined ? [] : [file('root', 'root.pem', identity.rootPem)]),
  ]
}

const describeCertificate = (certificate: IssuedCertificate): ManifestCertificate => ({
  subject: certificate.subject,
  issuer: certificate.issuer,
  serial: certificate.serial,
  notBefore: certificate.notBefore.toISOString(),
  notAfter: certificate.notAfter.toISOString(),
  fingerprint256: certificate.fingerprint256,
})
