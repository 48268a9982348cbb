import { describe, expect, it } from 'vitest'
import { catalogue } from '../../src/scenarios/registry.ts'
import { citation } from '../support/clients/client.ts'
import { exceptionsFile, problemsOf, readExceptions, recordedWords, type Words } from './problems.ts'

const words = recordedWords()
const before = problemsOf(words)

const explained = readExceptions().map(({ problem }) => problem)

/** The problems that come when what a client said of a scenario is changed. */
function newWith(change: (one: Words) => Words | undefined): readonly string[] {
  const changed = words.flatMap((one) => change(one) ?? [])
  expect(changed).not.toEqual(words)
  return problemsOf(changed).filter((problem) => !before.includes(problem))
}

const said = (scenario: string, judge: string) => (one: Words) => one.part.id === scenario && one.judge === judge

describe('what is recorded', () => {
  it('breaks no rule but where the list of exceptions says why, and no exception is left over', () => {
    expect(
      before,
      `A word that is right and breaks a rule has its line, with the reason, in ${exceptionsFile}.`,
    ).toEqual([...explained].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })))
  })

  it('has a reason for every exception', () => {
    const short = readExceptions().filter(({ because }) => because.split(' ').length < 3)
    expect(short).toEqual([])
  })

  it('cites a source where it finds a client unsafe that was told to verify', () => {
    const unsafe = readExceptions().filter(({ problem }) =>
      /^is judged\t.*(?:leaked|fooled|accepted) .*fail$/.test(problem),
    )
    expect(unsafe.length).toBeGreaterThan(0)
    for (const { because } of unsafe) expect(because).toMatch(citation)
  })

  it('is of many implementations', () => {
    expect([...new Set(words.map(({ implementation }) => implementation))].sort()).toEqual([
      'gnutls',
      'go',
      'java',
      'openssl',
      'rustls',
    ])
    expect(words.length).toBeGreaterThan(3000)
  })
})

/** What administrators know by heart, as numbers of our own: a slip in the catalogue, or in a recording, shows here. */
const known: Readonly<Record<string, readonly string[]>> = {
  good: [],
  expired: ['10'],
  'self-signed': ['18'],
  'untrusted-root': ['20'],
  'missing-intermediate': ['20', '21'],
  'wrong-host': ['62'],
  revoked: ['23'],
}

const codesOf = (scenario: string, judge: string, client: string): readonly string[] => {
  const rows = words.filter((one) => said(scenario, judge)(one) && one.client === client).flatMap((one) => one.rows)
  return [...new Set(rows.map(({ code }) => code).filter((code) => code !== ''))].sort()
}

describe('the codes that the catalogue names', () => {
  it.each(Object.entries(known))('are those of OpenSSL: %s', (scenario, codes) => {
    expect(codesOf(scenario, 's_client', 's_client')).toEqual(codes)
  })

  const named = catalogue.flatMap(({ id, entry }) =>
    Object.entries(entry.errors ?? {}).map(([ecosystem, code]) => [id, ecosystem, String(code)] as const),
  )
  it.each(named)('are recorded: %s, %s %s', (scenario, ecosystem, code) => {
    const [judge, client] = ecosystem === 'openssl' ? ['s_client', 's_client'] : [ecosystem, 'tls.connect']
    expect(codesOf(scenario, judge, client)).toContain(code)
  })
})

describe('a wrong recording', () => {
  const isExpired = said('expired', 'gnutls-cli')

  it('of a client that went on with a fault is found', () => {
    const found = newWith((one) =>
      isExpired(one) ? { ...one, rows: [{ ...one.rows[0], outcome: 'accepted', text: '' }] } : one,
    )
    expect(found).toEqual(['goes on\texpired\tgnutls-cli\t*'])
  })

  it('of another reason is found', () => {
    const text = 'The certificate is NOT trusted. The certificate issuer is unknown.'
    const found = newWith((one) => (isExpired(one) ? { ...one, rows: [{ ...one.rows[0], text }] } : one))
    expect(found).toEqual([`names another\texpired\tgnutls-cli\t${text}`])
  })

  it('of no reason is found', () => {
    const found = newWith((one) => (isExpired(one) ? { ...one, rows: [{ ...one.rows[0], text: 'It failed.' }] } : one))
    expect(found).toEqual(['names nothing\t*\tgnutls-cli\tIt failed.'])
  })

  it('of a client that refuses good is found', () => {
    const isGood = said('good', 'go')
    const found = newWith((one) =>
      isGood(one) ? { ...one, rows: [{ ...one.rows[0], outcome: 'error', text: 'EOF' }] } : one,
    )
    expect(found).toEqual(['refuses\tgood\tcrypto/tls\tEOF', 'refuses\tgood\tnet/smtp\tEOF'])
  })

  it('of a session that gave something away is found', () => {
    const isSession = said('expired', 'sessions/curl')
    const server = 'leaked leak-credentials-untrusted-tls fail'
    const found = newWith((one) => (isSession(one) ? { ...one, rows: [{ ...one.rows[0], server }] } : one))
    expect(found).toEqual([`is judged\texpired\tcurl\t${server}`])
  })

  it('that leaves one implementation, however many programs have it, is found', () => {
    const found = newWith((one) => (one.part.id === 'expired' && one.implementation !== 'openssl' ? undefined : one))
    expect(found).toEqual(['confirmed by one at most\texpired\topenssl\t*'])
  })

  it('without a word of good is found', () => {
    const found = newWith((one) => (one.part.id === 'good' && one.judge === 'php' ? undefined : one))
    expect(found).toEqual(['has no control\tgood\tstream\t*'])
  })
})
