import { isIP } from 'node:net'
import type {
  CertificateFault,
  CertificateField,
  CertificateTls,
  CrlField,
  CrlWords,
  ExtendedKeyUsage,
  ExtensionChange,
  ExtensionName,
  GeneralNames,
  KeyDetails,
  KeyUsage,
  Member,
  MemberChain,
  NameConstraints,
  OcspField,
  OcspWords,
  RevocationReason,
  SignatureName,
  StringType,
  SubjectAttribute,
  Unavailable,
} from './entry.ts'
import {
  every,
  type Keys,
  list,
  nothing,
  object,
  oneOf,
  record,
  row,
  type Shape,
  text,
  truth,
  value,
  whole,
  word,
} from './shape.ts'

const anyText = value('a text', 'a text', (given) => typeof given === 'string')
const oidPattern = /^[0-2](?:\.\d+)+$/
const oid = value('an object identifier such as 1.3.6.1.5.5.7.1.24', '1.2.3', (given) => oidPattern.test(String(given)))
const digits = value(
  'octets in hexadecimal',
  '00',
  (given) => typeof given === 'string' && /^(?:[\da-f]{2})*$/i.test(given),
)
const integer = value('a whole number', 1, (given) => Number.isInteger(given))
const count = whole(0)
const member = value('the name of a member', 'intermediate', (given) => typeof given === 'string' && given !== '')
const memberOrOther = member
const isoTime = value(
  'an instant such as 2030-01-31',
  '2030-01-31',
  (given) => typeof given === 'string' && !Number.isNaN(Date.parse(given)),
)

const attribute = word(
  ...every<SubjectAttribute>({ CN: true, C: true, L: true, ST: true, O: true, OU: true, DC: true }),
)
const stringType = word(
  ...every<StringType>({
    utf8String: true,
    printableString: true,
    teletexString: true,
    bmpString: true,
    ia5String: true,
  }),
)

/** Objects of one key each, told apart by it. */
const tagged = (shapes: Readonly<Record<string, Shape>>): readonly Shape[] =>
  Object.entries(shapes).map(([key, shape]) => object({ [key]: shape }, [key]))

const rawBytes = value('a Uint8Array', new Uint8Array([0]), (given) => given instanceof Uint8Array)
const simpleBytes = [...tagged({ hex: digits, text: anyText, fill: count, algorithm: text }), rawBytes]
const series = object({ series: text, count: whole(1) }, ['series', 'count'])

const subject = list(
  oneOf(row(attribute, oneOf(anyText, ...simpleBytes)), row(attribute, oneOf(anyText, ...simpleBytes), stringType)),
)

const isRange = (given: unknown): boolean => {
  const [ip = '', prefix = '0', more] = String(given).split('/')
  return typeof given === 'string' && more === undefined && isIP(ip) > 0 && /^\d{1,3}$/.test(prefix)
}
const address = value(
  "an IP address, a range of them, or '{host}'",
  '127.0.0.1',
  (given) => given === '{host}' || isRange(given),
)

const names = object({
  dNSName: list(oneOf(anyText, ...simpleBytes, series)),
  iPAddress: list(oneOf(address, ...simpleBytes)),
  rfc822Name: list(oneOf(anyText, ...simpleBytes)),
  uniformResourceIdentifier: list(oneOf(anyText, ...simpleBytes)),
  directoryName: list(subject),
  srvName: list(anyText),
  otherName: list(row(oid, oneOf(...simpleBytes))),
} satisfies Keys<GeneralNames>)

const bytes = oneOf(...simpleBytes, ...tagged({ dn: subject, generalNames: names }))
const edits = tagged({
  flipBit: integer,
  cut: integer,
  append: digits,
  replaceBytes: row(digits, digits),
  pem: truth,
})
const bytesOrEdit = oneOf(bytes, ...edits)

const when = [...tagged({ days: value('a number', 1, Number.isFinite), seconds: integer, at: isoTime })]
const formed = (key: string): Shape => object({ [key]: oneOf(...when, anyText), form: text }, [key])
const time = oneOf(...when, formed('utcTime'), formed('generalizedTime'))

const keyName = value('a type of key such as P-256, rsa-2048 or ed25519', 'P-256', (given) =>
  /^(?:(?:rsa|rsa-pss|dsa)-[1-9]\d{2,4}|P-(?:256|384|521)|secp224r1|prime192v1|secp256k1|brainpoolP256r1|ed25519|ed448|ml-dsa-(?:44|65|87))$/.test(
    String(given),
  ),
)
const key = oneOf(
  object(
    {
      type: keyName,
      publicExponent: whole(1),
      paramEncoding: word('named', 'explicit'),
    } satisfies Keys<KeyDetails>,
    ['type'],
  ),
  keyName,
)
const signature = word(
  ...every<SignatureName>({
    md5WithRSAEncryption: true,
    sha1WithRSAEncryption: true,
    sha224WithRSAEncryption: true,
    sha256WithRSAEncryption: true,
    sha384WithRSAEncryption: true,
    sha512WithRSAEncryption: true,
    'id-RSASSA-PSS': true,
    'ecdsa-with-SHA1': true,
    'ecdsa-with-SHA224': true,
    'ecdsa-with-SHA256': true,
    'ecdsa-with-SHA384': true,
    'ecdsa-with-SHA512': true,
    'dsa-with-sha256': true,
    'id-Ed25519': true,
    'id-Ed448': true,
    'id-ml-dsa-44': true,
    'id-ml-dsa-65': true,
    'id-ml-dsa-87': true,
  }),
)
const keyUsage = word(
  ...every<KeyUsage>({
    digitalSignature: true,
    nonRepudiation: true,
    keyEncipherment: true,
    dataEncipherment: true,
    keyAgreement: true,
    keyCertSign: true,
    cRLSign: true,
    encipherOnly: true,
    decipherOnly: true,
  }),
)
const purpose = word(
  ...every<ExtendedKeyUsage>({
    serverAuth: true,
    clientAuth: true,
    codeSigning: true,
    emailProtection: true,
    timeStamping: true,
    OCSPSigning: true,
    anyExtendedKeyUsage: true,
  }),
)

