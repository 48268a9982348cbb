import { run } from '../programs.ts'
import type { TlsClient } from './clients.ts'

/** The version of the program behind a client, as it tells it. */
export async function versionOf({ name }: TlsClient): Promise<string> {
  const told = async (program: string, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await run(program, args)
    return /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown'
  }
  switch (name) {
    case 'Go':
      return told('go', 'version')
    case 'Java':
      return told('java', '-version')
    case 'GnuTLS':
      return told('gnutls-cli', '--version')
    case 'Node':
      return process.versions.node
    case 'tlslite-ng':
      return told(
        'python3',
        '-c',
        'import sys; sys.path.insert(0, sys.argv[1]); import tlslite; print(tlslite.__version__)',
        process.env['TLSLITE'] ?? '',
      )
    default:
      return 'unknown'
  }
}

/** Without what is different each time. */
export const lasting = (words: string): string =>
  words
    .replace(/\b127\.0\.0\.1:\d+(?:->127\.0\.0\.1:\d+)?/g, 'ADDRESS')
    .replace(/^ok .*$/, 'ok')
    .replace(/0x[0-9a-f]{6,}|(?<=length=)\d+/g, 'NUMBER')
    .trim()
