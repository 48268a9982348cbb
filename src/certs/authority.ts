import type { RevocationReason } from '../scenarios/entry.ts'
import { type CertificateRecipe, issueCertificate } from './certificate.ts'
import { issueCrl, type RevokedCertificate } from './crl.ts'
import { type CertificateStatus, certIdOf, issueOcspResponse, malformedRequest, parseOcspRequest } from './ocsp.ts'
import type { Signer } from './sign.ts'
import type { IssuedCertificate } from './types.ts'

/** Where an authority's revocation information is, while the responder runs. */
export interface RevocationUrls {
  readonly crlUrl?: string
  readonly ocspUrl?: string
}

/** A certificate with the key to sign below it, and the state of what it has signed. */
export interface Authority {
  /** Its name at the responder. */
  readonly id: string
  readonly certificate: IssuedCertificate
  readonly signer: Signer
  issue(recipe: Omit<CertificateRecipe, 'issuer' | keyof RevocationUrls>): IssuedCertificate
  revoke(certificate: IssuedCertificate, reason: RevocationReason, date: Date): void
  /** Its CRL as of that time, DER: begun an hour before, and good for a week. The same bytes for an hour, unless it revokes. */
  crl(at: Date): Buffer
  /** An OCSP response about one certificate, DER, to be stapled; its times are those of a CRL. */
  ocspResponse(certificate: IssuedCertificate, at: Date): Buffer
  /** The OCSP response to a request, DER. */
  answerOcsp(request: Uint8Array, at: Date): Buffer
}

/** What an authority is made of. */
export interface AuthorityFacts extends RevocationUrls {
  readonly id: string
  readonly certificate: IssuedCertificate
  readonly signer: Signer
}

const hour = 3_600_000

/** An authority that has signed nothing yet but, where it is its own issuer, itself. */
export const createAuthority = ({ id, certificate, signer, ...urls }: AuthorityFacts): Authority => {
  const issued = new Set<string>(certificate.issuer === certificate.subject ? [certificate.serial] : [])
  const revoked = new Map<string, RevokedCertificate>()
  const staples = new Map<string, (at: Date) => Buffer>()
  let number = 0

  const statusOf = (serial: string): CertificateStatus =>
    revoked.get(serial) ?? (issued.has(serial) ? 'good' : 'unknown')

  const newCrl = () =>
    renewedHourly((at) => {
      // A root that is kept goes on where the run before has stopped.
      number = Math.max(number + 1, Math.floor(at.getTime() / 1000))
      return issueCrl({ issuer: signer, ...currency(at), number, revoked: [...revoked.values()] })
    })
  let crl = newCrl()

  const newStaple = (serial: string) =>
    renewedHourly((at) => {
      const responses = [{ certId: certIdOf(signer, serial), status: statusOf(serial) }]
      return issueOcspResponse({ issuer: signer, ...currency(at), producedAt: at, responses })
    })

  return {
    id,
    certificate,
    signer,
    issue(recipe) {
      const below = issueCertificate({ ...recipe, ...urls, issuer: signer })
      issued.add(below.serial)
      return below
    },
    revoke({ serial }, reason, date) {
      revoked.set(serial, { serial, reason, date })
      crl = newCrl()
      staples.delete(serial)
    },
    crl: (at) => crl(at),
    ocspResponse({ serial }, at) {
      const staple = staples.get(serial) ?? newStaple(serial)
      staples.set(serial, staple)
      return staple(at)
    },
    answerOcsp(request, at) {
      const asked = parseOcspRequest(request)
      if (asked === undefined) return malformedRequest()
      return issueOcspResponse({
        issuer: signer,
        ...currency(at),
        producedAt: at,
        responses: asked.questions.map((question) => ({
          certId: question.certId,
          status: question.isAbout(signer) ? statusOf(question.serial) : 'unknown',
        })),
        ...(asked.nonce === undefined ? {} : { nonce: asked.nonce }),
      })
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

const currency = (at: Date): { readonly thisUpdate: Date; readonly nextUpdate: Date } => ({
  thisUpdate: new Date(at.getTime() - hour),
  nextUpdate: new Date(at.getTime() + 7 * 24 * hour),
})
