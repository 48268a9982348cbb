import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

export interface VerifyOptions {
  readonly ca: string
  readonly hostname?: string
  readonly address?: string
  readonly crl?: 'file' | 'download'
  /** Default: none in particular. */
  readonly purpose?: 'sslclient' | 'sslserver'
}

/** Every error that `openssl verify -x509_strict` finds in what a server with this folder sends, as `code@depth`. */
export const opensslErrors = async (folder: string, options: VerifyOptions): Promise<readonly string[]> => {
  const { stdout, stderr } = await run('openssl', [
    'verify',
    '-x509_strict',
    '-no-CApath',
    '-CAfile',
    options.ca,
    ...(options.hostname === undefined ? [] : ['-verify_hostname', options.hostname]),
    ...(options.address === undefined ? [] : ['-verify_ip', options.address]),
    ...(options.purpose === undefined ? [] : ['-purpose', options.purpose]),
    ...(options.crl === undefined ? [] : ['-crl_check']),
    ...(options.crl === 'file' ? ['-CRLfile', join(folder, 'crl.pem')] : []),
    ...(options.crl === 'download' ? ['-crl_download'] : []),
    '-untrusted',
    join(folder, 'fullchain.pem'),
    join(folder, 'leaf.pem'),
  ])
  const found = [...stderr.matchAll(/^error (\d+) at (\d+) depth/gm)].map(([, code, depth]) => `${code}@${depth}`)
  if (found.length === 0 && !stdout.endsWith(': OK\n')) throw new Error(`openssl verify: ${stdout}${stderr}`)
  return found
}

/** What `openssl` prints about a file, options and all. */
export const opensslText = async (...args: readonly string[]): Promise<string> => {
  const { status, stdout, stderr } = await run('openssl', args)
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`)
  return stdout
}

export const hasFile = (folder: string, name: string): boolean => existsSync(join(folder, name))