const change = oneOf(
  object({
    critical: truth,
    value: bytesOrEdit,
    again: oneOf(
      value('true', true, (given) => given === true),
      bytes,
    ),
  } satisfies Keys<ExtensionChange>),
  nothing,
)
const extensionNames = every<ExtensionName>({
  subjectKeyIdentifier: true,
  keyUsage: true,
  subjectAltName: true,
  basicConstraints: true,
  cRLNumber: true,
  deltaCRLIndicator: true,
  issuingDistributionPoint: true,
  nameConstraints: true,
  cRLDistributionPoints: true,
  certificatePolicies: true,
  authorityKeyIdentifier: true,
  policyConstraints: true,
  extendedKeyUsage: true,
  freshestCRL: true,
  authorityInfoAccess: true,
  tlsFeature: true,
  ocspNoCheck: true,
})
const extensions = object(Object.fromEntries(extensionNames.map((name) => [name, change])), [], {
  pattern: oidPattern,
  of: change,
})

const fields = <Field extends string>(all: Readonly<Record<Field, true>>): Shape =>
  object(Object.fromEntries(every(all).map((field) => [field, bytesOrEdit])))

const unavailable = word(...every<Unavailable>({ refused: true, 'not-found': true, slow: true, silent: true }))

const crl = object({
  thisUpdate: time,
  nextUpdate: oneOf(time, nothing),
  version: value('1', 1, (given) => given === 1),
  lists: list(oneOf(member, series)),
  extensions,
  signKey: memberOrOther,
  raw: fields<CrlField>({
    version: true,
    signature: true,
    issuer: true,
    thisUpdate: true,
    nextUpdate: true,
    revokedCertificates: true,
    crlExtensions: true,
    signatureAlgorithm: true,
    signatureValue: true,
    certificateList: true,
  }),
  unavailable,
} satisfies Keys<CrlWords>)

const ocsp = object({
  responseStatus: word('successful', 'malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'),
  certStatus: word('good', 'revoked', 'unknown'),
  about: memberOrOther,
  thisUpdate: time,
  nextUpdate: oneOf(time, nothing),
  responder: member,
  signKey: memberOrOther,
  raw: fields<OcspField>({
    responderID: true,
    producedAt: true,
    responses: true,
    signatureAlgorithm: true,
    signature: true,
    certs: true,
    ocspResponse: true,
  }),
  bytes,
  unavailable,
} satisfies Keys<OcspWords>)

const memberShape = object({
  like: word('leaf', 'intermediate', 'root', 'responder'),
  issuer: member,
  trusted: truth,
  subject,
  subjectOf: member,
  dates: object({ notBefore: time, notAfter: time } satisfies Keys<NonNullable<Member['dates']>>),
  names,
  key,
  keyOf: member,
  signature: signature,
  signKey: memberOrOther,
  serial: oneOf(integer, member),
  version: value('1', 1, (given) => given === 1),
  keyUsage: list(keyUsage),
  extendedKeyUsage: list(oneOf(purpose, oid)),
  basicConstraints: object(
    { cA: truth, pathLenConstraint: count } satisfies Keys<NonNullable<Member['basicConstraints']>>,
    ['cA'],
  ),
  nameConstraints: object({
    permittedSubtrees: names,
    excludedSubtrees: names,
    minimum: count,
  } satisfies Keys<NameConstraints>),
  extensions,
  raw: fields<CertificateField>({
    version: true,
    serialNumber: true,
    signature: true,
    issuer: true,
    validity: true,
    subject: true,
    subjectPublicKeyInfo: true,
    issuerUniqueID: true,
    subjectUniqueID: true,
    extensions: true,
    signatureAlgorithm: true,
    signatureValue: true,
    certificate: true,
  }),
  crl: oneOf(crl, nothing),
  ocsp: oneOf(ocsp, nothing),
  revoked: word(
    ...every<RevocationReason>({
      unspecified: true,
      keyCompromise: true,
      cACompromise: true,
      affiliationChanged: true,
      superseded: true,
      cessationOfOperation: true,
      certificateHold: true,
      removeFromCRL: true,
      privilegeWithdrawn: true,
      aACompromise: true,
    }),
  ),
  staple: oneOf(ocsp, nothing),
  caIssuers: object({ unavailable }),
} satisfies Keys<Member>)

/** The words of a certificate. */
export const faultKeys = {
  leaf: memberShape,
  intermediate: memberShape,
  root: memberShape,
  members: oneOf(
    record(memberShape),
    object({ chainOf: whole(1), member: memberShape } satisfies Keys<MemberChain>, ['chainOf', 'member']),
  ),
  send: list(oneOf(member, bytes)),
  sni: record(member),
  dial: text,
  tls: object({
    maxVersion: word('TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'),
    ciphers: text,
  } satisfies Keys<CertificateTls>),
  engine: word('script'),
  changesAt: whole(2),
} satisfies Keys<CertificateFault>
