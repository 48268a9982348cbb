import type { KeyType } from '../scenarios/entry.ts'
import type { FileContents } from './files.ts'
import { parsePem } from './pem.ts'
import { createPkcs12Writer, type Pkcs12Writer } from './pkcs12.ts'
import type { ClientIdentity, Identity, IssuedCertificate } from './types.ts'

/** What `manifest.json` and the files next to it are made from. */
export interface ManifestFacts {
  readonly now: Date
  readonly key: KeyType
  /** The roots in `ca.pem`. */
  readonly roots: readonly IssuedCertificate[]
  readonly identities: readonly Identity[]
  readonly clients: readonly ClientIdentity[]
  readonly scenarios: readonly WrittenScenario[]
}

/** The files of a run, and the manifest that says that they are ours. */
export interface PkiFiles {
  readonly contents: FileContents
  /** `manifest.json`, in a directory that has these files of ours from runs before. */
  manifest(earlier: ReadonlySet<string>): string
}

/** A scenario whose files are written, with the identities that its connections meet. */
export interface WrittenScenario {
  /** As typed, with aliases resolved. */
  readonly id: string
  readonly expect: string
  /** Each with what a strict client does when nothing else is wrong than this certificate. */
  readonly identities: readonly { readonly id: string; readonly expect: string }[]
}

/** `manifest.json`. Paths are relative to its folder, with `/`; times are ISO 8601 in UTC. */
export interface Manifest {
  readonly schema: 1
  readonly now: string
  /** Key type of what does not say otherwise. */
  readonly key: KeyType
  readonly ca: ManifestRoots
  /** What was asked for, and where the files of each are. */
  readonly scenarios: readonly ManifestScenario[]
  readonly identities: readonly ManifestIdentity[]
  /** Certificates for clients. */
  readonly clients: readonly ManifestClient[]
  /** Of every PKCS#12 file. */
  readonly password: string
  /** Every file here that mockmail may replace; those that nothing else names are of runs before. */
  readonly files: readonly string[]
}

export interface ManifestScenario {
  readonly id: string
  /** What a strict client does. */
  readonly expect: string
  /** Ids of `identities`; the second is that of later connections. */
  readonly identities: readonly string[]
}

export interface ManifestRoots {
  readonly file: string
  /** PKCS#12, for Java. */
  readonly trustStore: string
  readonly certificates: readonly ManifestCertificate[]
}

export interface ManifestCertificate {
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: string
  readonly notAfter: string
  readonly fingerprint256: string
}

export interface ManifestClient extends ManifestCertificate {
  readonly id: string
  readonly files: Readonly<Record<string, string>>
}

