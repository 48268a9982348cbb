import { issueCrl, type RevokedCertificate } from './crl.ts'
import type { Signer } from './sign.ts'
import type { IssuedCertificate } from './types.ts'

/** A certificate with the key to sign below it, and the state of what it has signed. */
export interface Authority {
  /** Its name at the responder. */
  readonly id: string
  readonly certificate: IssuedCertificate
  readonly signer: Signer
  /** Where its CRL is served, while the responder runs. */
  readonly crlUrl: string | undefined
  revoke(entry: RevokedCertificate): void
  /** Its CRL as of that time, DER: begun an hour before, and good for a week. The same bytes while nothing changes. */
  crl(at: Date): Buffer
}

const hour = 3_600_000

/** An authority that has revoked nothing yet. */
export const createAuthority = (facts: Pick<Authority, 'id' | 'certificate' | 'signer' | 'crlUrl'>): Authority => {
  const revoked: RevokedCertificate[] = []
  let number = 0
  let latest: { readonly at: number; readonly der: Buffer } | undefined
  return {
    ...facts,
    revoke: (entry) => {
      revoked.push(entry)
      latest = undefined
    },
    crl: (at) => {
      if (latest !== undefined && at.getTime() - latest.at < hour) return latest.der
      const der = issueCrl({
        issuer: facts.signer,
        thisUpdate: new Date(at.getTime() - hour),
        nextUpdate: new Date(at.getTime() + 7 * 24 * hour),
        number: ++number,
        revoked,
      })
      latest = { at: at.getTime(), der }
      return der
    },
  }
}
