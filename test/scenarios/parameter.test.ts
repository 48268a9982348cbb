import { describe, expect, it } from 'vitest'
import { defineCertificate, defineQuirk, param, series, servername } from '../../src/index.ts'
import { listEntry, scenariosOfEntry } from '../../src/scenarios/listing.ts'
import { catalogue, type Part } from '../../src/scenarios/registry.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'

const refusal = (act: () => unknown): { readonly code: unknown; readonly message: unknown } => {
  try {
    act()
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return { code, message }
  }
  throw new Error('it was taken')
}

const recipeOf = (...scenario: Parameters<typeof resolveScenario>) =>
  resolveScenario(...scenario).forConnection(1).certificate.recipe

const facts = { summary: 'A part of the test.' } as const
const range = defineCertificate({
  ...facts,
  id: 'names',
  parameter: { name: 'count', values: { from: 1, to: 1000, listed: [10, 1000] }, default: 10 },
  leaf: { names: { dNSName: [series('host{n}.example.com', param), servername] } },
})
const form = defineCertificate({
  ...facts,
  id: 'called',
  parameter: { name: 'name', values: { pattern: '[a-z]+', means: 'letters', listed: ['abc'] }, default: 'abc' },
  leaf: { subject: [['CN', param]] },
})
const quirk = defineQuirk({
  ...facts,
  id: 'at-most',
  layer: 'tls',
  protocols: ['imap'],
  modes: ['implicit'],
  parameter: {
    name: 'version',
    values: { 'TLSv1.2': { expect: 'accept', because: 'it is fine' }, 'TLSv1.1': {} },
    default: 'TLSv1.2',
  },
  tls: { maxVersion: param },
})

describe('a value behind a colon', () => {
  it('takes the place of the parameter, as the number or the text that it is', () => {
    expect(Object.keys(recipeOf('chain-length:8').members)).toEqual([
      'intermediate',
      ...[2, 3, 4, 5, 6, 7, 8].map((n) => `ca${n}`),
    ])
    expect(recipeOf('crl-dp-unreachable:slow').members).toEqual({ intermediate: { crl: { unavailable: 'slow' } } })
    expect(recipeOf('names:12', [range]).members['leaf']?.names?.dNSName?.[0]).toEqual({
      series: 'host{n}.example.com',
      count: 12,
    })
    expect(recipeOf('called:xyz', [form]).members).toEqual({ leaf: { subject: [['CN', 'xyz']] } })
  })

  it('is the default where there is none, and the id is as it was typed', () => {
    const [usual, said] = [resolveScenario('chain-length'), resolveScenario('chain-length:30')]
    expect([usual.id, said.id]).toEqual(['chain-length', 'chain-length:30'])
    expect(usual.forConnection(1).certificate.recipe).toEqual(said.forConnection(1).certificate.recipe)
    expect([usual, said].map(({ forConnection }) => forConnection(1).certificate.id)).toEqual([usual.id, said.id])
  })

  it('brings its own facts', () => {
    expect(resolveScenario('chain-length:30').expectation.expect).toBe('either')
    expect(resolveScenario('chain-length:120').expectation).toMatchObject({
      expect: 'reject',
      reasons: ['chain-length', 'path-length', 'unknown-issuer'],
    })
  })

  it('stands before a connection number, and joins other parts', () => {
    const scenario = resolveScenario('chain-length:11@2nd+wrong-host')
    expect(scenario.id).toBe('chain-length:11@2nd+wrong-host')
    expect(scenario.forConnection(1).certificate.id).toBe('wrong-host')
    expect(scenario.forConnection(2).certificate.id).toBe('chain-length:11+wrong-host')
  })

  it('serves a quirk as it serves a certificate', () => {
    const [quirkOf] = resolveScenario(['at-most:TLSv1.1', 'expired'], [quirk]).forConnection(1).quirks
    expect(quirkOf).toMatchObject({ id: 'at-most:TLSv1.1', entry: { tls: { maxVersion: 'TLSv1.1' } } })
    expect(resolveScenario([quirk]).forConnection(1).quirks[0]?.entry.tls).toEqual({ maxVersion: 'TLSv1.2' })
    expect(refusal(() => resolveScenario(['at-most:TLSv1.1', 'tls12-only'], [quirk]))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('both set the TLS parameter maxVersion'),
    })
  })

  it('has names of other suites, which take no other value', () => {
    expect(resolveScenario('deep-chain-120').id).toBe('chain-length:120')
    expect(refusal(() => resolveScenario('deep-chain-120:8'))).toEqual({
      code: 'INVALID_OPTION',
      message: "'deep-chain-120:8': 'deep-chain-120' stands for 'chain-length:120', so no other value may follow.",
    })
  })
})

