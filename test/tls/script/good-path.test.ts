import { afterAll, describe, expect, it } from 'vitest'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import { suites } from '../../../src/tls/script/suites.ts'
import { temporaryDirectory } from '../../support/programs.ts'
import {
  curl,
  gnutls,
  go,
  type Job,
  java,
  node,
  openssl,
  python,
  rustls,
  type TlsClient,
  tlslite,
} from '../../support/tls-script/clients.ts'
import { type LeafKind, makePki } from '../../support/tls-script/pki.ts'
import { startAll } from '../../support/tls-script/server.ts'

const folder = temporaryDirectory()
afterAll(() => folder[Symbol.dispose]())
const pki = await makePki(folder.path)

/** A dialogue that has to be held to its end. */
interface Session {
  readonly leaf: LeafKind
  readonly script: Script
  readonly job?: Omit<Job, 'port'>
  /** How the last of several connections has to take the session up again. */
  readonly resumed?: 'psk' | 'ticket' | 'id'
  /** Of the client's certificate, which has to be trusted. */
  readonly subject?: string
}

const only12 = [0x0303] as const
const of12 = (suite: number): Script => ({ versions: only12, suites: [suite] })

/** What every client of today does. */
const today: Readonly<Record<string, Session>> = {
  'TLS 1.3': { leaf: 'ec', script: {} },
  'TLS 1.3 with an RSA key, ChaCha20, P-256 and two tickets': {
    leaf: 'rsa',
    script: { suites: [0x1303], groups: [23], tickets: 2 },
  },
  'TLS 1.3 with P-384 and AES-256, after a HelloRetryRequest': {
    leaf: 'p384',
    script: { suites: [0x1302], groups: [24] },
  },
  'TLS 1.3 with Ed25519': { leaf: 'ed25519', script: {} },
  'TLS 1.2': { leaf: 'ec', script: { versions: only12 } },
  'TLS 1.2 with an RSA key': { leaf: 'rsa', script: { versions: only12 } },
  'TLS 1.2 with ChaCha20': { leaf: 'rsa', script: of12(0xcca8) },
  'TLS 1.2 or 1.3, greeting in records of one octet': {
    leaf: 'ec',
    script: { records: { handshake: { size: 1 }, data: { size: 1 } } },
  },
}

const resumption: Readonly<Record<string, Session>> = {
  'TLS 1.3, taken up again': { leaf: 'ec', script: {}, job: { times: 2 }, resumed: 'psk' },
  'TLS 1.2, taken up again by ticket': {
    leaf: 'ec',
    script: { versions: only12 },
    job: { times: 2 },
    resumed: 'ticket',
  },
}

const byId: Readonly<Record<string, Session>> = {
  'TLS 1.2, taken up again by its id': {
    leaf: 'ec',
    script: { versions: only12, tickets: 0 },
    job: { times: 2 },
    resumed: 'id',
  },
}

const keyUpdate: Readonly<Record<string, Session>> = {
  'TLS 1.3, keys changed within the session': {
    leaf: 'ec',
    script: { at: { 'data:1': { after: [{ do: 'key-update', asks: true }] } } },
  },
}

const again: Readonly<Record<string, Session>> = {
  'TLS 1.2, shaking hands again': {
    leaf: 'ec',
    script: { versions: only12, at: { 'data:1': { after: [{ do: 'renegotiate' }] } } },
  },
}

const rsaOnly: Readonly<Record<string, Session>> = {
  'TLS 1.2 with RSA key exchange': { leaf: 'rsa', script: of12(0x009c) },
  'TLS 1.2 with RSA key exchange and CBC': { leaf: 'rsa', script: of12(0x002f) },
  'TLS 1.2 with DHE': { leaf: 'rsa', script: of12(0x009e) },
}

const javaSuite = (version: number, suite: number, leaf: LeafKind = 'rsa'): Session => {
  const names: Readonly<Record<number, string>> = { 768: 'SSLv3', 769: 'TLSv1', 770: 'TLSv1.1', 771: 'TLSv1.2' }
  const { name = '' } = suites.get(suite) ?? {}
  // Java calls the old ones by the name that they had in SSL 3.0.
  const old = /3DES|DES|RC4|NULL|EXPORT/.test(name) && !/ECDH|SHA256/.test(name)
  const spelled = old ? name.replace('TLS_', 'SSL_') : name
  return {
    leaf,
    script: { versions: [version], suites: [suite] },
    job: { versions: [names[version] ?? ''], suites: [spelled] },
  }
}

