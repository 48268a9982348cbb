import { type Der, explicit, implicit, integer, namedBits, octetString, oid, sequence, trueValue } from './der.ts'

/** RFC 5280 §4.2.1.3. */
export type KeyUsage = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign'

/** RFC 5280 §4.2.1.12. */
export type ExtendedKeyUsage = 'serverAuth' | 'clientAuth' | 'emailProtection'

/** An extension of a certificate or a CRL; `value` is the DER inside its OCTET STRING. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  readonly value: Uint8Array
}

/** The element of the list of extensions. */
export const encodeExtension = (extension: Extension): Der =>
  sequence(oid(extension.oid), ...(extension.critical ? [trueValue()] : []), octetString(extension.value))

export const subjectKeyIdentifier = (keyId: Uint8Array): Extension => plain('2.5.29.14', octetString(keyId))

export const keyUsage = (usages: readonly KeyUsage[]): Extension =>
  critical('2.5.29.15', namedBits(usages.map((usage) => keyUsageBits[usage])))

export const subjectAltName = (generalNames: Der): Extension => plain('2.5.29.17', generalNames)

/** `pathLength` absent is no limit; no argument is an end entity. */
export const basicConstraints = (authority?: { readonly pathLength?: number }): Extension =>
  critical(
    '2.5.29.19',
    authority === undefined
      ? sequence()
      : sequence(trueValue(), ...(authority.pathLength === undefined ? [] : [integer(authority.pathLength)])),
  )

export const crlNumber = (number: number): Extension => plain('2.5.29.20', integer(number))

export const nameConstraints = (subtrees: Der): Extension => critical('2.5.29.30', subtrees)

export const crlDistributionPoint = (url: string): Extension =>
  plain('2.5.29.31', sequence(sequence(explicit(0, explicit(0, implicit(6, Buffer.from(url)))))))

/** Where the issuer answers OCSP requests. */
export const authorityInfoAccess = (ocspUrl: string): Extension =>
  plain('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), implicit(6, Buffer.from(ocspUrl)))))

export const authorityKeyIdentifier = (keyId: Uint8Array): Extension => plain('2.5.29.35', sequence(implicit(0, keyId)))

export const extendedKeyUsage = (usages: readonly ExtendedKeyUsage[]): Extension =>
  plain('2.5.29.37', sequence(...usages.map((usage) => oid(extendedKeyUsageOids[usage]))))

const plain = (dotted: string, value: Der): Extension => ({ oid: dotted, critical: false, value })
const critical = (dotted: string, value: Der): Extension => ({ oid: dotted, critical: true, value })

const keyUsageBits: Readonly<Record<KeyUsage, number>> = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
}

const extendedKeyUsageOids: Readonly<Record<ExtendedKeyUsage, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
}
