import { join } from 'node:path'
import { MockmailError } from '../errors.ts'
import type { KeyType } from '../scenarios/entry.ts'
import { nowhere } from '../scenarios/recipe/places.ts'
import { issueCertificate, parseCertificate } from './certificate.ts'
import { permits, runConstraints } from './constraints.ts'
import type { Der } from './der.ts'
import { createFolder } from './files.ts'
import { readKept, refuseSharedFolder } from './kept.ts'
import { formatPrivateKey, type KeyPair, keyNameOf, type PendingKey, parsePrivateKey, startKey } from './keys.ts'
import { authorityName, generalNamesOf, type SubjectNames } from './names.ts'
import type { RootPart } from './shared.ts'
import type { Signer } from './signer.ts'
import { dayFrom } from './times.ts'
import type { IssuedCertificate } from './types.ts'
import { encodeGeneralNames } from './values.ts'

/** A root and the key to sign with. */
export interface Root {
  readonly certificate: IssuedCertificate
  readonly signer: Signer
}

/** What the roots of a run are made of. */
export interface RootOptions {
  readonly key: KeyType
  readonly now: Date
  /** In the names, to tell runs apart. */
  readonly suffix: string
  /** Names that must be permitted besides the usual ones. */
  readonly names: SubjectNames
  /** Default: critical name constraints. */
  readonly unconstrained: boolean
}

/** In days, as of now: the authorities are older than any leaf that expired. */
export const authorityDays = { notBefore: -730, notAfter: 3650 } as const

/** The NameConstraints of a run's roots, or nothing when they are to have none. */
export const rootConstraints = ({ names, unconstrained }: RootOptions): Der | undefined =>
  unconstrained ? undefined : runConstraints(names)

/** What the roots of every run are called. */
export const titles: Readonly<Record<RootPart, string>> = {
  root: 'mockmail Root CA',
  'untrusted-root': 'mockmail Untrusted Root CA',
}

/** A new root in memory. */
export const issueRoot = (part: RootPart, key: KeyPair, options: RootOptions): Root => {
  const name = authorityName([['CN', titles[part]]], options.suffix, nowhere)
  return { certificate: soundRoot({ name, key }, options.now, rootConstraints(options)), signer: { name, key } }
}

/** A root that is right in every respect. */
export const soundRoot = ({ name, key }: Signer, now: Date, constraints: Der | undefined): IssuedCertificate =>
  issueCertificate({
    key,
    subject: name,
    notBefore: dayFrom(now, authorityDays.notBefore),
    notAfter: dayFrom(now, authorityDays.notAfter),
    basicConstraints: { cA: true },
    ...(constraints === undefined ? {} : { constraints }),
  })

/**
 * The roots kept in `<directory>/roots`, made and written there when the folder is absent.
 * @throws {MockmailError} PKI_UNUSABLE, FILE_UNWRITABLE
 */
export const keptRoots = async (directory: string, options: RootOptions): Promise<Readonly<Record<RootPart, Root>>> => {
  const folder = join(directory, 'roots')
  const kept = await readRoots(folder, options)
  if (kept !== undefined) return kept

  const keys: Readonly<Record<RootPart, PendingKey>> = {
    root: startKey(keyNameOf(options.key)),
    'untrusted-root': startKey(keyNameOf(options.key)),
  }
  await Promise.all([keys.root.ready, keys['untrusted-root'].ready])
  const made = {
    root: issueRoot('root', keys.root.take(), options),
    'untrusted-root': issueRoot('untrusted-root', keys['untrusted-root'].take(), options),
  }
  const outcome = createFolder(folder, {
    'root.pem': made.root.certificate.pem,
    'root.key': formatPrivateKey(made.root.signer.key),
    'untrusted-root.pem': made['untrusted-root'].certificate.pem,
    'untrusted-root.key': formatPrivateKey(made['untrusted-root'].signer.key),
  })
  if (outcome === 'created') return made
  // Another process was faster; both must issue below the same roots.
  const theirs = await readRoots(folder, options)
  if (theirs !== undefined) return theirs
  throw new MockmailError('PKI_UNUSABLE', `${folder} holds something else than roots: name another directory`)
}

const readRoots = async (
  folder: string,
  options: RootOptions,
): Promise<Readonly<Record<RootPart, Root>> | undefined> => {
  await refuseSharedFolder(folder)
  const files = await Promise.all(
    ['root.pem', 'root.key', 'untrusted-root.pem', 'untrusted-root.key'].map((name) => readKept(join(folder, name))),
  )
  if (files.every((content) => content === undefined)) return undefined
  const [root, rootKey, untrusted, untrustedKey] = files
  return {
    root: readRoot(folder, 'root', root, rootKey, options),
    'untrusted-root': readRoot(folder, 'untrusted-root', untrusted, untrustedKey, options),
  }
}

const readRoot = (
  folder: string,
  part: RootPart,
  pem: Buffer | undefined,
  keyPem: Buffer | undefined,
  options: RootOptions,
): Root => {
  const file = join(folder, `${part}.pem`)
  const keyFile = join(folder, `${part}.key`)
  if (pem === undefined) throw unusable(file, 'is missing', folder)
  if (keyPem === undefined) throw unusable(keyFile, 'is missing', folder)

  const read = parseOr(() => parseCertificate(pem), file, folder)
  const key = parsePrivateKey(keyPem, keyFile)
  const { certificate, x509 } = read
  if (!x509.checkPrivateKey(key.privateKey)) throw unusable(keyFile, `is not the key of ${file}`, folder)
  if (!x509.ca) throw unusable(file, 'is no certificate authority', folder)
  if (certificate.notAfter < options.now) {
    throw unusable(file, `has expired on ${certificate.notAfter.toISOString()}`, folder)
  }
  if (certificate.notBefore > options.now) {
    throw unusable(file, `begins only on ${certificate.notBefore.toISOString()}`, folder)
  }
  if (key.type !== options.key) {
    throw unusable(file, `has a key of type ${key.type}, and ${options.key} is asked for`, folder)
  }
  if (read.constraints !== undefined) {
    if (options.unconstrained) throw unusable(file, 'has name constraints, and none are asked for', folder)
    if (!permits(read.constraints, { altNames: encodeGeneralNames(generalNamesOf(options.names), nowhere) })) {
      const asked = [...options.names.dnsNames, ...options.names.ipAddresses].join(', ')
      throw unusable(file, `has name constraints that do not permit all of ${asked}`, folder)
    }
  }
  return { certificate, signer: { name: read.subject, key } }
}

const parseOr = <T>(parse: () => T, file: string, folder: string): T => {
  try {
    return parse()
  } catch (cause) {
    throw unusable(file, 'is not a certificate in PEM', folder, cause)
  }
}

const unusable = (file: string, what: string, folder: string, cause?: unknown): MockmailError =>
  new MockmailError(
    'PKI_UNUSABLE',
    `${file} ${what}: remove ${folder} to have new roots made there, and trust those, or name another directory`,
    { cause },
  )