const javaOld: Readonly<Record<string, Session>> = Object.fromEntries(
  [
    ...[0x002f, 0x0004, 0x000a, 0x0002, 0x0016, 0x0001, 0x0003, 0x0008].map((suite) => [0x0300, suite] as const),
    ...[0x0003, 0x0008, 0x0014, 0x0009, 0xc013].map((suite) => [0x0301, suite] as const),
    ...[0xc013, 0x0035].map((suite) => [0x0302, suite] as const),
    ...[0xc011, 0xc012, 0xc010, 0x003b, 0x00a6].map((suite) => [0x0303, suite] as const),
  ].map(([version, suite]) => [
    `${suites.get(suite)?.name} in version ${version.toString(16)}`,
    javaSuite(version, suite),
  ]),
)

const priority = (version: string, rest: string): string => `NORMAL:-VERS-ALL:+VERS-TLS${version}:${rest}`
const cipher = (name: string): string => `-CIPHER-ALL:+${name}:+RSA`

const gnutlsOld: Readonly<Record<string, Session>> = {
  'TLS 1.0': { leaf: 'rsa', script: { versions: [0x0301] }, job: { versions: ['TLS1.0'] } },
  'TLS 1.1': { leaf: 'ec', script: { versions: [0x0302] }, job: { versions: ['TLS1.1'] } },
  RC4: { leaf: 'rsa', script: of12(0x0005), job: { suites: [priority('1.2', cipher('ARCFOUR-128'))] } },
  '3DES': { leaf: 'rsa', script: of12(0x000a), job: { suites: [priority('1.2', cipher('3DES-CBC'))] } },
  NULL: { leaf: 'rsa', script: of12(0x0002), job: { suites: [priority('1.2', cipher('NULL'))] } },
  Camellia: { leaf: 'rsa', script: of12(0x0041), job: { suites: [priority('1.2', cipher('CAMELLIA-128-CBC'))] } },
  'anonymous DH': { leaf: 'rsa', script: of12(0x00a6), job: { suites: [priority('1.2', '-KX-ALL:+ANON-DH')] } },
}

const openSslOld = (version: string, suite: string): Job => ({
  port: 0,
  versions: [version],
  suites: [`${suite}@SECLEVEL=0`],
})
const opensslOld: Readonly<Record<string, Session>> = {
  'TLS 1.0': { leaf: 'rsa', script: { versions: [0x0301] }, job: openSslOld('tls1', 'ALL') },
  'TLS 1.1': { leaf: 'rsa', script: { versions: [0x0302] }, job: openSslOld('tls1_1', 'ALL') },
  NULL: { leaf: 'rsa', script: of12(0x003b), job: openSslOld('tls1_2', 'NULL-SHA256') },
  'anonymous DH': { leaf: 'rsa', script: of12(0x00a6), job: openSslOld('tls1_2', 'ADH-AES128-GCM-SHA256') },
  'anonymous ECDH': { leaf: 'rsa', script: of12(0xc018), job: openSslOld('tls1_2', 'AECDH-AES128-SHA') },
  DSA: { leaf: 'dsa', script: of12(0x00a2), job: openSslOld('tls1_2', 'ALL') },
  CCM: { leaf: 'rsa', script: of12(0xc09c), job: openSslOld('tls1_2', 'ALL') },
  'an RSA key of 512 bits': { leaf: 'rsa512', script: of12(0x009c), job: openSslOld('tls1_2', 'ALL') },
}

const goOld: Readonly<Record<string, Session>> = {
  'TLS 1.0': { leaf: 'rsa', script: { versions: [0x0301] }, job: { versions: ['301'] } },
  'TLS 1.1': { leaf: 'ec', script: { versions: [0x0302] }, job: { versions: ['302'] } },
  RC4: { leaf: 'rsa', script: of12(0x0005), job: { versions: ['303'], suites: ['5'] } },
  '3DES': { leaf: 'rsa', script: of12(0x000a), job: { versions: ['303'], suites: ['a'] } },
  'RSA key exchange': { leaf: 'rsa', script: of12(0x009c), job: { versions: ['303'], suites: ['9c'] } },
}

