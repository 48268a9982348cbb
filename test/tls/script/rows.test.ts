import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkedScript } from '../../../src/scenarios/tls-script-shape.ts'
import { temporaryDirectory } from '../../support/programs.ts'
import { gnutls, go, java, node, rustls, type TlsClient, tlslite } from '../../support/tls-script/clients.ts'
import { makePki } from '../../support/tls-script/pki.ts'
import { startAll } from '../../support/tls-script/server.ts'
import { lasting, versionOf } from '../../support/tls-script/words.ts'
import { type ProofRow, rows } from './rows.ts'

/** What independent clients said of each row: OpenSSL (in Node), GnuTLS, Go's, Java's and Rust's TLS, and one in Python. */
interface Measured {
  /** Versions of the clients. */
  readonly clients: Record<string, string>
  readonly rows: Record<string, Record<string, string>>
}

const file = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'measured', 'scripted-faults.json')
const measured = JSON.parse(readFileSync(file, 'utf8')) as Measured
/** Write down what is said, beside what the same version has said before, in place of comparing it. */
const records = process.env['RECORD_ROWS'] !== undefined

const folder = temporaryDirectory()
afterAll(() => folder[Symbol.dispose]())
const pki = await makePki(folder.path)
const ids = Object.keys(rows)

it.each(ids)('is a script that the checker takes: %s', (id) => {
  const { script } = rows[id] as ProofRow
  for (const one of [script].flat()) expect(checkedScript(one)).toBe(one)
})

it('has for each row the words of two independent clients at least that it was shown to', () => {
  const few = ids.filter((id) => Object.keys(measured.rows[id] ?? {}).length < 2)
  expect(records ? [] : few).toEqual([])
})

describe.each([node, gnutls, go, java(), rustls, tlslite].map((client) => [client.name, client] as const))(
  '%s',
  (name, client) => {
    it('says of each fault what it said before', { timeout: 240_000 }, async (context) => {
      if (client.absent) {
        console.warn(`skipped: ${client.absent}`)
        context.skip(client.absent)
      }
      const version = await versionOf(client)
      const said = await askAll(client)
      if (records) {
        writeDown(name, version, said)
        return
      }
      // Another version may say it in other words, and take what this one refuses.
      if (version !== measured.clients[name]) {
        console.warn(`${name} is ${version} here, and was ${measured.clients[name]} when its words were written down`)
        return
      }
      const other = ids.filter((id) => !wordsOf(id, name).includes(said[id] ?? ''))
      expect(other.map((id) => `${id}: ${said[id]}`)).toEqual([])
    })
  },
)

/** What a client is known to say of a row: where two things race with each other, more than one. */
const wordsOf = (id: string, client: string): readonly string[] => measured.rows[id]?.[client]?.split(' | ') ?? []

function writeDown(client: string, version: string, said: Readonly<Record<string, string>>): void {
  const isSame = measured.clients[client] === version
  measured.clients[client] = version
  for (const id of ids) {
    const known = isSame ? wordsOf(id, client) : []
    const words = [...new Set([...known, said[id] ?? ''])].sort().join(' | ')
    measured.rows[id] = { ...measured.rows[id], [client]: words }
  }
  const sorted = Object.fromEntries(ids.map((id) => [id, measured.rows[id]]))
  writeFileSync(file, `${JSON.stringify({ clients: measured.clients, rows: sorted }, null, 2)}\n`)
}

async function askAll(client: TlsClient): Promise<Record<string, string>> {
  const options = ids.map(async (id) => {
    const { leaf = 'ec', renegotiated, script } = rows[id] as ProofRow
    const again = renegotiated && { renegotiated: await pki.leaf(renegotiated) }
    return { identity: await pki.leaf(leaf), script, ...again }
  })
  await using started = await startAll(await Promise.all(options))
  const { servers } = started
  const jobs = ids.map((id, index) => {
    const { times = 1, alpn } = rows[id] as ProofRow
    return { port: servers[index]?.port ?? 0, times, ...(alpn && { alpn }) }
  })
  const said = await client.ask(jobs, pki.ca)
  const defects = servers
    .flatMap(({ ended }) => ended.map(({ facts }) => facts.defect))
    .filter((defect) => defect !== null)
  expect(defects).toEqual([])
  return Object.fromEntries(ids.map((id, index) => [id, lasting(said[index] ?? '')]))
}
