import { createCipheriv, createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import {
  bmpString,
  type Der,
  explicit,
  implicit,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from './der.ts'

/** A private key with its certificates, the leaf first. DER. */
export interface Pkcs12Identity {
  /** What key stores call it. */
  readonly name: string
  /** PKCS#8. */
  readonly key: Uint8Array
  readonly certificates: readonly Uint8Array[]
}

/** A certificate that is to be trusted. DER. */
export interface Pkcs12Anchor {
  /** What key stores call it. */
  readonly name: string
  readonly certificate: Uint8Array
}

/** Writes PKCS#12 files (RFC 7292) of one password. */
export interface Pkcs12Writer {
  identity(content: Pkcs12Identity): Buffer
  /** A trust store: Java takes its certificates as trusted entries. */
  anchors(content: readonly Pkcs12Anchor[]): Buffer
}

const iterations = 2048

/**
 * Encrypts with PBES2 (PBKDF2 with HMAC-SHA256, AES-256-CBC) and authenticates with HMAC-SHA256, which everything since
 * OpenSSL 1.1, Java 8u301 and Windows 10 1709 reads. The password is ASCII: Java reads no other. One writer derives its
 * keys once, so each further file is quick.
 */
export const createPkcs12Writer = (password: string): Pkcs12Writer => {
  let keys: DerivedKeys | undefined
  const seal = (...contents: readonly ((keys: DerivedKeys) => Der)[]): Buffer => {
    keys ??= deriveKeys(password)
    const safe = sequence(...contents.map((content) => content(keys as DerivedKeys)))
    return Buffer.from(sequence(integer(3), dataContent(safe), macData(safe, keys)))
  }
  return {
    identity({ name, key, certificates }) {
      const localKeyId = createHash('sha1')
        .update(certificates[0] ?? key)
        .digest()
      const attributes = [friendlyName(name), attribute('1.2.840.113549.1.9.21', octetString(localKeyId))]
      return seal(
        encryptedContent(
          sequence(
            ...certificates.map((certificate, index) => certificateBag(certificate, index === 0 ? attributes : [])),
          ),
        ),
        (derived) => dataContent(sequence(keyBag(encrypted(key, derived, octetString), attributes))),
      )
    },
    anchors: (content) =>
      seal(
        encryptedContent(
          sequence(
            ...content.map(({ name, certificate }) => certificateBag(certificate, [friendlyName(name), trusted()])),
          ),
        ),
      ),
  }
}

interface DerivedKeys {
  readonly cipherSalt: Buffer
  readonly cipherKey: Buffer
  readonly macSalt: Buffer
  readonly macKey: Buffer
}

const deriveKeys = (password: string): DerivedKeys => {
  const [cipherSalt, macSalt] = [randomBytes(16), randomBytes(16)]
  return {
    cipherSalt,
    cipherKey: pbkdf2Sync(password, cipherSalt, iterations, 32, 'sha256'),
    macSalt,
    macKey: deriveMacKey(password, macSalt),
  }
}

/** RFC 7292 appendix B.2 with SHA-256, for one block of key material with the purpose 3. */
const deriveMacKey = (password: string, salt: Buffer): Buffer => {
  const block = 64
  const text = Buffer.concat([Buffer.from(password, 'utf16le').swap16(), Buffer.alloc(2)])
  let digest = createHash('sha256')
    .update(Buffer.alloc(block, 3))
    .update(fill(salt, block))
    .update(fill(text, Math.ceil(text.length / block) * block))
    .digest()
  for (let round = 1; round < iterations; round++) digest = createHash('sha256').update(digest).digest()
  return digest
}

const fill = (pattern: Buffer, length: number): Buffer => Buffer.alloc(length, pattern)

const macData = (safe: Der, { macSalt, macKey }: DerivedKeys): Der =>
  sequence(
    sequence(
      sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue()),
      octetString(createHmac('sha256', macKey).update(safe).digest()),
    ),
    octetString(macSalt),
    integer(iterations),
  )

const dataType = '1.2.840.113549.1.7.1'

const dataContent = (content: Der): Der => sequence(oid(dataType), explicit(0, octetString(content)))

const encryptedContent =
  (content: Der) =>
  (keys: DerivedKeys): Der =>
    sequence(
      oid('1.2.840.113549.1.7.6'),
      explicit(
        0,
        sequence(
          integer(0),
          encrypted(content, keys, (octets) => implicit(0, octets), oid(dataType)),
        ),
      ),
    )

/** The algorithm and the ciphertext, in the shape that both EncryptedPrivateKeyInfo and EncryptedContentInfo have. */
const encrypted = (
  content: Uint8Array,
  { cipherSalt, cipherKey }: DerivedKeys,
  wrap: (octets: Uint8Array) => Der,
  ...before: readonly Der[]
): Der => {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv)
  const keyDerivation = sequence(
    oid('1.2.840.113549.1.5.12'),
    sequence(octetString(cipherSalt), integer(iterations), sequence(oid('1.2.840.113549.2.9'), nullValue())),
  )
  const algorithm = sequence(
    oid('1.2.840.113549.1.5.13'),
    sequence(keyDerivation, sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(iv))),
  )
  return sequence(...before, algorithm, wrap(Buffer.concat([cipher.update(content), cipher.final()])))
}

const keyBag = (encryptedKey: Der, attributes: readonly Der[]): Der =>
  bag('1.2.840.113549.1.12.10.1.2', encryptedKey, attributes)

const certificateBag = (certificate: Uint8Array, attributes: readonly Der[]): Der =>
  bag(
    '1.2.840.113549.1.12.10.1.3',
    sequence(oid('1.2.840.113549.1.9.22.1'), explicit(0, octetString(certificate))),
    attributes,
  )

const bag = (type: string, value: Der, attributes: readonly Der[]): Der =>
  sequence(oid(type), explicit(0, value), ...(attributes.length === 0 ? [] : [setOf(...attributes)]))

const attribute = (type: string, value: Der): Der => sequence(oid(type), setOf(value))

const friendlyName = (name: string): Der => attribute('1.2.840.113549.1.9.20', bmpString(name))

/** Java's mark of an entry that it trusts, for any extended key usage. */
const trusted = (): Der => attribute('2.16.840.1.113894.746875.1.1', oid('2.5.29.37.0'))
