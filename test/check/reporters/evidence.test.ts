import { describe, expect, it } from 'vitest'
import { evidence } from '../../../src/check/evidence.ts'
import type { CheckCell } from '../../../src/check/report.ts'
import { columnsOf } from '../../../src/text/printable.ts'
import type { Proof, ProofStep } from '../../../src/verdicts/proof.ts'
import { hostile } from './hostile.ts'
import { cell } from './sample/cell.ts'
import { sample } from './sample.ts'

const step = (from: 'client' | 'server', fact: string, text: string): ProofStep => ({
  at: 12.5,
  from,
  phase: 'clear',
  fact,
  kind: 'bytes',
  text,
})

const proof: Proof = {
  connection: 'c7',
  nth: 2,
  scenario: 'starttls-stripped',
  what: 'the password',
  ...step('client', 'credentials[0]', 'password of joe by PLAIN: secret'),
  kind: 'fact',
  before: [
    step('client', 'commands[1].line', 'STARTTLS'),
    step('server', 'commands[1].reply', '502 5.5.1 Command not implemented'),
    step('client', 'commands[2].line', 'AUTH PLAIN AGpvZQBzZWNyZXQ='),
  ],
  after: [step('server', 'commands[2].reply', '235 2.7.0 Authentication successful')],
}

const of = (given: Partial<CheckCell>): CheckCell =>
  cell({
    scenario: 'starttls-stripped',
    protocol: 'smtp',
    mode: 'starttls',
    detail: 'leak-credentials-clear',
    ...given,
    client: {},
  })

describe('the evidence of a cell', () => {
  it('says which connection, when and where, then what was said and done, oldest first', () => {
    expect(evidence(of({ proof, transcripts: ['', ''] }))).toEqual([
      'connection 2 of 2, after 12.5 ms, in clear:',
      'C: STARTTLS',
      'S: 502 5.5.1 Command not implemented',
      'C: AUTH PLAIN AGpvZQBzZWNyZXQ=',
      'C: (credentials[0]) password of joe by PLAIN: secret',
      'S: 235 2.7.0 Authentication successful',
    ])
  })

  it('has the decisive step however few lines there may be', () => {
    const said = '(credentials[0]) password of joe by PLAIN: secret'
    for (const limit of [1, 2, 3, 4]) expect(evidence(of({ proof }), { limit }).join('\n')).toContain(said)
    expect(evidence(of({ proof }), { limit: 2 })).toHaveLength(2)
  })

  it('names what was served where that is another scenario, such as the twin', () => {
    expect(evidence(of({ proof: { ...proof, scenario: 'first-answer-held' }, transcripts: [''] }))[0]).toBe(
      'connection 2 (first-answer-held), after 12.5 ms, in clear:',
    )
  })

  it('says so where only the client itself tells', () => {
    const told: Proof = {
      ...proof,
      connection: null,
      nth: null,
      fact: 'client.output',
      text: 'call 555',
      before: [],
      after: [],
    }
    expect(evidence(of({ proof: told }))).toEqual(['the client itself:', '(client.output) call 555'])
  })

  it('marks what crossed inside TLS', () => {
    const inTls: Proof = { ...proof, phase: 'tls', kind: 'bytes', text: 'NOOP', before: [], after: [] }
    expect(evidence(of({ proof: inTls }))[1]).toBe('C*: NOOP')
  })

  it('is the end of the last dialogue where nothing could be found', () => {
    const transcripts = ['S: 0', 'S: 1\nS: 2\nS: 3\nS: 4\nS: 5\nS: 6\nS: 7', '']
    expect(evidence(of({ proof: null, transcripts }))).toEqual(['S: 2', 'S: 3', 'S: 4', 'S: 5', 'S: 6', 'S: 7'])
    expect(evidence(of({ proof: null, transcripts: [''] }))).toEqual([])
    expect(evidence(of({ proof: null, transcripts: [] }))).toEqual([])
  })

  it('is six lines at most, of the width that is asked for, whatever was said', () => {
    for (const one of [...sample.cells, ...hostile.cells]) {
      const lines = evidence(one, { width: 40 })
      expect(lines.length).toBeLessThanOrEqual(6)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
      for (const line of lines) expect([columnsOf(line) <= 40, /[\x00-\x1f\x7f]/.test(line)]).toEqual([true, false])
    }
  })
})
