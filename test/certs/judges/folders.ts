import { join } from 'node:path'
import { mergeFacets } from '../../../src/scenarios/compose.ts'
import type { CertificateFacets, KeyType } from '../../../src/scenarios/entry.ts'
import { certificates } from '../../../src/scenarios/registry.ts'
import { temporaryDirectory, testPki } from './run.ts'

/** Every certificate of the catalogue. */
export const entries: Readonly<Record<string, CertificateFacets>> = Object.fromEntries(
  Object.entries(certificates).map(([id, entry]) => [id, mergeFacets([entry])]),
)

/** Facets that no entry has, under names of this test's own. */
export const furtherFacets: Readonly<Record<string, CertificateFacets>> = {
  'self-signed+wrong-host': { issuer: 'self', names: { dnsNames: ['imap.example.com'] }, chain: { send: ['leaf'] } },
  'foreign-name': { names: { dnsNames: ['localhost', 'example.invalid'] } },
  'foreign-address': { names: { dnsNames: ['localhost'], ipAddresses: ['192.0.2.1'] } },
  'untrusted-root+foreign-name': { issuer: 'untrusted-root', names: { dnsNames: ['localhost', 'example.invalid'] } },
}

/** A written PKI of everything above, without a responder, removed at the end of the block. */
export const writtenPki = async (key: KeyType) => {
  await using pki = await testPki({ key, responder: false })
  const facets = { ...entries, ...furtherFacets }
  for (const [id, entry] of Object.entries(facets)) pki.identity(id, entry)
  const directory = temporaryDirectory()
  pki.write(directory.path)
  return {
    ids: Object.keys(facets),
    path: directory.path,
    ca: join(directory.path, 'ca.pem'),
    folder: (id: string) => join(directory.path, id),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}
