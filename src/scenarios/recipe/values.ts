/** An instant: an offset from the run's now, negative being before, or a fixed one. */
export type When = { readonly days: number } | { readonly seconds: number } | { readonly at: string }

/** A time of a certificate, a CRL or an OCSP response, where the form of it is the fault as well. */
export type TimeValue =
  | When
  | { readonly utcTime: When | string; readonly form?: string }
  | { readonly generalizedTime: When | string; readonly form?: string }

/** Bytes as data. */
export type Bytes =
  | { readonly hex: string }
  | { readonly text: string }
  | { readonly fill: number }
  | { readonly dn: Subject }
  | { readonly algorithm: string }
  | { readonly generalNames: GeneralNames }
  | Uint8Array

/** A change of the bytes that are right. */
export type Edit =
  | { readonly flipBit: number }
  | { readonly cut: number }
  | { readonly append: string }
  | { readonly replaceBytes: readonly [from: string, to: string] }
  | { readonly pem: true }

/** Many values from one: `{n}` counts from 1. */
export interface Series {
  readonly series: string
  readonly count: number
}

/** Attribute types of a distinguished name, as RFC 4514 §3 writes them. */
export type SubjectAttribute = 'CN' | 'C' | 'L' | 'ST' | 'O' | 'OU' | 'DC'

/** ASN.1 types of an attribute's value. */
export type StringType = 'utf8String' | 'printableString' | 'teletexString' | 'bmpString' | 'ia5String'

/**
 * A distinguished name, RFC 5280 §4.1.2.4: attributes in the order of the certificate, the outermost first. A value may name
 * its string type.
 */
export type Subject = readonly (readonly [attribute: SubjectAttribute, value: string | Bytes, type?: StringType])[]

/** A dotted object identifier. */
export type Oid = `${number}.${number}.${string}`

/** Names by kind, RFC 5280 §4.2.1.6. A text may hold `servername`, `parent`, `label` and `host`. */
export interface GeneralNames {
  readonly dNSName?: readonly (string | Bytes | Series)[]
  /** Addresses; of name constraints, ranges such as `127.0.0.0/8`. */
  readonly iPAddress?: readonly (string | Bytes)[]
  readonly rfc822Name?: readonly (string | Bytes)[]
  readonly uniformResourceIdentifier?: readonly (string | Bytes)[]
  readonly directoryName?: readonly Subject[]
  /** RFC 4985, for each of the six mail services of RFC 6186 and RFC 8314. */
  readonly srvName?: readonly string[]
  readonly otherName?: readonly (readonly [type: Oid, value: Bytes])[]
}

/** That many days after the run's now; negative is before. */
export const days = (count: number): When => ({ days: count })

/** That many seconds after the run's now; negative is before. */
export const seconds = (count: number): When => ({ seconds: count })

/** A fixed instant, ISO 8601: `at('1970-01-01')`. */
export const at = (iso: string): When => ({ at: iso })

/**
 * A UTCTime, whatever RFC 5280 wants for that year. A text in place of the time stands there as it is; a form has `YY MM DD hh
 * mm ss` and anything else as it is.
 */
export const utcTime = (when: When | string, form?: string): TimeValue => ({
  utcTime: when,
  ...(form !== undefined && { form }),
})

/** A GeneralizedTime, whatever RFC 5280 wants for that year; see {@link utcTime}. The form has `YYYY` as well. */
export const generalizedTime = (when: When | string, form?: string): TimeValue => ({
  generalizedTime: when,
  ...(form !== undefined && { form }),
})

/** Bytes in hexadecimal. */
export const hex = (digits: string): Bytes => ({ hex: digits })

/** The bytes of a text in UTF-8. */
export const text = (characters: string): Bytes => ({ text: characters })

/** That many octets of nothing. */
export const fill = (octets: number): Bytes => ({ fill: octets })

/** The DER of a distinguished name. */
export const dn = (subject: Subject): Bytes => ({ dn: subject })

/** The AlgorithmIdentifier of a signature, by name or by object identifier. */
export const algorithm = (nameOrOid: string): Bytes => ({ algorithm: nameOrOid })

/** The DER of GeneralNames. */
export const generalNames = (names: GeneralNames): Bytes => ({ generalNames: names })

/** One bit of the right bytes turned over, counted from their beginning; -1 is the last. */
export const flipBit = (bit: number): Edit => ({ flipBit: bit })

/** The first octets of the right bytes; a negative number says how many are cut off at their end. */
export const cut = (octets: number): Edit => ({ cut: octets })

/** The right bytes with others behind them, in hexadecimal. */
export const append = (digits: string): Edit => ({ append: digits })

/** The right bytes with the first place that has these replaced, in hexadecimal. */
export const replaceBytes = (from: string, to: string): Edit => ({ replaceBytes: [from, to] })

/** The right bytes as the text of a PEM file. */
export const pem: Edit = { pem: true }

/** A value for each number from 1 to `count`: `series('host{n}.example.com', 20)`. */
export const series = (pattern: string, count: number): Series => ({ series: pattern, count })

/** The name that is dialled, within any text: the first server name of the run, as a rule `localhost`. */
export const servername = '{servername}'

/** The domain above {@link servername}, where that has three labels; else `mail.mockmail.test` is dialled. */
export const parent = '{parent}'

/** The first label of {@link servername}, where that has three; else `mail.mockmail.test` is dialled. */
export const label = '{label}'

/** The address that the server listens on. */
export const host = '{host}'

/** Stands for the value of the entry's parameter, anywhere; hence its type. It is data: `{ param: true }`. */
export const param = { param: true } as unknown as never
