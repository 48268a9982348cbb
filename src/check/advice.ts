import type { Control } from './control.ts'

/** What to try where the client works with no good server, or fails some for the sake of TLS; most likely first. */
export function adviceOn(controls: readonly Control[], { dials }: { readonly dials: boolean }): readonly string[] {
  if (controls.every(({ server }) => server.counts.connections === 0)) return [dials ? elsewhere : undialled]
  const refused = controls.filter(({ cell }) => cell.outcome === 'refused')
  if (refused.length === 0) return []
  const reasons = [...new Set(refused.flatMap(({ cell: { reason } }) => reason ?? []))]
  const why = reasons.length > 0 ? ` (${reasons.join(', ')})` : ''
  return [
    `It refuses the good server${why}: make it trust the roots in {ca}, which is MOCKMAIL_CA in its environment, or let --trust node,openssl,python,java do so where it goes by these.`,
    'If it trusts them already, its TLS library may not read their name constraints: --unconstrained makes roots without any.',
  ]
}

const undialled =
  'Nothing connected, and the command has neither {port} nor {url} in its arguments: put {url}, or {host} and {port}, there, or let it read MOCKMAIL_URL, or MOCKMAIL_HOST and MOCKMAIL_PORT.'

const elsewhere =
  'Nothing connected, although the command was given the port: it may end before it connects, or connect elsewhere; its own words say more.'
