import { randomBytes } from 'node:crypto'
import { clock as realClock } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import type { CertificateFault, Unavailable } from '../scenarios/entry.ts'
import { recipeOf } from '../scenarios/recipe/recipe.ts'
import type { Authority, AuthorityUrls } from './authority.ts'
import { createAuthorityKeys } from './authority-keys.ts'
import { clientIds, issueClientIdentity } from './clients.ts'
import { writeFiles } from './files.ts'
import { createHierarchy, type Hierarchy, type HierarchyOptions } from './hierarchy.ts'
import { joinPem, type KeptIdentity, keepIdentity } from './identity.ts'
import { keyNameOf, startKey } from './keys.ts'
import { pkiFiles } from './manifest.ts'
import { parseServernames } from './names.ts'
import { claimFiles, refuseForeign } from './owned.ts'
import { renewed } from './renewal.ts'
import { type Answer, type Responder, startResponder } from './responder.ts'
import { issueRoot, keptRoots, type Root, type RootOptions } from './roots.ts'
import type { RootPart } from './shared.ts'
import type { ClientId, ClientIdentity, IssuedCertificate, Pki, PkiOptions } from './types.ts'

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
          crl: (issuer) => answerOf(hierarchy.authority(issuer), 'crl', (authority) => authority.crl(clock())),
          ocsp: (issuer, request) =>
            answerOf(hierarchy.authority(issuer), 'ocsp', (authority) => authority.answerOcsp(request, clock())),
          certificate: (issuer) => hierarchy.certificate(issuer)?.der,
        })
  const keys = createAuthorityKeys()
  const hierarchy: Hierarchy = createHierarchy({
    ...roots,
    options: rootOptions,
    places: {
      servername: options.servernames.find((name) => !name.startsWith('*')) ?? 'localhost',
      host: dialledAddress(options.host ?? '127.0.0.1'),
    },
    authorityKey: keys.take,
    urls: (authority, unavailable) =>
      responder === undefined ? {} : revocationUrls(responder, authority, unavailable),
    caIssuersUrl: (authority, unavailable) => responder && certificateUrl(responder, authority, unavailable),
  })
  const usualRoot = (): IssuedCertificate => roots.root('root').certificate

  const identities = new Map<string, KeptIdentity>()
  const clients = new Map<ClientId, () => ClientIdentity>()
  const clientIdentity = (id: ClientId): ClientIdentity => {
    const client = clients.get(id) ?? renewed(clock, (at) => issueClientIdentity(id, { hierarchy, key, now: at }))
    clients.set(id, client)
    return client()
  }
  const declare = (id: string, fault: CertificateFault): KeptIdentity => {
    const known = identities.get(id)
    if (known !== undefined) return known
    checkId(id)
    const recipe = recipeOf(fault)
    const identity = keepIdentity(id, recipe, { hierarchy, clock })
    identities.set(id, identity)
    keys.announce(recipe, keyNameOf(key))
    return identity
  }
  const trustedRoots = (): readonly IssuedCertificate[] => [
    ...new Set([usualRoot(), ...[...identities.values()].flatMap((identity) => identity.trusted())]),
  ]

  return {
    now,
    clientIdentity,
    get clientCaPem() {
      return usualRoot().pem
    },
    get caPem() {
      return joinPem(trustedRoots())
    },
    declare: (id, fault) => void declare(id, fault),
    prepare: () => keys.ready(),
    identity: (id, fault = {}) => declare(id, fault).current(),
    write(directory, scenarios = []) {
      const { contents, manifest } = pkiFiles({
        now,
        key,
        roots: trustedRoots(),
        identities: [...identities.values()].map((identity) => identity.current()),
        clients: clientIds.map(clientIdentity),
        scenarios,
      })
      claimFiles(directory, Object.keys(contents), manifest)
      writeFiles(directory, contents)
    },
    close: async () => responder?.close(),
  }
}

/** What an authority has to say, or how it fails to. */
const answerOf = (
  authority: Authority | undefined,
  kind: 'crl' | 'ocsp',
  answer: (authority: Authority) => Uint8Array | undefined,
): Answer | undefined => {
  if (authority === undefined) return undefined
  const unavailable = kind === 'crl' ? authority.crlUnavailable : authority.ocspUnavailable
  const body = answer(authority)
  return body && { body, ...(unavailable && { unavailable }) }
}

/** Where nobody listens: a port that no program is given. */
const nobodysPort = 'http://127.0.0.1:1'

const at = (responder: Responder, unavailable: Unavailable | undefined): string =>
  unavailable === 'refused' ? nobodysPort : responder.url

const revocationUrls = (
  responder: Responder,
  authority: string,
  { crl, ocsp }: { readonly crl?: Unavailable; readonly ocsp?: Unavailable },
): AuthorityUrls => ({
  crl: `${at(responder, crl)}/crl/${authority}.crl`,
  ocsp: `${at(responder, ocsp)}/ocsp/${authority}`,
})

const certificateUrl = (responder: Responder, authority: string, unavailable: Unavailable | undefined): string =>
  `${at(responder, unavailable)}/ca/${unavailable ?? 'there'}/${authority}.crt`

/** What stands for every address cannot be dialled. */
const dialledAddress = (host: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host

type StartedRoots = Pick<HierarchyOptions, 'root' | 'intermediateKey'>

const startRoots = async (directory: string | undefined, options: RootOptions): Promise<StartedRoots> => {
  const intermediateKey = startKey(keyNameOf(options.key))
  const root = directory === undefined ? await newRoots(options) : await foundRoots(directory, options)
  await intermediateKey.ready
  // Few runs need these, so the others do not wait for them.
  const untrustedIntermediateKey = startKey(keyNameOf(options.key))
  return {
    root,
    intermediateKey: (part) => (part === 'root' ? intermediateKey : untrustedIntermediateKey).take(),
  }
}

const newRoots = async (options: RootOptions): Promise<HierarchyOptions['root']> => {
  const trustedKey = startKey(keyNameOf(options.key))
  await trustedKey.ready
  const untrustedKey = startKey(keyNameOf(options.key))
  const roots = new Map<RootPart, Root>()
  return (part) => {
    const known = roots.get(part) ?? issueRoot(part, (part === 'root' ? trustedKey : untrustedKey).take(), options)
    roots.set(part, known)
    return known
  }
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