describe('a value that is not allowed', () => {
  it.each([
    [
      'chain-length:31',
      "'31' is no number of intermediates of 'chain-length'. Did you mean '11' or '30'? Allowed: 8, 11, 30, 120.",
    ],
    ['chain-length:', "'' is no number of intermediates of 'chain-length'. Allowed: 8, 11, 30, 120."],
    ['crl-dp-unreachable:slwo', "Did you mean 'slow'? Allowed: refused, not-found, slow, silent."],
    [
      'names:1001',
      "'1001' is no count of 'names'. Did you mean '1000' or '10'? Allowed: a whole number from 1 to 1000, such as 10, 1000.",
    ],
    ['names:007', 'Allowed: a whole number from 1 to 1000, such as 10, 1000.'],
    ['called:A1', "'A1' is no name of 'called'. Allowed: letters, such as abc."],
  ])('is refused with the nearest and all: %s', (text, message) => {
    const { code, message: said } = refusal(() => resolveScenario(text, [range, form]))
    expect(code).toBe('UNKNOWN_SCENARIO')
    expect(said).toContain(message)
  })

  it('is any value where there is no parameter', () => {
    expect(refusal(() => resolveScenario('expired:1'))).toEqual({
      code: 'INVALID_OPTION',
      message: "'expired:1': 'expired' has no parameter, so nothing may follow a colon.",
    })
  })

  it('is any second of the same entry', () => {
    expect(refusal(() => resolveScenario('chain-length:8+chain-length:11'))).toEqual({
      code: 'CONFLICT',
      message: "'chain-length' stands in the scenario twice.",
    })
  })

  it.each([
    [{ name: 'n', values: [1, 2], default: 3 }, "'parameter': 'own:3': '3' is no n of 'own'."],
    [
      { name: 'n', values: ['x'], default: 'x' },
      "'leaf.key' is 'x', and must be an object with type, publicExponent, paramEncoding or a type of key",
    ],
    [{ name: 'n', values: [], default: 1 }, "'parameter.values' is an empty list"],
    [
      { name: 'n', values: { from: 1, too: 2, listed: [1] }, default: 1 },
      "'parameter.values' has no 'too'. Did you mean 'to'?",
    ],
  ])('is told where a certificate is defined with it: %j', (parameter, message) => {
    const { code, message: said } = refusal(() =>
      defineCertificate({ ...facts, id: 'own', parameter, leaf: { key: param } } as never),
    )
    expect(code).toBe('INVALID_DEFINITION')
    expect(said).toContain(message)
  })
})

describe('the listing of an entry with a parameter', () => {
  const listed = (id: string) => listEntry(catalogue.find((part) => part.id === id) as Part)

  it('has every value of a list, with what is expected there', () => {
    expect(listed('chain-length')).toMatchObject({
      parameter: {
        name: 'number of intermediates',
        default: '30',
        values: [
          { value: '8', expect: 'either' },
          { value: '11', expect: 'either' },
          { value: '30', expect: 'either' },
          { value: '120', expect: 'reject', reasons: ['chain-length', 'path-length', 'unknown-issuer'] },
        ],
        allowed: null,
      },
      sets: ['intermediate.issuer', 'members'],
      facets: ['issuer', 'chain'],
      aliases: ['deep-chain-8', 'deep-chain-30', 'deep-chain-120'],
    })
    expect(listed('expired').parameter).toBeNull()
  })

  it('has the form of a range in words', () => {
    const part = { ...range, kind: 'certificate' } as unknown as Part
    expect(listEntry(part).parameter).toMatchObject({
      values: [{ value: '10' }, { value: '1000' }],
      allowed: 'a whole number from 1 to 1000',
    })
    expect(scenariosOfEntry(part)).toEqual(['names:10', 'names:1000'])
  })
})
