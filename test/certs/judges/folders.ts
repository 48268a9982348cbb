import { join } from 'node:path'
import type { CertificateFault, KeyType } from '../../../src/scenarios/entry.ts'
import { resolveScenario } from '../../../src/scenarios/scenario.ts'
import { certificateParts } from '../../support/clients/cells.ts'
import { temporaryDirectory, testPki } from './run.ts'

/** Every certificate of the catalogue. */
export const entries: Readonly<Record<string, CertificateFault>> = Object.fromEntries(
  certificateParts.map(({ id }) => [id, resolveScenario(id).forConnection(1).certificate.recipe]),
)

/** Faults that no entry has, under names of this test's own. */
export const furtherFaults: Readonly<Record<string, CertificateFault>> = {
  'self-signed+wrong-host': { leaf: { issuer: 'self', names: { dNSName: ['imap.example.com'] } } },
  'foreign-name': { leaf: { names: { dNSName: ['localhost', 'example.invalid'] } } },
}

/** A written PKI of everything above, without a responder, removed at the end of the block. */
export const writtenPki = async (key: KeyType) => {
  await using pki = await testPki({ key, responder: false })
  const faults = { ...entries, ...furtherFaults }
  for (const [id, fault] of Object.entries(faults)) pki.declare(id, fault)
  await pki.prepare()
  const directory = temporaryDirectory()
  pki.write(directory.path)
  return {
    ids: Object.keys(faults),
    path: directory.path,
    ca: join(directory.path, 'ca.pem'),
    folder: (id: string) => join(directory.path, id),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}
