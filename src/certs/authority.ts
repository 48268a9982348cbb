import { randomBytes } from 'node:crypto'
import type { CrlWords, MemberName, OcspWords, RevocationReason, Unavailable } from '../scenarios/entry.ts'
import { isSeries } from '../scenarios/recipe/forms.ts'
import { nowhere, type Places } from '../scenarios/recipe/places.ts'
import { type CertificateRecipe, issueCertificate } from './certificate.ts'
import { issueCrl, type RevokedCertificate } from './crl.ts'
import { generalizedTime, integer } from './der.ts'
import {
  type CertificateStatus,
  certIdOf,
  failedResponse,
  issueOcspResponse,
  type OcspRecipe,
  parseOcspRequest,
} from './ocsp.ts'
import type { Signer } from './signer.ts'
import { dayFrom, instantOf } from './times.ts'
import type { IssuedCertificate } from './types.ts'
import { bytesOf, textsOf } from './values.ts'

/** Where an authority's own things are, while the responder runs. */
export interface AuthorityUrls {
  readonly crl?: string
  readonly ocsp?: string
}

/** A member of the same graph, for words that name one. */
export interface OtherMember {
  readonly signer: Signer
  readonly certificate: IssuedCertificate
}

/** How words are understood that name somebody, or have a placeholder. */
export interface Context {
  readonly places: Places
  /** A member by its name, or somebody of whom nothing else is known. */
  other(name: MemberName | 'other'): OtherMember
}

/** What an authority says that it would not say if it were right. */
export interface AuthorityWords {
  /** `null` is no CRL at all. */
  readonly crl?: CrlWords | null
  /** `null` is no responder at all. */
  readonly ocsp?: OcspWords | null
  readonly context?: Context
}

/** A certificate with the key to sign below it, and the state of what it has signed. */
export interface Authority {
  /** Its name at the responder. */
  readonly id: string
  readonly signer: Signer
  /** Where its CRL and its responder are said to be, for what it issues. */
  readonly urls: AuthorityUrls
  issue(recipe: Omit<CertificateRecipe, 'issuer' | 'urls'>, caIssuers?: string): IssuedCertificate
  /** It vouches for a certificate that it has not issued here. */
  vouchFor(certificate: IssuedCertificate): void
  revoke(certificate: IssuedCertificate, reason: RevocationReason, date: Date): void
  /** Its CRL as of that time, DER: begun an hour before, and good for a week. The same bytes for an hour, unless it revokes. */
  crl(at: Date): Buffer | undefined
  /** How its CRL cannot be had from the responder. */
  readonly crlUnavailable: Unavailable | undefined
  readonly ocspUnavailable: Unavailable | undefined
  /** An OCSP response about one certificate, DER, to be stapled; its times are those of a CRL. */
  ocspResponse(certificate: IssuedCertificate, at: Date, staple?: Staple): Buffer
  /** The OCSP response to a request, DER. */
  answerOcsp(request: Uint8Array, at: Date): Buffer
}

/** What is to be said of one certificate, in the words of its own graph. */
export interface Staple {
  readonly words: OcspWords
  /** Default: the authority's own. */
  readonly context?: Context
}

/** What an authority is made of. */
export interface AuthorityFacts extends AuthorityWords {
  readonly id: string
  readonly signer: Signer
  readonly urls?: AuthorityUrls
}

const hour = 3_600_000