export interface ManifestLeaf extends ManifestCertificate {
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

export interface ManifestIdentity extends ManifestLeaf {
  /** The certificate part of a scenario; its folder has `=` in place of `:`. */
  readonly id: string
  /** What a strict client does when nothing else is wrong than this certificate, where it is known. */
  readonly expect?: string
  /** The leaf with addresses among its names, where it has one: shown to a client that names no server, or an address. */
  readonly byAddress?: ManifestLeaf
}

/** The password of every PKCS#12 file: the keys in them are worth nothing. */
export const pkcs12Password = 'mockmail'

/** Every file of a run's PKI but the roots' own keys. */
export const pkiFiles = (facts: ManifestFacts): PkiFiles => {
  const pkcs12 = createPkcs12Writer(pkcs12Password)
  const identities = facts.identities.map((identity) => writtenIdentity(identity, pkcs12))
  const expectations = new Map(facts.scenarios.flatMap((scenario) => scenario.identities.map((one) => [one.id, one])))
  const clients = facts.clients.map((client) => ({ client, files: leafFiles(`clients/${client.id}`, client, pkcs12) }))
  const contents: FileContents = {
    ...Object.fromEntries(
      [...identities, ...clients].flatMap(({ files }) => files).map(({ path, content }) => [path, content]),
    ),
    'ca.pem': facts.roots.map(({ pem }) => pem).join(''),
    'ca.p12': pkcs12.anchors(
      facts.roots.map(({ subject, der }) => ({ name: lastAttribute(subject), certificate: der })),
    ),
  }
  const manifest: Omit<Manifest, 'files'> = {
    schema: 1,
    now: facts.now.toISOString(),
    key: facts.key,
    ca: { file: 'ca.pem', trustStore: 'ca.p12', certificates: facts.roots.map(describeCertificate) },
    scenarios: facts.scenarios.map(({ id, expect, identities: met }) => ({
      id,
      expect,
      identities: met.map((identity) => identity.id),
    })),
    identities: identities.map(({ id, leaf, byAddress }) => {
      const expect = expectations.get(id)?.expect
      return { id, ...leaf, ...(byAddress && { byAddress }), ...(expect === undefined ? {} : { expect }) }
    }),
    clients: clients.map(({ client, files }) => ({
      id: client.id,
      ...describeCertificate(client.leaf),
      files: pathsOf(files),
    })),
    password: pkcs12Password,
  }
  return {
    contents,
    manifest(earlier) {
      const files = [...new Set(['manifest.json', ...Object.keys(contents), ...earlier])].sort()
      return `${JSON.stringify({ ...manifest, files } satisfies Manifest, null, 2)}\n`
    },
  }
}

/** The value of the first RDN of a name in RFC 4514's notation, in which it is the last of the certificate's. */
const lastAttribute = (subject: string): string => /^[^=]+=((?:\\.|[^,\\])*)/.exec(subject)?.[1] ?? subject

interface FileOfFolder {
  /** Its key in the manifest. */
  readonly part: string
  readonly path: string
  readonly content: string | Uint8Array
}

interface WrittenIdentity {
  readonly id: string
  readonly leaf: ManifestLeaf
  readonly byAddress: ManifestLeaf | undefined
  readonly files: readonly FileOfFolder[]
}

const writtenIdentity = (identity: Identity, pkcs12: Pkcs12Writer): WrittenIdentity => {
  const folder = folderOf(identity.id)
  const files = identityFiles(folder, identity, pkcs12)
  const { byAddress } = identity
  const filesByAddress = byAddress === undefined ? [] : identityFiles(`${folder}/by-address`, byAddress, pkcs12)
  return {
    id: identity.id,
    leaf: describeLeaf(identity, files),
    byAddress: byAddress && describeLeaf(byAddress, filesByAddress),
    files: [...files, ...filesByAddress],
  }
}

/** An id as a folder: a colon stands in no file name of Windows. */
export const folderOf = (id: string): string => id.replaceAll(':', '=')

const identityFiles = (folder: string, identity: Identity, pkcs12: Pkcs12Writer): readonly FileOfFolder[] => {
  const file = fileIn(folder)
  const { crl, crlChainPem, ocspDer } = identity
  return [
    ...leafFiles(folder, identity, pkcs12),
    ...(crl === undefined ? [] : [file('crl', 'crl.pem', crl.pem)]),
    ...(crlChainPem === '' ? [] : [file('crlChain', 'crl-chain.pem', crlChainPem)]),
    ...(ocspDer === undefined ? [] : [file('ocsp', 'ocsp.der', ocspDer)]),
    ...(identity.rootPem === undefined ? [] : [file('root', 'root.pem', identity.rootPem)]),
  ]
}

const leafFiles = (
  folder: string,
  { leaf, keyPem, chainPem, servedPem }: Identity | ClientIdentity,
  pkcs12: Pkcs12Writer,
): readonly FileOfFolder[] => {
  const file = fileIn(folder)
  const [key = Buffer.alloc(0)] = parsePem(keyPem)
  return [
    file('leaf', 'leaf.pem', leaf.pem),
    file('leafDer', 'leaf.der', leaf.der),
    file('key', 'leaf.key', keyPem),
    // An empty PEM file makes some tools fail to start, so there is none when there is no intermediate.
    ...(chainPem === '' ? [] : [file('chain', 'chain.pem', chainPem)]),
    file('fullchain', 'fullchain.pem', servedPem),
    file('bundle', 'bundle.p12', pkcs12.identity({ name: 'mockmail', key, certificates: parsePem(servedPem) })),
  ]
}

const fileIn =
  (folder: string) =>
  (part: string, name: string, content: string | Uint8Array): FileOfFolder => ({
    part,
    path: `${folder}/${name}`,
    content,
  })

const pathsOf = (files: readonly FileOfFolder[]): Readonly<Record<string, string>> =>
  Object.fromEntries(files.map(({ part, path }) => [part, path]))

const describeLeaf = ({ leaf }: Identity, files: readonly FileOfFolder[]): ManifestLeaf => ({
  ...describeCertificate(leaf),
  dnsNames: leaf.dnsNames,
  ipAddresses: leaf.ipAddresses,
  files: pathsOf(files),
})

const describeCertificate = (certificate: IssuedCertificate): ManifestCertificate => ({
  subject: certificate.subject,
  issuer: certificate.issuer,
  serial: certificate.serial,
  notBefore: certificate.notBefore.toISOString(),
  notAfter: certificate.notAfter.toISOString(),
  fingerprint256: certificate.fingerprint256,
})
