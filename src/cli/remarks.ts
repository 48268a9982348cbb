import { isIP } from 'node:net'
import type { MailServers } from '../fleet/start.ts'
import type { Output } from './output.ts'

/**
 * One line that names what was asked for and cannot show. Of a set that nobody named scenario by scenario, only those that
 * show nowhere are worth a word.
 */
export function tellLeftOut(
  { leftOut, endpoints }: Pick<MailServers, 'leftOut' | 'endpoints'>,
  { byName }: { readonly byName: boolean },
  { note }: Output,
): void {
  const shown = new Set(endpoints.map(({ scenario }) => scenario))
  const told = leftOut.filter(({ scenario }) => byName || !shown.has(scenario))
  if (told.length === 0) return
  const places = groupBy(told, ({ scenario, why }) => (why.startsWith(`${scenario} is`) ? why : `${scenario} (${why})`))
  const remarks = [...places].map(([what, cells]) => {
    const nowhere = cells.every(({ scenario }) => !shown.has(scenario))
    return nowhere ? what : `${what}: ${cells.map(({ where }) => where).join(' ')}`
  })
  note(`left out: ${remarks.join('; ')}`)
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
