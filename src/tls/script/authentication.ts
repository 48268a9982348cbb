import type { X509Certificate } from 'node:crypto'
import { fieldReader } from '../field-reader.ts'
import { Fatal } from './bytes.ts'
import { judged, readChain } from './client-certificate.ts'
import type { Machine } from './machine.ts'
import { isSigned, signedDigest } from './signatures.ts'

/** A client's Certificate message. */
export interface ClientProof {
  readonly chain: readonly Buffer[]
  /** Undefined where a certificate cannot be read. */
  readonly certificates: readonly X509Certificate[] | undefined
}

/** Reads a Certificate message; TLS 1.3 has a context in front and extensions behind each. */
export function readClientProof(body: Buffer, form: 'tls13' | 'older'): ClientProof {
  const outer = fieldReader(body)
  if (form === 'tls13') outer.vector(1)
  const list = fieldReader(outer.vector(3))
  const chain: Buffer[] = []
  while (list.left) {
    chain.push(list.vector(3))
    if (form === 'tls13') list.vector(2)
  }
  return { chain, certificates: readChain(chain) }
}

/** Octets of a subject that a fact keeps. */
const longestSubject = 4096

/**
 * Writes down who the client says it is, and turns it away where the script demands more.
 *
 * @throws {Fatal} with the alert that names the reason
 */
export function authenticate({ facts, settings }: Machine, { certificates }: ClientProof, version: number): void {
  const leaf = certificates?.[0]
  facts.clientCertificate = leaf?.subject.replaceAll('\n', ', ').slice(0, longestSubject) ?? null
  const verdict = judged(certificates, settings.clientRoots, settings.now())
  if (verdict === null || settings.script.clientCertificate !== 'required') return
  facts.turnedAway = verdict.turnedAway
  // certificate_required is of TLS 1.3.
  const code = verdict.alert === 116 && version < 0x0304 ? 40 : verdict.alert
  throw new Fatal(code, `client certificate: ${verdict.why}`)
}

/**
 * Checks a CertificateVerify.
 *
 * @throws {Fatal} where the client does not hold the key
 */
export function verifyProof(
  { certificates }: ClientProof,
  body: Buffer,
  form: 'with-scheme' | 'bare',
  input: Buffer,
): void {
  const fields = fieldReader(body)
  const scheme = form === 'with-scheme' ? fields.number(2) : undefined
  const signature = fields.vector(2)
  const key = certificates?.[0]?.publicKey
  if (key !== undefined && !isSigned(key, scheme, input, signature)) {
    throw new Fatal(51, "the client's signature is wrong")
  }
}

/**
 * Checks a CertificateVerify of SSL 3.0, whose hashes hold the master secret: RFC 6101 §5.6.8. Only RSA can be asked for what it
 * has signed.
 *
 * @throws {Fatal} where the client does not hold the key
 */
export function verifySsl3Proof({ certificates }: ClientProof, body: Buffer, hashes: Buffer): void {
  const signature = fieldReader(body).vector(2)
  const key = certificates?.[0]?.publicKey
  if (key?.asymmetricKeyType !== 'rsa') return
  if (!signedDigest(key, signature)?.equals(hashes)) throw new Fatal(51, "the client's signature is wrong")
}
