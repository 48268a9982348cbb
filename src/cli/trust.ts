import type { Command } from 'commander'
import { invalid } from '../fleet/options.ts'

/** Ecosystems that can be told to trust a root by the environment alone. */
const ways: Readonly<Record<string, (ca: string, pki: string, inherited: NodeJS.ProcessEnv) => NodeJS.ProcessEnv>> = {
  node: (ca) => ({ NODE_EXTRA_CA_CERTS: ca }),
  openssl: (ca) => ({ SSL_CERT_FILE: ca }),
  // The standard library asks OpenSSL, requests has its own variable.
  python: (ca) => ({ SSL_CERT_FILE: ca, REQUESTS_CA_BUNDLE: ca }),
  java: (_, pki, { JAVA_TOOL_OPTIONS: before }) => ({
    JAVA_TOOL_OPTIONS: [
      before,
      quoted(`-Djavax.net.ssl.trustStore=${pki}/ca.p12`),
      '-Djavax.net.ssl.trustStorePassword=mockmail',
    ]
      .filter(Boolean)
      .join(' '),
  }),
}

/** The JVM splits at blanks, and knows both quotes and no escape for either. */
const quoted = (option: string): string =>
  /[\s'"]/.test(option)
    ? option
        .split(/('+)/)
        .map((part) => (part === '' ? '' : part.startsWith("'") ? `"${part}"` : `'${part}'`))
        .join('')
    : option

/** The flag of what runs a command. */
export const addTrust = (command: Command): Command =>
  command.option('--trust <list>', `make the child trust the roots: ${Object.keys(ways).join(', ')}`, parseTrust)

/** @throws {MockmailError} INVALID_OPTION */
function parseTrust(text: string, earlier: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !Object.hasOwn(ways, name))
  if (wrong !== undefined) throw invalid('--trust', wrong, Object.keys(ways).join(', '))
  return [...earlier, ...names]
}

/** Variables that make a child trust the run's roots. */
export const trustEnvironment = (
  names: readonly string[],
  { ca, pki }: { readonly ca: string; readonly pki: string },
): NodeJS.ProcessEnv => Object.assign({}, ...names.map((name) => ways[name]?.(ca, pki, process.env)))
