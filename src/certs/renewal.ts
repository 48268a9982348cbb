import type { IssuedCertificate } from './types.ts'

const hour = 3_600_000

/**
 * Issues at the first call, and anew when two thirds of the time until the leaf becomes valid or expires have passed: in a
 * server that runs for weeks a fault stays as far from now as it was, and a sound leaf stays sound. What changes within the
 * hour is meant to, and what has no change before it is never issued again.
 */
export const renewed = <T extends { readonly leaf: IssuedCertificate }>(
  clock: () => Date,
  issue: (now: Date) => T,
): (() => T) => {
  let latest: T | undefined
  let due = 0
  return () => {
    const now = clock()
    if (latest === undefined || now.getTime() >= due) {
      latest = issue(now)
      due = dueAfter(now, latest.leaf)
    }
    return latest
  }
}

const dueAfter = (now: Date, { notBefore, notAfter }: IssuedCertificate): number => {
  const changes = [notBefore, notAfter].map((change) => change.getTime() - now.getTime()).filter((left) => left > 0)
  const next = Math.min(...changes)
  return next > hour ? now.getTime() + (next * 2) / 3 : Number.POSITIVE_INFINITY
}
