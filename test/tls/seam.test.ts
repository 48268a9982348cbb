import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../../src', import.meta.url))
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.split(sep).join('/'), text: readFileSync(join(source, name), 'utf8') }))

/** What only the engine reads that has Node's TLS behind it. */
const ofNode = [
  /\bTLSSocket\b/,
  /\bget(?:Protocol|Cipher|Peer\w+|X509Certificate|EphemeralKeyInfo|TLSTicket|Finished|SharedSigalgs|Session)\b/,
  /\b(?:alpnProtocol|authorizationError|isSessionReused|secureConnection|tlsClientError)\b/,
  /\.syscall\b/,
  /\bSSL alert number\b/,
  /\bpeer did not return a certificate\b/,
  /\bERR_(?:SSL|TLS)_/,
]

/** Where the words of clients are data: what they say of a server, not what ours says of them. */
const wordsOfClients = ['explain/', 'verdicts/reasons/', 'scenarios/certificates/', 'scenarios/quirks/']

const found = (folder: (name: string) => boolean): readonly string[] =>
  files
    .filter(({ name }) => folder(name))
    .flatMap(({ name, text }) => ofNode.filter((words) => words.test(text)).map((words) => `${name}: ${words.source}`))

const importers = (module: string): readonly string[] =>
  files.filter(({ text }) => text.includes(`from '${module}'`)).map(({ name }) => name)

describe("what Node's TLS and OpenSSL say of a connection", () => {
  it('is read in the engine, of which every word is there to be found', () => {
    const there = found((name) => name.startsWith('tls/node/'))
    for (const words of ofNode.filter((one) => !one.source.includes('ERR_'))) {
      expect(
        there.some((line) => line.endsWith(`: ${words.source}`)),
        words.source,
      ).toBe(true)
    }
  })

  it('is read nowhere else', () => {
    const elsewhere = (name: string): boolean =>
      !name.startsWith('tls/node/') && !wordsOfClients.some((folder) => name.startsWith(folder))
    expect(found(elsewhere)).toEqual([])
  })

  it('is behind one interface, whose engine is chosen in one place', () => {
    const engines = files.filter(({ text }) => /from '[^']*\/tls\/(?:node|script)\//.test(text)).map(({ name }) => name)
    expect(engines).toEqual(['fleet/assemble.ts'])
    expect(importers('node:tls').filter((name) => !name.startsWith('tls/node/'))).toEqual(['scenarios/availability.ts'])
  })
})
