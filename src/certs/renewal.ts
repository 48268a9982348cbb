import type { IssuedCertificate } from './types.ts'

const hour = 3_600_000

/**
 * The time at which a certificate is to be issued anew: when two thirds of the time until it becomes valid or expires have
 * passed. What changes within the hour is meant to, and what has no change before it is never issued again.
 */
export const dueAfter = (now: Date, { notBefore, notAfter }: IssuedCertificate): number => {
  const changes = [notBefore, notAfter].map((change) => change.getTime() - now.getTime()).filter((left) => left > 0)
  const next = Math.min(...changes)
  return next > hour ? now.getTime() + (next * 2) / 3 : Number.POSITIVE_INFINITY
}

/** Issues at the first call, and anew when the leaf is due. */
export const renewed = <T extends { readonly leaf: IssuedCertificate }>(
  clock: () => Date,
  issue: (now: Date) => T,
): (() => T) => {
  let latest: { readonly issued: T; readonly due: number } | undefined
  return () => {
    const now = clock()
    if (latest === undefined || now.getTime() >= latest.due) {
      const issued = issue(now)
      latest = { issued, due: dueAfter(now, issued.leaf) }
    }
    return latest.issued
  }
}
