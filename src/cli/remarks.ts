import { isIP } from 'node:net'
import type { MailServers } from '../start.ts'
import type { Output } from './output.ts'

/** One line that names what was asked for and cannot show. */
export function tellLeftOut(leftOut: MailServers['leftOut'], { note }: Output): void {
  if (leftOut.length === 0) return
  const places = groupBy(leftOut, ({ scenario, why }) => `${scenario} (${why})`)
  note(
    `left out: ${[...places].map(([what, cells]) => `${what}: ${cells.map(({ where }) => where).join(' ')}`).join('; ')}`,
  )
}

/** Anything but loopback lets others in, on a server that takes any password and keeps it. */
export function warnOfHost(host: string | undefined, { note }: Output): void {
  if (host === undefined || host === 'localhost' || host === '::1') return
  if (isIP(host) === 4 && host.startsWith('127.')) return
  note(`warning: listening on ${host}, which others can reach; passwords that arrive are recorded in clear.`)
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}
