import type { MailServer } from '../fleet/mail-server.ts'
import type { ConnectionRecord } from '../record/record.ts'
import { speaks } from '../verdicts/control.ts'
import type { CheckCell } from './report.ts'

/** A client on a good server: what it came to, and what reached the server. */
export interface Control {
  readonly server: MailServer
  readonly cell: CheckCell
}

/**
 * What a control says of its place: the client works there; it does not speak the protocol; or it is wrong in some other
 * way, so that nothing it does there means anything.
 */
export type Standing = 'works' | 'not-spoken' | 'dirty'

/** The standing of each control, which depends on the others: a client that works somewhere trusts the certificate. */
export function standingsOf(controls: readonly Control[]): ReadonlyMap<MailServer, Standing> {
  const trusting = controls.some((control) => works(control) && control.server.mode !== 'plain')
  const spoken = new Set(controls.filter(({ server }) => server.connections.some(speaks)).map(protocolOf))
  return new Map(
    controls.map((control) => {
      const foreign = !spoken.has(protocolOf(control)) && !refusedTls(control, { trusting })
      return [control.server, works(control) ? 'works' : foreign ? 'not-spoken' : 'dirty']
    }),
  )
}

/** Whether it completed a session: what is no command of the protocol is none, though it went through TLS. */
const works = ({ server: { connections }, cell: { detail, verdict } }: Control): boolean =>
  detail === 'safe-continue' &&
  verdict !== 'fail' &&
  (connections.some(speaks) || connections.every(({ bytes }) => bytes.tlsIn === 0))

const protocolOf = ({ server }: Control): string => server.protocol

/**
 * Whether it was the TLS session that the client did not want, rather than the words inside it. A TLS 1.3 client may refuse
 * a certificate by finishing the handshake and leaving. One that leaves for the sake of a greeting that it does not
 * understand looks the same, so it has to work with the same certificate elsewhere, and to say why it left.
 */
const refusedTls = ({ server, cell }: Control, { trusting }: { readonly trusting: boolean }): boolean =>
  server.connections.some((record) => {
    const { clientHello, handshake, end } = record
    if (clientHello === null) return false
    if (handshake.result !== 'finished' || handshake.alertReceived !== null) return true
    const left = end?.by === 'client' && !cell.client.timedOut
    return left && saidNothing(record) && !(trusting && complainsOfElse(cell))
  })

const saidNothing = ({ bytes, commands }: ConnectionRecord): boolean =>
  bytes.tlsIn === 0 || (commands.length > 0 && commands.every(({ action }) => action === 'quit'))

/** Reasons to leave that have nothing to do with the TLS session. */
const otherReasons: ReadonlySet<string> = new Set(['no-tls', 'authentication', 'connection-closed', 'timeout'])

const complainsOfElse = ({ client, reason }: CheckCell): boolean =>
  client.error !== null && (reason === null || otherReasons.has(reason))
