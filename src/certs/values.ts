import type { Bytes, GeneralNames, Series, StringType, Subject, SubjectAttribute } from '../scenarios/entry.ts'
import { isSeries } from '../scenarios/recipe/forms.ts'
import { filledIn, nowhere, type Places } from '../scenarios/recipe/places.ts'
import { ipOctets, rangeOctets } from './addresses.ts'
import { algorithmIdentifier } from './algorithms.ts'
import {
  bmpString,
  type Der,
  element,
  explicit,
  ia5String,
  implicit,
  oid,
  sequence,
  setOf,
  stringTags,
  utf8String,
} from './der.ts'

/** The octets that data stands for. */
export const bytesOf = (value: Bytes, places: Places): Uint8Array => {
  if (value instanceof Uint8Array) return value
  if ('hex' in value) return Buffer.from(value.hex, 'hex')
  if ('text' in value) return Buffer.from(filledIn(value.text, places))
  if ('fill' in value) return Buffer.alloc(value.fill)
  if ('dn' in value) return distinguishedName(value.dn, places)
  if ('algorithm' in value) return algorithmIdentifier(value.algorithm)
  return encodeGeneralNames(value.generalNames, places)
}

const textOrBytes = (value: string | Bytes, places: Places): Uint8Array =>
  typeof value === 'string' ? Buffer.from(filledIn(value, places)) : bytesOf(value, places)

/** The texts of a series. */
export const textsOf = ({ series, count }: Series): readonly string[] =>
  Array.from({ length: count }, (_, index) => series.replaceAll('{n}', String(index + 1)))

const attributeTypes: Readonly<Record<SubjectAttribute, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  DC: '0.9.2342.19200300.100.1.25',
}

/** The short name of an attribute type, where it has one. */
export const attributeNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(attributeTypes).map(([name, type]) => [type, name])),
  '1.2.840.113549.1.9.1': 'emailAddress',
}

/** A distinguished name of these attributes, one to an RDN. */
export const distinguishedName = (subject: Subject, places: Places = nowhere): Der =>
  sequence(
    ...subject.map(([attribute, value, type]) =>
      setOf(sequence(oid(attributeTypes[attribute]), attributeValue(value, type ?? usualType(attribute), places))),
    ),
  )

/** RFC 5280, appendix A.1: a country is a PrintableString, a domain component an IA5String, and the others have a choice. */
const usualType = (attribute: SubjectAttribute): StringType => {
  if (attribute === 'C') return 'printableString'
  return attribute === 'DC' ? 'ia5String' : 'utf8String'
}

const attributeValue = (value: string | Bytes, type: StringType, places: Places): Der => {
  if (typeof value !== 'string') return element(stringTags[type], bytesOf(value, places))
  const text = filledIn(value, places)
  if (type === 'utf8String') return utf8String(text)
  if (type === 'ia5String') return ia5String(text)
  return type === 'bmpString' ? bmpString(text) : element(stringTags[type], Buffer.from(text, 'latin1'))
}

/** The services of RFC 6186 and RFC 8314 that a name of RFC 4985 is given for. */
const mailServices = ['submission', 'submissions', 'imap', 'imaps', 'pop3', 'pop3s'] as const

/** Each name as the element that GeneralName is; of constraints, addresses are ranges. */
export const generalNameElements = (
  names: GeneralNames,
  places: Places,
  addresses: 'single' | 'ranges' = 'single',
): readonly Der[] => {
  const { dNSName = [], iPAddress = [], rfc822Name = [], uniformResourceIdentifier = [] } = names
  const { directoryName = [], srvName = [], otherName = [] } = names
  const address = addresses === 'single' ? ipOctets : rangeOctets
  const octets = (value: string | Bytes): Uint8Array =>
    typeof value === 'string' ? address(filledIn(value, places)) : bytesOf(value, places)
  const services = srvName.flatMap((name) =>
    mailServices.map((service) => ia5String(`_${service}.${filledIn(name, places)}`)),
  )
  return [
    ...dNSName
      .flatMap((name): readonly (string | Bytes)[] => (isSeries(name) ? textsOf(name) : [name]))
      .map((name) => implicit(2, textOrBytes(name, places))),
    ...iPAddress.map((value) => implicit(7, octets(value))),
    ...rfc822Name.map((name) => implicit(1, textOrBytes(name, places))),
    ...uniformResourceIdentifier.map((name) => implicit(6, textOrBytes(name, places))),
    ...directoryName.map((subject) => explicit(4, distinguishedName(subject, places))),
    ...services.map((service) => explicit(0, oid('1.3.6.1.5.5.7.8.7'), explicit(0, service))),
    ...otherName.map(([type, value]) => explicit(0, oid(type), explicit(0, bytesOf(value, places)))),
  ]
}

/** GeneralNames, RFC 5280 §4.2.1.6. */
export const encodeGeneralNames = (names: GeneralNames, places: Places): Der =>
  sequence(...generalNameElements(names, places))
