import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startMailServers } from '../../src/index.ts'
import { citation, type SessionClient } from '../support/clients/client.ts'
import { curl } from '../support/clients/curl.ts'
import { fetchmail } from '../support/clients/fetchmail.ts'
import { go } from '../support/clients/go.ts'
import { javamail } from '../support/clients/javamail.ts'
import { mbsync } from '../support/clients/mbsync.ts'
import { mpop } from '../support/clients/mpop.ts'
import { msmtp } from '../support/clients/msmtp.ts'
import { imapflow, nodeImap, nodemailer, nodePop3 } from '../support/clients/node.ts'
import { python } from '../support/clients/python.ts'
import { ruby } from '../support/clients/ruby.ts'
import { cellsFor, mail, refusedScenarios } from '../support/clients/sessions.ts'
import { swaks } from '../support/clients/swaks.ts'
import { describeWith } from '../support/programs.ts'

const nodeLibraries = [nodemailer, imapflow, nodeImap, nodePop3]
const programs = [curl, fetchmail, mbsync, msmtp, mpop, swaks]
const clients = [...nodeLibraries, ...programs, python, ruby, javamail, go]

/** By scenario, then `protocol/mode`: outcome and verdict. */
type Shown = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What a client does that is told nothing about certificates. */
interface Recorded {
  readonly version: string
  readonly told: string
  readonly machine: string
  readonly source?: string
  readonly shows: Shown
}

const file = new URL('defaults.json', import.meta.url)
const recorded: Record<string, Recorded> = JSON.parse(readFileSync(file, 'utf8'))

/** Set it to write what is seen in place of what was. */
const recording = process.env['MOCKMAIL_RECORD_DEFAULTS'] !== undefined

it('has a record for each client', () => {
  expect(Object.keys(recorded)).toEqual(clients.map(({ name }) => name))
})

it('cites a source for each client that it finds unsafe', () => {
  const unsafe = Object.entries(recorded).filter(([, { shows }]) =>
    Object.values(shows).some((cells) =>
      Object.values(cells).some((cell) => /^(?:leaked|fooled|accepted) fail$/.test(cell)),
    ),
  )
  expect(unsafe.length).toBeGreaterThan(3)
  for (const [name, { source }] of unsafe) {
    expect([name, source ?? '']).toEqual([name, expect.stringMatching(citation)])
  }
})

for (const client of clients) {
  describeWith(client.needs, `${client.name} by default`, () => {
    it('does what the table says', async () => {
      const version = await client.version()
      const seen = { version, ...client.byDefault, shows: await play(client) }
      if (recording) {
        recorded[client.name] = seen
        writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`)
        return
      }
      const known = recorded[client.name]
      if (known?.version !== version) console.warn(`${client.name} is ${version} here, and was ${known?.version}.`)
      expect(seen).toEqual({ ...known, version })
    }, 100_000)
  })
}

async function play(client: SessionClient): Promise<Shown> {
  const scenarios = ['good', ...refusedScenarios, 'revoked']
  await using servers = await startMailServers({ scenarios, protocols: client.protocols })
  const cells = cellsFor(client, scenarios)
  const targets = cells.map((cell) => servers.endpoint(cell))
  await client.playAll(targets, { ca: servers.ca.path, mail, trust: 'machine' })
  const shows: Record<string, Record<string, string>> = {}
  for (const { scenario, protocol, mode } of cells) {
    const { outcome, verdict } = await servers.endpoint({ scenario, protocol, mode }).outcome()
    shows[scenario] = { ...shows[scenario], [`${protocol}/${mode}`]: `${outcome} ${verdict}` }
  }
  return shows
}
