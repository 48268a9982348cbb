import { join } from 'node:path'
import { run } from '../programs.ts'
import type { Target } from './client.ts'
import type { Trust } from './openssl.ts'

/** A handshake to try, and the CRLs to look at, if any. */
export interface Handshake {
  readonly target: Target
  readonly crl?: string
}

/** What `javax.net.ssl` makes of each, in one process: `OK`, or the outermost class and the innermost exception. */
export async function javaHandshakes(handshakes: readonly Handshake[], { ca }: Trust): Promise<readonly string[]> {
  const lines = handshakes.map(({ target: { protocol, mode, servername, port }, crl = '-' }) =>
    [protocol, mode, servername, port, crl].join(' '),
  )
  const { stdout, stderr } = await run('java', [join(import.meta.dirname, 'Handshakes.java'), ca], {
    input: `${lines.join('\n')}\n`,
    timeout: 60_000,
  })
  const said = stdout.trimEnd().split('\n')
  if (said.length !== lines.length) throw new Error(`Handshakes.java: ${stdout}${stderr}`)
  return said
}
