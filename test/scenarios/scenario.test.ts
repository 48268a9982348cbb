import { describe, expect, it } from 'vitest'
import { defineCertificate, defineQuirk, refuse } from '../../src/index.ts'
import { settingsOf } from '../../src/scenarios/compose.ts'
import { listEntry } from '../../src/scenarios/listing.ts'
import { catalogue, groups } from '../../src/scenarios/registry.ts'
import { resolveScenario, scenarioNames } from '../../src/scenarios/scenario.ts'

const codeOf = (run: () => unknown): { code: string; message: string } => {
  try {
    run()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('nothing was thrown')
}

describe('the catalogue', () => {
  it('has no name, id or alias, twice', () => {
    const names = catalogue.flatMap((part) => [part.id, ...listEntry(part).aliases])
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    expect(scenarioNames).toHaveLength(names.length)
  })

  it('has every entry of every group', () => {
    const ids = Object.values(groups).flatMap((group) => Object.keys(group))
    expect(catalogue.map(({ id }) => id).sort()).toEqual([...ids].sort())
  })

  it('says of every entry what a strict client does and where that is written', () => {
    for (const { id, entry } of catalogue) {
      expect(entry.summary, id).toMatch(/\.$/)
      expect(entry.because, id).toMatch(/[^.]$/)
      expect(entry.references, id).not.toEqual([])
    }
  })

  it('gives every part that is not right something it sets', () => {
    const idle = catalogue.filter((part) => settingsOf(part).length === 0).map(({ id }) => id)
    expect(idle).toEqual(['good'])
  })
})

describe('resolveScenario', () => {
  it('joins parts that set different things', () => {
    const scenario = resolveScenario('self-signed+wrong-host')
    expect(scenario.id).toBe('self-signed+wrong-host')
    expect(scenario.forConnection(1).certificate).toMatchObject({
      id: 'self-signed+wrong-host',
      recipe: { members: { leaf: { issuer: 'self', names: { dNSName: ['imap.example.com'] } } } },
      faulty: true,
    })
    expect(scenario.expectation).toMatchObject({ expect: 'reject', reasons: ['self-signed', 'name-mismatch'] })
  })

  it('takes a list as it takes a string', () => {
    expect(resolveScenario(['self-signed', 'wrong-host']).id).toBe('self-signed+wrong-host')
  })

  it('resolves aliases', () => {
    expect(resolveScenario('incomplete-chain+wrong.host').id).toBe('missing-intermediate+wrong-host')
  })

  it('refuses parts that set the same of one member, and names both and what it is', () => {
    const { code, message } = codeOf(() => resolveScenario('expired+not-yet-valid'))
    expect(code).toBe('CONFLICT')
    expect(message).toContain("'expired' and 'not-yet-valid' cannot be combined: both set leaf.dates.")
  })

  it('joins parts that set the same of different members', () => {
    const { members } = resolveScenario('expired+expired-intermediate').forConnection(1).certificate.recipe
    expect(members).toEqual({
      leaf: { dates: { notBefore: { days: -90 }, notAfter: { days: -1 } } },
      intermediate: { dates: { notAfter: { days: -1 } } },
    })
  })

  it('refuses a part of which nothing would be left, and names what it sets', () => {
    const { code, message } = codeOf(() => resolveScenario('self-signed+untrusted-root'))
    expect(code).toBe('CONFLICT')
    expect(message).toContain(
      "'self-signed' and 'untrusted-root' cannot be combined: 'untrusted-root' sets root.trusted, and nothing leads a client to that root any more",
    )
  })

  it('refuses a part that stands twice', () => {
    expect(codeOf(() => resolveScenario('expired+expired')).message).toContain("'expired' stands in the scenario twice")
  })

  it('refuses an unknown id with the nearest names', () => {
    const { code, message } = codeOf(() => resolveScenario('expird'))
    expect(code).toBe('UNKNOWN_SCENARIO')
    expect(message).toBe("There is no scenario 'expird'. Did you mean 'expired'? 'mockmail list' shows them all.")
  })

  it('lets a part begin with a later connection, and the same part from the first one is another scenario', () => {
    const later = resolveScenario('expired@2nd')
    expect(later.id).toBe('expired@2nd')
    expect(later.runs).toBe(2)
    expect(later.forConnection(1).certificate.id).toBe('good')
    expect(later.forConnection(1).expectation.expect).toBe('accept')
    expect(later.forConnection(2).certificate.id).toBe('expired')
    expect(later.forConnection(7).expectation.expect).toBe('reject')
    expect(resolveScenario('expired').forConnection(1).certificate.id).toBe('expired')
  })

  it.each(['expired@0th', 'expired@auth'])('refuses %s', (text) => {
    expect(codeOf(() => resolveScenario(text)).code).toBe('INVALID_OPTION')
  })

  it.each(['', '+', 'expired+', '__proto__', 'constructor'])('refuses %j as unknown', (text) => {
    expect(codeOf(() => resolveScenario(text)).code).toBe('UNKNOWN_SCENARIO')
  })

  it('says where a quirk cannot show, and where it can', () => {
    const stripped = resolveScenario('starttls-stripped')
    expect(stripped.unservable('smtp', 'implicit')).toBe('starttls-stripped is of mode starttls only')
    expect(stripped.unservable('smtp', 'starttls')).toBeUndefined()
    expect(resolveScenario('expired').unservable('smtp', 'plain')).toContain('mode plain shows none')
    expect(resolveScenario('good').unservable('smtp', 'plain')).toBeUndefined()
  })
})

describe('parts of one’s own', () => {
  const noLogin = defineQuirk({
    id: 'no-login',
    summary: 'No mechanism is offered.',
    layer: 'session',
    protocols: ['imap'],
    modes: ['implicit', 'starttls'],
    capabilities: { remove: ['auth'] },
    at: { 'command:auth': () => [refuse('not-implemented')] },
  })
  const deafStarttls = defineQuirk({
    id: 'deaf-starttls',
    summary: 'STARTTLS is refused.',
    layer: 'starttls',
    protocols: ['imap'],
    modes: ['starttls'],
    at: { 'starttls-reply': () => [refuse('unavailable')] },
  })
  const shortLived = defineCertificate({
    id: 'short-lived',
    summary: 'The leaf is valid for one day.',
    leaf: { dates: { notAfter: { days: 1 } } },
    expect: 'accept',
  })

  it('join the catalogue’s', () => {
    const scenario = resolveScenario(['starttls-stripped', noLogin, shortLived])
    expect(scenario.id).toBe('starttls-stripped+no-login+short-lived')
    expect(scenario.unservable('imap', 'starttls')).toBeUndefined()
    expect(scenario.unservable('smtp', 'starttls')).toBe('no-login is of imap only')
  })

  it('conflict with the catalogue’s when both answer the same command, under whatever name', () => {
    expect(codeOf(() => resolveScenario(['starttls-stripped', deafStarttls])).message).toContain(
      "'starttls-stripped' and 'deaf-starttls' cannot be combined: both set the command starttls",
    )
  })

  it('conflict with the catalogue’s', () => {
    expect(codeOf(() => resolveScenario(['expired', shortLived])).message).toContain('both set leaf.dates')
  })

  it.each([
    [{ id: 'Expired' }, 'lower case letters'],
    [{ id: 'expired' }, 'has that name already'],
    [{ modes: ['sometimes' as never] }, "'modes[0]' is 'sometimes'."],
    [{ at: { lunch: () => [] } as never }, "'at' has no 'lunch'. Allowed: accept, greeting, "],
    [{ summary: '' }, "'summary' is '', and must be a text"],
  ])('refuses a definition with %j', (change, message) => {
    const definition = {
      id: 'own',
      summary: 'One.',
      layer: 'session',
      protocols: ['imap'],
      modes: ['starttls'],
      ...change,
    } as const
    const thrown = codeOf(() => defineQuirk(definition))
    expect(thrown.code).toBe('INVALID_DEFINITION')
    expect(thrown.message).toContain(message)
  })
})
