import { randomBytes } from 'node:crypto'
import { clock as realClock } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import type { RevocationUrls } from './authority.ts'
import { clientIds, issueClientIdentity } from './clients.ts'
import { writeFiles } from './files.ts'
import { createHierarchy, type Hierarchy, type HierarchyOptions } from './hierarchy.ts'
import { issueIdentity, joinPem } from './identity.ts'
import { startKey } from './keys.ts'
import { pkiFiles } from './manifest.ts'
import { parseServernames } from './names.ts'
import { claimFiles, refuseForeign } from './owned.ts'
import { renewed } from './renewal.ts'
import { type Responder, startResponder } from './responder.ts'
import { issueRoot, keptRoots, type RootOptions } from './roots.ts'
import type { ClientId, ClientIdentity, Identity, Pki, PkiOptions } from './types.ts'

/**
 * Makes the roots of a run, or takes those of `directory`, and starts the responder. Everything else is issued when it
 * is asked for.
 * @throws {MockmailError} INVALID_OPTION, PKI_UNUSABLE, FILE_UNWRITABLE
 */
export const startPki = async (options: PkiOptions): Promise<Pki> => {
  const { clock: machineClock = () => new Date(realClock.date()) } = options
  const now = options.now ?? machineClock()
  /** The time of the run: it stands still when the caller has set it. */
  const clock = options.now === undefined ? machineClock : () => now
  const key = options.key ?? 'ec'
  const names = parseServernames(options.servernames)
  const rootOptions: RootOptions = {
    key,
    now,
    names,
    suffix: randomBytes(3).toString('hex'),
    unconstrained: options.unconstrained ?? false,
  }

  if (options.directory !== undefined) refuseForeign(options.directory, ['manifest.json', 'ca.pem', 'ca.p12'])
  const roots = await startRoots(options.directory, rootOptions)
  const responder =
    options.responder === false
      ? undefined
      : await startResponder({
          crl: (issuer) => hierarchy.authority(issuer)?.crl(clock()),
          ocsp: (issuer, request) => hierarchy.authority(issuer)?.answerOcsp(request, clock()),
        })
  const hierarchy: Hierarchy = createHierarchy({
    ...rootOptions,
    ...roots,
    urls: (authority) => (responder === undefined ? {} : revocationUrls(responder, authority)),
  })

  const identities = new Map<string, () => Identity>()
  const clients = new Map<ClientId, () => ClientIdentity>()
  const clientIdentity = (id: ClientId): ClientIdentity => {
    const client = clients.get(id) ?? renewed(clock, (at) => issueClientIdentity(id, { hierarchy, key, now: at }))
    clients.set(id, client)
    return client()
  }

  return {
    now,
    clientIdentity,
    clientCaPem: hierarchy.usualRoot.pem,
    get caPem() {
      return joinPem(hierarchy.trustedRoots())
    },
    identity(id, facets) {
      const known = identities.get(id)
      if (known !== undefined) return known()
      checkId(id)
      const identity = renewed(clock, (at) => issueIdentity(id, facets, { hierarchy, key, now: at, clock, names }))
      const issued = identity()
      identities.set(id, identity)
      return issued
    },
    write(directory, scenarios = []) {
      const { contents, manifest } = pkiFiles({
        now,
        key,
        roots: hierarchy.trustedRoots(),
        identities: [...identities.values()].map((identity) => identity()),
        clients: clientIds.map(clientIdentity),
        scenarios,
      })
      claimFiles(directory, Object.keys(contents), manifest)
      writeFiles(directory, contents)
    },
    close: async () => responder?.close(),
  }
}

const revocationUrls = ({ url }: Responder, authority: string): RevocationUrls => ({
  crlUrl: `${url}/crl/${authority}.crl`,
  ocspUrl: `${url}/ocsp/${authority}`,
})

type StartedRoots = Pick<HierarchyOptions, 'root' | 'intermediateKey'>

const startRoots = async (directory: string | undefined, options: RootOptions): Promise<StartedRoots> => {
  const intermediateKey = startKey(options.key)
  const root = directory === undefined ? await newRoots(options) : await foundRoots(directory, options)
  await intermediateKey.ready
  // Few runs need these, so the others do not wait for them.
  const untrustedIntermediateKey = startKey(options.key)
  return {
    root,
    intermediateKey: (part) => (part === 'root' ? intermediateKey : untrustedIntermediateKey).take(),
  }
}

const newRoots = async (options: RootOptions): Promise<HierarchyOptions['root']> => {
  const trustedKey = startKey(options.key)
  await trustedKey.ready
  const untrustedKey = startKey(options.key)
  return (part) => issueRoot(part, (part === 'root' ? trustedKey : untrustedKey).take(), options)
}

const foundRoots = async (directory: string, options: RootOptions): Promise<HierarchyOptions['root']> => {
  const roots = await keptRoots(directory, options)
  return (part) => roots[part]
}

/** Folders of the directory that are no scenario's. */
const reservedIds = ['roots', 'clients']

/** An id becomes a folder. */
const checkId = (id: string): void => {
  if (/^\.*$|[/\\\0]/.test(id) || reservedIds.includes(id)) {
    throw new MockmailError(
      'INVALID_DEFINITION',
      `'${id}' cannot be the id of a certificate: it names a folder, so it has no path separator and is none of ${reservedIds.join(', ')}`,
    )
  }
}
