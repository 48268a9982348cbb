import { describe, expect, it } from 'vitest'
import { defineQuirk, type OwnQuirk, scenarios } from '../../src/index.ts'
import { catalogue } from '../../src/scenarios/registry.ts'

const quirk = (more: object): OwnQuirk =>
  ({
    ...{ id: 'mine', summary: 'Mine.', layer: 'session', protocols: ['imap'], modes: ['implicit'] },
    capabilities: { remove: ['IDLE'] },
    ...more,
  }) as OwnQuirk

const refusal = (more: object): string => {
  try {
    defineQuirk(quirk(more))
    return 'taken'
  } catch (error) {
    return (error as Error).message
  }
}

describe('what an entry can show', () => {
  it('is said by every quirk and preset of the catalogue', () => {
    expect(catalogue.flatMap((part) => (part.kind !== 'certificate' && !part.entry.shows ? [part.id] : []))).toEqual([])
  })

  it('is something wherever a strict client refuses and a server can see it, and is listed', () => {
    const silent = scenarios.filter(
      ({ expect: what, observable, shows }) => what === 'reject' && observable === 'server' && shows.length === 0,
    )
    expect(silent.map(({ id }) => id)).toEqual([])
    expect(scenarios.find(({ id }) => id === 'expired')?.shows).toContain('accepted-bad-cert')
    expect(scenarios.find(({ id }) => id === 'good')?.shows).toEqual([])
  })
})

describe('defineQuirk', () => {
  it.each([
    { shows: ['hung'] },
    { shows: [] },
    {
      shows: ['acted-on-clear-state'],
      plants: [{ mailbox: 'x' }, { mechanism: 'PLAIN' }, { number: 3 }, { set: '1:2' }, { flag: '\\Seen' }],
    },
    { shows: ['acted-on-injected'], plants: [{ verb: 'X' }, { message: 'x' }] },
    { shows: ['surfaced-clear-text'], plants: [{ text: 'x' }] },
    { canary: {} },
    { canary: { protocol: 'imap', mode: 'implicit' } },
  ])('takes %j', (more) => {
    expect(refusal(more)).toBe('taken')
  })

  it.each<readonly [object, RegExp]>([
    [{ shows: ['hangs'] }, /'shows\[0\]' is 'hangs'\..* Allowed: leak-credentials-clear, /],
    [
      { shows: ['acted-on-injected'], plants: [{ mailbx: 'x' }] },
      /'plants\[0\]' .* an object with one of mailbox, mechanism, number, /,
    ],
    [{ shows: ['acted-on-injected'], plants: [{ mailbox: 'x', verb: 'y' }] }, /'plants\[0\]'/],
    [
      { shows: ['acted-on-injected'], plants: [{ number: 0 }] },
      /'plants\[0\]\.number' is 0, and must be a whole number from 1/,
    ],
    [
      { shows: ['hung'], plants: [{ verb: 'X' }] },
      /what it plants proves nothing: shows must have one of acted-on-injected, /,
    ],
    [{ canary: { port: 3 } }, /'canary' has no 'port'\. Allowed: protocol, mode/],
    [{ canari: {} }, /has no 'canari'\. Did you mean 'canary'/],
  ])('refuses %j, and says what is allowed', (more, message) => {
    expect(refusal(more)).toMatch(message)
  })
})
