import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { placeOf, rowsOf, type Target } from '../../scripts/measure/findings.ts'
import { isFor, type Judge, seriesFor } from '../../scripts/measure/judge.ts'
import { judges } from '../../scripts/measure/judges.ts'
import { type Row, readRecording } from '../../scripts/measure/recording.ts'
import { versionOf } from '../../scripts/measure/run.ts'
import { targetsOf } from '../../scripts/measure/targets.ts'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { catalogue } from '../../src/scenarios/registry.ts'
import { describeWith, isInstalled, temporaryDirectory } from '../support/programs.ts'
import { expectRecorded } from './compare.ts'

/** Faults that programs which only do TLS can see. */
const scenarios = catalogue
  .filter(({ kind, entry }) => kind === 'certificate' || ('layer' in entry && entry.layer === 'tls'))
  .map(({ id }) => id)

/** These two are asked everywhere, all others in one place: what is wrong with a certificate is wrong everywhere. */
const askedEverywhere: readonly string[] = ['good', 'expired']

/** Milliseconds per connection. */
const limit = 5000

const folder = temporaryDirectory()
let servers: MailServers
beforeAll(async () => {
  servers = await startMailServers({ scenarios })
})
afterAll(async () => {
  await servers.close()
  folder[Symbol.dispose]()
})

const titleOf = ({ scenario, protocol, mode, crl }: Pick<Target, 'scenario' | 'protocol' | 'mode' | 'crl'>): string =>
  `${scenario}${crl === undefined ? '' : ' with the CRL'} on ${protocol}/${mode}`

const places = ['imap', 'smtp', 'pop3'].flatMap((protocol) =>
  ['implicit', 'starttls'].map((mode) => ({ protocol, mode })),
)

/** What a judge is asked, before there is a server: the same as it is of {@link targetsOf} then. */
function questionsFor(judge: Judge): readonly Target[] {
  const at = { host: '', port: 0, servername: '', user: '', password: '' }
  const everything = scenarios.flatMap((scenario) =>
    places.flatMap((place) => targetsOf({ scenario, ...place, ...at }, '')).filter((target) => isFor(judge, target)),
  )
  const [home] = everything.map(placeOf)
  return everything.filter(
    (target) => placeOf(target) === home || (askedEverywhere.includes(target.scenario) && target.crl === undefined),
  )
}

for (const judge of judges.filter(({ asked }) => asked === 'by tests')) {
  const questions = questionsFor(judge)

  describeWith(judge.needs, `${judge.id}, trusting ca.pem only`, () => {
    const said = new Map<string, Row[]>()
    let version = ''
    beforeAll(async () => {
      version = versionOf(judge.version) ?? 'unknown'
      const directory = join(folder.path, judge.id)
      mkdirSync(directory)
      const asked = new Set(questions.map(titleOf))
      const targets = servers.endpoints
        .flatMap((server) => targetsOf(server, servers.pki))
        .filter((target) => asked.has(titleOf(target)))
      for (const finding of await judge.ask({ targets, ca: servers.ca.path, limit, directory })) {
        const title = titleOf(finding.target)
        said.set(title, [...(said.get(title) ?? []), ...rowsOf(finding, seriesFor(judge, version))])
      }
    }, 180_000)

    it.each(questions.map((question) => [titleOf(question), question] as const))(
      'says what is recorded: %s',
      (title, question) => {
        const { scenario, crl } = question
        const heard = { recording: readRecording(judge.id), series: seriesFor(judge, version), version }
        const given = crl === undefined ? '' : 'crl'
        expectRecorded(heard, { scenario, given, place: placeOf(question) }, said.get(title) ?? [])
      },
    )
  })
}

it('has had every fault of TLS fire, wherever a judge came', () => {
  const quirks = catalogue.filter(({ kind }) => kind === 'quirk').map(({ id }) => id)
  const met = servers.endpoints
    .filter(({ scenario }) => quirks.includes(scenario))
    .flatMap(({ connections }) => connections.filter(({ clientHello }) => clientHello !== null))
  expect(met.length > 0 || !isInstalled('openssl')).toBe(true)
  // Mono offers no version of TLS that a server could be intolerant of.
  const without = met.filter(({ scenario, fired }) => !fired.some(({ part }) => part === scenario))
  expect(without.filter(({ clientHello }) => clientHello?.versions.includes('TLSv1.3'))).toEqual([])
})

it('has asked at least nine judges about every certificate, where all are installed', () => {
  const asked = judges.filter((judge) => judge.asked === 'by tests' && judge.of !== 'versions of TLS')
  expect(asked.length).toBeGreaterThanOrEqual(9)
  for (const judge of asked) {
    const scenariosAsked = new Set(questionsFor(judge).map(({ scenario }) => scenario))
    expect([judge.id, catalogue.filter(({ kind, id }) => kind === 'certificate' && !scenariosAsked.has(id))]).toEqual([
      judge.id,
      [],
    ])
  }
})
