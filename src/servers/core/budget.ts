/** Octets of transcripts and facts that all records of this process keep at most. */
const mostOctets = 128 * 1024 * 1024

/** A record's memory. */
export interface Kept {
  /** Lets go of what is not a fact; says how many octets that were. */
  shrink(): number
}

let octets = 0

/** Those that have ended, oldest first. */
const ended = new Set<Kept>()

/** Whether so many more octets may be kept. The oldest records that have ended make room. */
export function takeOctets(count: number): boolean {
  for (const oldest of ended) {
    if (octets + count <= mostOctets) break
    ended.delete(oldest)
    octets -= oldest.shrink()
  }
  if (octets + count > mostOctets) return false
  octets += count
  return true
}

/** They are not kept any more, or are somebody else's. */
export function giveBack(count: number): void {
  octets -= count
}

/** It is over, and may have to make room for others. */
export const mayShrink = (one: Kept): void => void ended.add(one)

/** It is kept by nobody here any more. */
export const forget = (one: Kept): void => void ended.delete(one)