const tlsliteOld: Readonly<Record<string, Session>> = {
  'SSL 3.0': { leaf: 'rsa', script: { versions: [0x0300], suites: [0x002f] }, job: { versions: ['300'] } },
  'SSL 3.0 with RC4': {
    leaf: 'rsa',
    script: { versions: [0x0300], suites: [0x0004] },
    job: { versions: ['300'], suites: ['rc4'] },
  },
  'SSL 3.0 with 3DES': {
    leaf: 'rsa',
    script: { versions: [0x0300], suites: [0x000a] },
    job: { versions: ['300'], suites: ['3des'] },
  },
  'TLS 1.0': { leaf: 'rsa', script: { versions: [0x0301] }, job: { versions: ['301'] } },
  'TLS 1.1': { leaf: 'rsa', script: { versions: [0x0302] }, job: { versions: ['302'] } },
  RC4: { leaf: 'rsa', script: of12(0x0005), job: { versions: ['303'], suites: ['rc4'] } },
  NULL: { leaf: 'rsa', script: of12(0x0002), job: { versions: ['303'], suites: ['null'] } },
}

/** With a certificate of the client's, whose signature is of another kind in each. */
const { files: shows } = await pki.leaf('rsa')
const withCertificate: Readonly<Record<string, Session>> = Object.fromEntries(
  [0x0300, 0x0301, 0x0302, 0x0303].map((version) => [
    `a client certificate in version ${version.toString(16)}`,
    {
      leaf: 'rsa',
      script: { versions: [version], suites: [0x002f], clientCertificate: 'required' },
      job: { versions: [version.toString(16)], shows },
      subject: 'CN=localhost',
    },
  ]),
)

const asked: readonly (readonly [string, TlsClient, Readonly<Record<string, Session>>])[] = [
  ['OpenSSL', openssl, { ...today, ...rsaOnly, ...opensslOld }],
  ['Node', node, { ...today, ...rsaOnly, ...resumption, ...byId, ...keyUpdate, ...again }],
  ['GnuTLS', gnutls, { ...today, ...rsaOnly, ...resumption, ...keyUpdate, ...gnutlsOld }],
  ['curl', curl, today],
  ['Python', python, { ...today, ...resumption }],
  ['Go', go, { ...today, ...resumption, ...keyUpdate, ...again, ...goOld }],
  ['Java', java(), { ...today, ...rsaOnly, ...byId, ...keyUpdate, ...again }],
  ['Java with nothing disabled', java('anything-goes'), javaOld],
  ['rustls', rustls, { ...today, ...resumption, ...keyUpdate }],
  ['tlslite-ng', tlslite, { ...today, ...rsaOnly, ...byId, ...tlsliteOld, ...withCertificate }],
]

describe.each(asked)('%s', (name, client, sessions) => {
  it('holds every dialogue to its end', { timeout: 120_000 }, async (context) => {
    if (client.absent) {
      console.warn(`skipped ${name}: ${client.absent}`)
      context.skip(client.absent)
    }
    const ids = Object.keys(sessions)
    const session = (id: string): Session => sessions[id] as Session
    const identities = await Promise.all(ids.map((id) => pki.leaf(session(id).leaf)))
    await using started = await startAll(
      ids.map((id, index) => ({
        identity: identities[index] as (typeof identities)[number],
        script: session(id).script,
        clientCa: pki.caPem,
      })),
    )
    const { servers } = started
    const said = await client.ask(
      ids.map((id, index) => ({ ...session(id).job, port: servers[index]?.port ?? 0 })),
      pki.ca,
    )
    const words = ids.map((id, index) => `${id}: ${said[index]?.split(' ')[0]}`)
    expect(words, said.join('\n')).toEqual(ids.map((id) => `${id}: ok`))
    for (const [index, id] of ids.entries()) {
      const { script, job = {}, resumed = null, subject = null } = session(id)
      const ended = (await servers[index]?.waitFor(job.times ?? 1)) ?? []
      const { facts } = ended.at(-1) ?? {}
      expect(
        ended.map((one) => one.facts.defect),
        id,
      ).toEqual(ended.map(() => null))
      expect([id, facts?.resumed, facts?.clientCertificate]).toEqual([id, resumed, subject])
      if (script.suites) expect([id, script.suites]).toEqual([id, expect.arrayContaining([facts?.suite])])
      if (script.versions) expect([id, script.versions]).toEqual([id, expect.arrayContaining([facts?.version])])
    }
  })
})
