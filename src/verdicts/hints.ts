import { isIP } from 'node:net'
import type { ConnectionRecord } from '../record/record.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import type { Qualifier } from './outcome.ts'
import { type ClientError, reasonsOf } from './reasons/reasons.ts'
import { judgeConnection } from './verdict.ts'

/**
 * What to try when a client that trusts the roots refuses `good`, where that looks like one whose TLS library cannot read
 * their name constraints; undefined where it does not. It goes by the client's own words when there are any, else by how the
 * refusal looked.
 */
export function hintFor(record: ConnectionRecord, error?: ClientError | null): string | undefined {
  const { outcome, qualifier } = judgeConnection(record, resolveScenario('good'))
  if (outcome !== 'refused' || record.clientHello === null) return undefined
  const says = error === undefined || error === null ? [] : reasonsOf(error).filter((reason) => !isSymptom(reason))
  const told = says.some((reason) => ofConstraints.has(reason))
  if (says.length > 0 && !told) return undefined
  if (!told && !wordless.has(qualifier)) return undefined
  return (isByAddress(record) ? byAddress : byName)[told ? 'told' : 'seen']
}

const ofConstraints: ReadonlySet<string> = new Set(['name-constraints', 'critical-extension'])

/** That the connection is gone is no reason for it. */
const isSymptom = (reason: string): boolean => reason === 'connection-closed' || reason === 'timeout'

/** How a refusal looks that is not for the sake of trust, dates or names: each of these has an alert of its own. */
const wordless: ReadonlySet<Qualifier | null> = new Set([
  'silent-close',
  'rst',
  'close-after-finished',
  'alert:bad_certificate',
  'alert:unsupported_certificate',
  'alert:certificate_unknown',
])

/** The leaf has addresses among its names only for such a client. */
const isByAddress = ({ clientHello }: ConnectionRecord): boolean =>
  clientHello !== null && (clientHello.serverName === null || isIP(clientHello.serverName) > 0)

const byName = {
  told: 'The client cannot read the name constraints of the roots: --unconstrained makes roots without any.',
  seen: 'If the client trusts the roots, its TLS library may not read their name constraints: --unconstrained makes roots without any.',
} as const

const byAddress = {
  told: 'The client cannot read name constraints of addresses: dial a name in place of an address, or make roots without constraints with --unconstrained.',
  seen: 'If the client trusts the roots, its TLS library may not read name constraints of addresses, as BoringSSL does not: dial a name in place of an address, or make roots without constraints with --unconstrained.',
} as const
