import { describe, expect, it } from 'vitest'
import { behaviourOf } from '../../src/fleet/behaviour-of.ts'
import { defineQuirk, send } from '../../src/index.ts'
import { listEntry } from '../../src/scenarios/listing.ts'
import { catalogue } from '../../src/scenarios/registry.ts'
import { type DefinedPart, resolveScenario, type ScenarioInput } from '../../src/scenarios/scenario.ts'
import { contextOf, faultsOf } from '../../src/verdicts/detectors/context.ts'

const listed = catalogue.map(listEntry)
const firstOf = (scenario: ScenarioInput) => resolveScenario(scenario).forConnection(1)

const another: DefinedPart = {
  defined: true,
  kind: 'preset',
  id: 'another-system',
  entry: {
    summary: 'Another system.',
    protocols: ['smtp'],
    modes: ['starttls'],
    expect: 'accept',
    because: 'nothing is wrong',
    references: [],
    tags: [],
    at: { greeting: () => [send('220 another\r\n')] },
  },
}

describe('a preset', () => {
  it('is listed with what it sets, and as a kind of its own', () => {
    expect(listed.filter(({ kind }) => kind === 'preset')).toMatchObject([
      {
        id: 'exchange-like',
        layer: 'preset',
        facets: ['subject', 'key'],
        sets: expect.arrayContaining([
          'intermediate.subject',
          'TLS parameter maxVersion',
          'capability XRDST',
          'moment greeting',
        ]),
        expect: 'accept',
        protocols: ['smtp', 'imap', 'pop3'],
        modes: ['implicit', 'starttls', 'plain'],
      },
    ])
  })

  it('joins every other part of the catalogue', () => {
    for (const { id } of catalogue.filter(({ kind }) => kind !== 'preset')) {
      expect(resolveScenario(`exchange-like+${id}`).id).toBe(`exchange-like+${id}`)
    }
  })

  it('does not join another preset', () => {
    expect(() => resolveScenario(['exchange-like', another])).toThrow(
      "'exchange-like' and 'another-system' cannot be combined: both set the preset.",
    )
  })

  it('gives way to a quirk’s TLS parameters and keeps the others, wherever it stands', () => {
    const alone = behaviourOf(firstOf('exchange-like')).tls
    expect(alone).toMatchObject({
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      groups: ['P-384'],
      sessionTimeout: 7200,
    })
    for (const scenario of ['exchange-like+tls13-only', 'tls13-only+exchange-like']) {
      const joined = behaviourOf(firstOf(scenario))
      expect(joined.tls).toEqual({ ...alone, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' })
      expect(joined.tlsParts).toEqual(['exchange-like', 'tls13-only'])
    }
  })

  it('gives way to a quirk’s hook', () => {
    const greeter = defineQuirk({
      id: 'greeter',
      summary: 'It greets otherwise.',
      layer: 'session',
      protocols: ['smtp'],
      modes: ['starttls'],
      at: { greeting: () => [send('220 hello\r\n')] },
    })
    expect(behaviourOf(firstOf('exchange-like')).at.get('greeting')?.[0]?.part).toBe('exchange-like')
    expect(behaviourOf(firstOf([greeter, 'exchange-like'])).at.get('greeting')?.[0]?.part).toBe('greeter')
  })

  it('gives way to a certificate’s facets and keeps the others', () => {
    const { certificate } = firstOf('exchange-like+untrusted-root')
    expect(certificate).toMatchObject({
      id: 'exchange-like+untrusted-root',
      recipe: {
        members: { leaf: { key: 'rsa-2048' }, root: { trusted: false, subject: expect.anything() } },
      },
      faulty: true,
    })
    expect(firstOf('exchange-like').certificate).toMatchObject({ id: 'exchange-like', faulty: false })
  })

  it('without facets names no certificate of its own', () => {
    expect(firstOf([another]).certificate.id).toBe('good')
    expect(firstOf([another, 'expired']).certificate.id).toBe('expired')
  })

  it('is no fault of what it is joined with', () => {
    const faults = (id: string) => faultsOf(contextOf(resolveScenario(id), 1, { run: [] }))
    expect(faults('exchange-like+starttls-stripped')).toEqual(['starttls-stripped'])
    expect(faults('exchange-like+revoked')).toEqual(['exchange-like+revoked'])
  })

  it('leaves the expectation to the others', () => {
    expect(resolveScenario('exchange-like').expectation).toMatchObject({ expect: 'accept' })
    expect(resolveScenario('exchange-like+revoked').expectation).toMatchObject({
      expect: 'reject',
      reasons: ['revoked'],
      needs: 'revocation-checking',
    })
  })

  it('begins with a later connection when that is said', () => {
    const scenario = resolveScenario('exchange-like@2nd')
    expect(scenario.forConnection(1).preset).toBeUndefined()
    expect(scenario.forConnection(2).preset?.id).toBe('exchange-like')
  })

  it('is left out where the system that it imitates has no such port', () => {
    const scenario = resolveScenario([another])
    expect(scenario.unservable('imap', 'starttls')).toBe('another-system is of smtp only')
    expect(scenario.unservable('smtp', 'starttls')).toBeUndefined()
  })
})
