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
  /** Its CRL as of that time, DER: begun an hour before, and good for a week. The same bytes while nothing changes. */
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
  let number = 0
  let latest: { readonly at: number; readonly der: Buffer } | undefined

  const statusOf = (serial: string): CertificateStatus =>
    revoked.get(serial) ?? (issued.has(serial) ? 'good' : 'unknown')

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
      latest = undefined
    },
    crl(at) {
      if (latest !== undefined && at.getTime() - latest.at < hour) return latest.der
      const der = issueCrl({ issuer: signer, ...currency(at), number: ++number, revoked: [...revoked.values()] })
      latest = { at: at.getTime(), der }
      return der
    },
    ocspResponse: ({ serial }, at) =>
      issueOcspResponse({
        issuer: signer,
        ...currency(at),
        producedAt: at,
        responses: [{ certId: certIdOf(signer, serial), status: statusOf(serial) }],
      }),
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

const currency = (at: Date): { readonly thisUpdate: Date; readonly nextUpdate: Date } => ({
  thisUpdate: new Date(at.getTime() - hour),
  nextUpdate: new Date(at.getTime() + 7 * 24 * hour),
})
