import type {
  Bytes,
  Edit,
  ExtendedKeyUsage,
  ExtensionChange,
  ExtensionChanges,
  ExtensionName,
  KeyUsage,
  Oid,
} from '../scenarios/entry.ts'
import type { Places } from '../scenarios/recipe/places.ts'
import { type Der, explicit, implicit, integer, namedBits, octetString, oid, sequence, trueValue } from './der.ts'
import { changed } from './edits.ts'

/** An extension of a certificate, a CRL or an OCSP response; `value` is the DER inside its OCTET STRING. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  readonly value: Uint8Array
}

/** The object identifier of each extension that has a name. */
const oids: Readonly<Record<ExtensionName, string>> = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  cRLNumber: '2.5.29.20',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCRL: '2.5.29.46',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
}

/** The element of the list of extensions. */
export const encodeExtension = (extension: Extension): Der =>
  sequence(oid(extension.oid), ...(extension.critical ? [trueValue()] : []), octetString(extension.value))

/** The right extensions with changes; one that is new stands behind the others, and so does a second of its kind. */
export const changeExtensions = (
  right: readonly Extension[],
  changes: ExtensionChanges = {},
  places: Places,
): readonly Extension[] => {
  const byOid = new Map(
    Object.entries<ExtensionChange | null | undefined>(changes).map(([name, change]) => [
      Object.hasOwn(oids, name) ? oids[name as ExtensionName] : name,
      change,
    ]),
  )
  const known = right.flatMap((extension) => {
    const change = byOid.get(extension.oid)
    if (change === null) return []
    return change === undefined ? [extension] : [applied(extension, change, places)]
  })
  const added = [...byOid].flatMap(([dotted, change]) =>
    change && !right.some((extension) => extension.oid === dotted)
      ? [applied({ oid: dotted, critical: false, value: new Uint8Array() }, change, places)]
      : [],
  )
  const all = [...known, ...added]
  const again = all.flatMap((extension): readonly Extension[] => {
    const second = byOid.get(extension.oid)?.again
    if (second === undefined) return []
    return [{ ...extension, value: second === true ? extension.value : changed(extension.value, second, places) }]
  })
  return [...all, ...again]
}

const applied = (extension: Extension, { critical, value }: ExtensionChange, places: Places): Extension => ({
  oid: extension.oid,
  critical: critical ?? extension.critical,
  value: changed(extension.value, value, places),
})

export const subjectKeyIdentifier = (keyId: Uint8Array): Extension =>
  plain(oids.subjectKeyIdentifier, octetString(keyId))

export const keyUsage = (usages: readonly KeyUsage[]): Extension =>
  critical(oids.keyUsage, namedBits(usages.map((usage) => keyUsageBits[usage])))

export const subjectAltName = (generalNames: Der): Extension => plain(oids.subjectAltName, generalNames)

/** No argument is an end entity. */
export const basicConstraints = (
  { cA, pathLenConstraint }: { readonly cA: boolean; readonly pathLenConstraint?: number } = { cA: false },
): Extension =>
  critical(
    oids.basicConstraints,
    sequence(...(cA ? [trueValue()] : []), ...(pathLenConstraint === undefined ? [] : [integer(pathLenConstraint)])),
  )

export const crlNumber = (number: number): Extension => plain(oids.cRLNumber, integer(number))

export const nameConstraints = (subtrees: Der): Extension => critical(oids.nameConstraints, subtrees)

export const crlDistributionPoint = (url: string): Extension =>
  plain(oids.cRLDistributionPoints, sequence(sequence(explicit(0, explicit(0, implicit(6, Buffer.from(url)))))))

/** Where the issuer answers OCSP requests, and where its certificate is. */
export const authorityInfoAccess = (urls: { readonly ocsp?: string; readonly caIssuers?: string }): Extension => {
  const places = [
    ['1.3.6.1.5.5.7.48.1', urls.ocsp],
    ['1.3.6.1.5.5.7.48.2', urls.caIssuers],
  ] as const
  return plain(
    oids.authorityInfoAccess,
    sequence(
      ...places.flatMap(([method, url]) =>
        url === undefined ? [] : [sequence(oid(method), implicit(6, Buffer.from(url)))],
      ),
    ),
  )
}

export const authorityKeyIdentifier = (keyId: Uint8Array): Extension =>
  plain(oids.authorityKeyIdentifier, sequence(implicit(0, keyId)))

export const extendedKeyUsage = (usages: readonly (ExtendedKeyUsage | Oid)[]): Extension =>
  plain(oids.extendedKeyUsage, sequence(...usages.map((usage) => oid(purposes[usage as ExtendedKeyUsage] ?? usage))))

/** Of a delegated responder: its own certificate needs no check. */
export const ocspNoCheck = (): Extension => plain(oids.ocspNoCheck, Buffer.of(0x05, 0x00))

/** What a change says of the value of an extension; nothing where it leaves the right one. */
export const valueOfChange = (
  changes: ExtensionChanges | undefined,
  name: ExtensionName,
): Bytes | Edit | null | undefined => {
  const change = changes?.[name]
  return change === null ? null : change?.value
}

const plain = (dotted: string, value: Der): Extension => ({ oid: dotted, critical: false, value })
const critical = (dotted: string, value: Der): Extension => ({ oid: dotted, critical: true, value })

const keyUsageBits: Readonly<Record<KeyUsage, number>> = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
}

const purposes: Readonly<Record<ExtendedKeyUsage, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  anyExtendedKeyUsage: '2.5.29.37.0',
}
