import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgesWith } from '../../scripts/measure/judges.ts'
import {
  formatRecording,
  type Measurement,
  nearestSeries,
  parseRecording,
  pathOf,
  type Recording,
  type Row,
  readRecording,
  record,
  recordedJudges,
  versionFor,
} from '../../scripts/measure/recording.ts'

const row = (scenario: string, text: string, more: Partial<Row> = {}): Row => ({
  ...{ scenario, client: 'c', given: '', outcome: 'error', code: '', text, series: ['20'], places: ['imap/implicit'] },
  ...more,
})
const run = (version: string, more: Partial<Measurement> = {}): Measurement => ({
  ...{ series: '20', version, on: '2026-11-29', servedBy: 'Node 20.20.2, OpenSSL 3.0.19' },
  ...more,
})
const known: Recording = {
  judge: 'j',
  measurements: [run('20.1'), run('22.1', { series: '22' })],
  rows: [row('expired', 'is old', { series: ['20', '22'] }), row('revoked', 'is gone')],
}

describe('a recording', () => {
  it('is a line per sentence, in an order of its own, with places and versions together', () => {
    const places = ['smtp/starttls', 'imap/starttls', 'imap/implicit']
    const rows = [row('expired', 'is old', { places }), row('expired', 'is old', { series: ['22'], places })]
    const text = formatRecording({ ...known, rows: [row('revoked', 'is gone', { server: 'refused pass' }), ...rows] })
    expect(text).toBe(
      [
        "# Written by 'npm run measure', and looked at in the diff.",
        '#\tseries\tversion\tmeasured\tserved by\tonly of',
        '#\t20\t20.1\t2026-11-29\tNode 20.20.2, OpenSSL 3.0.19',
        '#\t22\t22.1\t2026-11-29\tNode 20.20.2, OpenSSL 3.0.19',
        'scenario\tclient\tgiven\toutcome\tcode\ttext\tserver\tseries\tplaces',
        'expired\tc\t\terror\t\tis old\t\t20 22\timap smtp/starttls',
        'revoked\tc\t\terror\t\tis gone\trefused pass\t20\timap/implicit',
        '',
      ].join('\n'),
    )
    expect(formatRecording(parseRecording('j', text))).toBe(text)
  })

  it.each(recordedJudges())('of %s is as it would be written, and has nothing of one run in it', (judge) => {
    const recording = readRecording(judge)
    expect(recording.rows.length).toBeGreaterThan(5)
    expect(formatRecording(recording)).toBe(readFileSync(pathOf(judge), 'utf8'))
    // Numbers of errors are what one looks up.
    const texts = recording.rows.map(({ text }) => text.replace(/error:[0-9a-f]{8}:|0x[0-9a-f]{8}/gi, ''))
    expect(texts.filter((text) => /127\.0\.0\.1|localhost|mockmail-|\d{5}|\d\d:\d\d/.test(text))).toEqual([])
    for (const { scenario, series } of recording.rows) {
      for (const one of series) expect([scenario, one, versionFor(recording, one, scenario)]).not.toContain(undefined)
    }
  })
})

describe('a measurement', () => {
  it('of everything takes the place of what its line of versions said, and of nothing else', () => {
    const { rows, measurements } = record(known, run('20.2'), [row('expired', 'is too old')])
    expect(rows).toEqual([row('expired', 'is old', { series: ['22'] }), row('expired', 'is too old')])
    expect(measurements).toEqual([run('22.1', { series: '22' }), run('20.2')])
  })

  it('of a scenario leaves the others alone', () => {
    const { rows, measurements } = record(known, run('20.1', { only: ['revoked'] }), [row('revoked', 'was revoked')])
    expect(rows).toEqual([row('expired', 'is old', { series: ['20', '22'] }), row('revoked', 'was revoked')])
    expect(measurements).toEqual(known.measurements)
  })

  it('of a scenario by another version is told as such, until everything is measured again', () => {
    const partly = record(known, run('20.2', { only: ['revoked'] }), [row('revoked', 'was revoked')])
    expect([versionFor(partly, '20', 'revoked'), versionFor(partly, '20', 'expired')]).toEqual(['20.2', '20.1'])
    const whole = record(partly, run('20.3'), [row('revoked', 'was revoked')])
    expect(whole.measurements).toEqual([run('22.1', { series: '22' }), run('20.3')])
  })

  it.each([
    ['20', '20'],
    ['22', '22'],
    ['21', '20'],
    ['24', '22'],
    ['18', '20'],
  ])('is compared with the nearest line of versions: %s with %s', (here, recorded) => {
    expect(nearestSeries(known, here)).toBe(recorded)
  })
})

describe('npm run measure', () => {
  it('knows of every judge what its file is called, each once but for further interpreters', () => {
    const ids = judgesWith({ node: [], python: [], java: [], dotnet: ['python3'], angus: '.' }).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(recordedJudges()).toEqual(expect.arrayContaining(ids))
  })
})
