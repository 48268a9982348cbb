import { run } from '../programs.ts'
import type { Target } from './client.ts'
import type { Trust } from './openssl.ts'

/** The status line that `gnutls-cli` prints about the certificate, without its label. */
export async function gnutlsStatus({ protocol, mode, servername, port }: Target, trust: Trust): Promise<string> {
  const { stdout, stderr } = await run('gnutls-cli', [
    ...['--port', String(port), '--x509cafile', trust.ca],
    ...(mode === 'starttls' ? [`--starttls-proto=${protocol}`] : []),
    ...(trust.crl === undefined ? [] : ['--x509crlfile', trust.crl]),
    servername,
  ])
  const status = /^- Status: (.*?) *$/m.exec(stdout)?.[1]
  if (status === undefined) throw new Error(`gnutls-cli: ${stdout}${stderr}`)
  return status
}
