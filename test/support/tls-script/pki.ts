import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScriptIdentity } from '../../../src/tls/script/settings.ts'
import { run } from '../programs.ts'

/** Kinds of leaf, by what OpenSSL has to be told to make their keys. */
const kinds = {
  ec: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  rsa: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  rsa512: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:512'],
  pss: ['genpkey', '-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ed25519: ['genpkey', '-algorithm', 'ED25519'],
} as const satisfies Record<string, readonly string[]>

export type LeafKind = keyof typeof kinds | 'dsa'

/** A root, and leaves for `localhost` of any kind of key: made by OpenSSL, so that nothing of ours is under test twice. */
export interface LeafPki {
  readonly ca: string
  readonly caPem: string
  leaf(kind: LeafKind): Promise<ScriptIdentity & { readonly files: { readonly key: string; readonly cert: string } }>
}

const openssl = async (args: readonly string[]): Promise<void> => {
  const { status, stderr } = await run('openssl', args)
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`)
}

export async function makePki(folder: string): Promise<LeafPki> {
  const at = (name: string): string => join(folder, name)
  const [ca, caKey] = [at('ca.pem'), at('ca.key')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  await openssl([
    'req',
    '-x509',
    ...curve,
    '-keyout',
    caKey,
    '-out',
    ca,
    '-days',
    '30',
    '-subj',
    '/CN=mockmail test root',
  ])
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost\n')
  const made = new Map<LeafKind, ReturnType<LeafPki['leaf']>>()
  const make: LeafPki['leaf'] = async (kind) => {
    const [key, cert, request] = [at(`${kind}.key`), at(`${kind}.pem`), at(`${kind}.csr`)]
    if (kind === 'dsa') {
      await openssl([
        'genpkey',
        '-genparam',
        '-algorithm',
        'DSA',
        '-pkeyopt',
        'dsa_paramgen_bits:1024',
        '-out',
        at('dsa.params'),
      ])
      await openssl(['genpkey', '-paramfile', at('dsa.params'), '-out', key])
    } else await openssl([...kinds[kind], '-out', key])
    await openssl(['req', '-new', '-key', key, '-subj', '/CN=localhost', '-out', request])
    const issuer = ['-CA', ca, '-CAkey', caKey, '-days', '30', '-extfile', at('names')]
    await openssl(['x509', '-req', '-in', request, ...issuer, '-out', cert])
    const chain = [new X509Certificate(readFileSync(cert)).raw]
    return { chain, key: createPrivateKey(readFileSync(key)), files: { key, cert } }
  }
  return {
    ca,
    caPem: readFileSync(ca, 'utf8'),
    leaf(kind) {
      const leaf = made.get(kind) ?? make(kind)
      made.set(kind, leaf)
      return leaf
    },
  }
}
