import type { Target } from '../support/clients/client.ts'
import { type RunOptions, run } from '../support/programs.ts'

/** `openssl s_client`, trusting one file only. Everything it wrote, errors first. */
export async function sClient(
  { protocol, mode, servername, port }: Target,
  ca: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<string> {
  const where = ['-connect', `${servername}:${port}`, '-servername', servername, '-verify_hostname', servername]
  const trust = ['-CAfile', ca, '-no-CApath', '-no-CAstore']
  const starttls = mode === 'starttls' ? ['-starttls', protocol] : []
  const { stderr, stdout } = await run('openssl', ['s_client', ...where, ...trust, ...starttls, ...flags], options)
  return `${stderr}\n${stdout}`
}

/** `gnutls-cli`, trusting one file only. Everything it wrote, errors first. */
export async function gnutlsCli(
  { protocol, mode, servername, port }: Target,
  ca: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<string> {
  const starttls = mode === 'starttls' ? [`--starttls-proto=${protocol}`] : []
  const args = ['--port', String(port), '--x509cafile', ca, ...starttls, ...flags, servername]
  const { stderr, stdout } = await run('gnutls-cli', args, options)
  return `${stderr}\n${stdout}`
}
