import { run } from '../programs.ts'
import type { Target } from './client.ts'

/** What a verifier is told to trust. */
export interface Trust {
  /** Path of a PEM file with the only roots to trust. */
  readonly ca: string
  /** Path of a PEM file with a CRL that is to be looked at. */
  readonly crl?: string
}

/** What is dialled and verified; the name that the server is told, if any. Default: the server's name for all. */
export interface Dialled {
  readonly host: string
  readonly sni?: string
  readonly verify: '-verify_hostname' | '-verify_ip'
}

/** The `Verify return code` that `openssl s_client` prints, the same each time it prints one. */
export async function verifyReturnCode(
  { protocol, mode, servername, port }: Target,
  trust: Trust,
  { host, sni, verify }: Dialled = { host: servername, sni: servername, verify: '-verify_hostname' },
): Promise<number> {
  const { stdout, stderr } = await run('openssl', [
    's_client',
    ...['-connect', `${host}:${port}`, verify, host],
    ...(sni === undefined ? [] : ['-servername', sni]),
    ...['-CAfile', trust.ca, '-no-CApath', '-no-CAstore'],
    ...(mode === 'starttls' ? ['-starttls', protocol] : []),
    ...(trust.crl === undefined ? [] : ['-crl_check', '-CRL', trust.crl]),
  ])
  const [code, ...others] = new Set([...stdout.matchAll(/Verify return code: (\d+) \(/g)].map(([, digits]) => digits))
  if (code === undefined || others.length > 0) throw new Error(`s_client: ${stdout}${stderr}`)
  return Number(code)
}