/** An authority that has signed nothing yet. */
export const createAuthority = (facts: AuthorityFacts): Authority => {
  const { id, signer, urls = {}, crl: crlWords, ocsp: ocspWords, context: own } = facts
  const issued = new Set<string>()
  const revoked = new Map<string, RevokedCertificate>()
  const staples = new Map<string, (at: Date) => Buffer>()
  let number = 0

  const member = (name: MemberName | 'other' | undefined, context = own): OtherMember | undefined =>
    name === undefined ? undefined : context?.other(name)

  const statusOf = (serial: string): CertificateStatus =>
    revoked.get(serial) ?? (issued.has(serial) ? 'good' : 'unknown')

  const newCrl = () =>
    renewedHourly((at) => {
      // A root that is kept goes on where the run before has stopped.
      number = Math.max(number + 1, Math.floor(at.getTime() / 1000))
      const { lists = [], signKey, unavailable: _, thisUpdate: __, nextUpdate: ___, ...words } = crlWords ?? {}
      const key = member(signKey)?.signer.key
      return issueCrl({
        ...words,
        issuer: signer,
        ...(key && { signKey: key }),
        ...currency(crlWords ?? {}, at),
        number,
        revoked: [...revoked.values(), ...lists.flatMap((one) => listed(one, at))],
        places: own?.places ?? nowhere,
      })
    })

  const listed = (one: NonNullable<CrlWords['lists']>[number], at: Date): readonly RevokedCertificate[] => {
    const facts = { date: dayFrom(at, -1), reason: 'unspecified' } as const
    const serial = isSeries(one) ? undefined : member(one)?.certificate.serial
    if (!isSeries(one)) return serial === undefined ? [] : [{ serial, ...facts }]
    return textsOf(one).map((text) => ({ serial: contentOf(Number(text)), ...facts }))
  }

  let crl = newCrl()

  const answer = (
    about: Pick<OcspRecipe, 'responses' | 'nonce'>,
    { words, context = own }: Staple,
    at: Date,
  ): Buffer => {
    const places = context?.places ?? nowhere
    if (words.bytes !== undefined) return Buffer.from(bytesOf(words.bytes, places))
    if (words.responseStatus !== undefined && words.responseStatus !== 'successful') {
      return failedResponse(words.responseStatus)
    }
    const responder = member(words.responder, context)
    const key = member(words.signKey, context)?.signer.key
    return issueOcspResponse({
      ...about,
      issuer: responder?.signer ?? signer,
      ...(key && { signKey: key }),
      ...(responder && { certificates: [responder.certificate.der] }),
      ...currency(words, at, generalizedTime),
      producedAt: at,
      ...(words.raw && { raw: words.raw }),
      places,
    })
  }

  const said = (serial: string, { certStatus }: OcspWords, at: Date): CertificateStatus => {
    if (certStatus !== 'revoked') return certStatus ?? statusOf(serial)
    return revoked.get(serial) ?? { serial, date: dayFrom(at, -1), reason: 'keyCompromise' }
  }

  const newStaple = (serial: string, staple: Staple) =>
    renewedHourly((at) => {
      const { words, context } = staple
      const about =
        words.about === 'other' ? randomSerial() : (member(words.about, context)?.certificate.serial ?? serial)
      return answer({ responses: [{ certId: certIdOf(signer, about), status: said(serial, words, at) }] }, staple, at)
    })

  const usualWords = { words: ocspWords ?? {}, ...(own && { context: own }) }

  return {
    id,
    signer,
    urls,
    crlUnavailable: crlWords?.unavailable,
    ocspUnavailable: ocspWords?.unavailable,
    issue(recipe, caIssuers) {
      const places = { ...urls, ...(caIssuers !== undefined && { caIssuers }) }
      const below = issueCertificate({ ...recipe, urls: places, issuer: signer })
      issued.add(below.serial)
      return below
    },
    vouchFor({ serial }) {
      issued.add(serial)
    },
    revoke({ serial }, reason, date) {
      revoked.set(serial, { serial, reason, date })
      crl = newCrl()
      staples.clear()
    },
    crl: (at) => (crlWords === null ? undefined : crl(at)),
    ocspResponse({ serial }, at, staple = usualWords) {
      const kept = staples.get(serial) ?? newStaple(serial, staple)
      staples.set(serial, kept)
      return kept(at)
    },
    answerOcsp(request, at) {
      const asked = parseOcspRequest(request)
      if (asked === undefined) return failedResponse('malformedRequest')
      const { words } = usualWords
      const about = words.about === 'other' ? randomSerial() : member(words.about)?.certificate.serial
      const responses = asked.questions.map((question) => ({
        certId: about === undefined ? question.certId : certIdOf(signer, about),
        status: question.isAbout(signer) ? said(question.serial, words, at) : ('unknown' as const),
      }))
      return answer({ responses, ...(asked.nonce === undefined ? {} : { nonce: asked.nonce }) }, usualWords, at)
    },
  }
}

/** The same bytes for an hour, then new ones. */
const renewedHourly = (make: (at: Date) => Buffer): ((at: Date) => Buffer) => {
  let latest: { readonly at: Date; readonly der: Buffer } | undefined
  return (at) => {
    if (latest === undefined || Math.abs(at.getTime() - latest.at.getTime()) >= hour) latest = { at, der: make(at) }
    return latest.der
  }
}

/** Begun an hour ago and good for a week, unless words say otherwise; one that has ended had begun before. */
const currency = (
  words: Pick<CrlWords, 'thisUpdate' | 'nextUpdate'>,
  now: Date,
  encode?: typeof generalizedTime,
): Pick<OcspRecipe, 'thisUpdate' | 'nextUpdate'> => {
  const spelling = encode && { encode }
  const end = instantOf(words.nextUpdate ?? undefined, { now, right: dayFrom(now, 7), ...spelling })
  const usual = new Date(now.getTime() - hour)
  const right = end.date <= usual ? dayFrom(end.date, -7) : usual
  return {
    thisUpdate: instantOf(words.thisUpdate, { now, right, ...spelling }).der,
    ...(words.nextUpdate !== null && { nextUpdate: end.der }),
  }
}

const randomSerial = (): string => randomBytes(15).toString('hex').replace(/^./, '4')

/** The content octets of an INTEGER, in hexadecimal. */
const contentOf = (value: number): string => Buffer.from(integer(value).subarray(2)).toString('hex')
