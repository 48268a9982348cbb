import { describe, expect, it } from 'vitest'
import { defineCertificate, defineQuirk, type Effect, type OwnQuirk, reply, startMailServer } from '../../src/index.ts'
import { certificateShape, quirkShape } from '../../src/scenarios/definition.ts'
import { effectShapes } from '../../src/scenarios/effect-shape.ts'
import { catalogue } from '../../src/scenarios/registry.ts'
import { problemOf, type Shape } from '../../src/scenarios/shape.ts'
import { connectRaw } from '../support/raw.ts'

/** A value that the shape takes, with every key at every depth. */
function sampleOf(shape: Shape): unknown {
  switch (shape.is) {
    case 'value':
      return shape.sample
    case 'word':
      return shape.of[0]
    case 'list':
      return [sampleOf(shape.of)]
    case 'row':
      return shape.of.map(sampleOf)
    case 'record':
      return { some: sampleOf(shape.of) }
    case 'choice':
      return sampleOf(shape.of)
    case 'one-of':
      return sampleOf(shape.of[0] as Shape)
    case 'object':
      return Object.fromEntries(Object.entries(shape.keys).map(([key, below]) => [key, sampleOf(below)]))
  }
}

/** A place in a sample: how to reach it, and the shape there. */
interface Place {
  readonly path: readonly (string | number)[]
  readonly shape: Shape
}

/** Every place, once: what is of a shape that was met before is like it. */
function placesIn(shape: Shape, path: Place['path'] = [], met = new Set<Shape>()): readonly Place[] {
  if (met.has(shape)) return [{ path, shape }]
  if (shape.is === 'object') met.add(shape)
  return [{ path, shape }, ...below(shape, path, met)]
}

function below(shape: Shape, path: Place['path'], met: Set<Shape>): readonly Place[] {
  switch (shape.is) {
    case 'object':
      return Object.entries(shape.keys).flatMap(([key, one]) => placesIn(one, [...path, key], met))
    case 'list':
      return placesIn(shape.of, [...path, 0], met)
    case 'row':
      return shape.of.flatMap((one, index) => placesIn(one, [...path, index], met))
    case 'record':
      return placesIn(shape.of, [...path, 'some'], met)
    case 'one-of':
      return placesIn(shape.of[0] as Shape, path, met).slice(1)
    default:
      return []
  }
}

type Tree = Record<string | number, unknown>

/** The sample with something else at a place; without `put`, nothing. */
function changed(sample: unknown, path: Place['path'], change: (parent: Tree, key: string | number) => void): unknown {
  const copy = clone(sample)
  const key = path.at(-1)
  if (key === undefined) throw new Error('the whole is no place')
  change(
    path.slice(0, -1).reduce<Tree>((at, step) => at[step] as Tree, copy as Tree),
    key,
  )
  return copy
}

const clone = (of: unknown): unknown =>
  Array.isArray(of)
    ? of.map(clone)
    : typeof of === 'object' && of !== null && !ArrayBuffer.isView(of)
      ? Object.fromEntries(Object.entries(of).map(([key, one]) => [key, clone(one)]))
      : of

/** Two letters change places, or one is doubled. */
const mistype = (key: string): string =>
  key.length > 3 && key.at(-1) !== key.at(-2) ? key.slice(0, -2) + key.at(-1) + key.at(-2) : key + key.at(-1)

const spelled = (path: Place['path']): string =>
  path.reduce<string>((so, step) => (typeof step === 'number' ? `${so}[${step}]` : so ? `${so}.${step}` : step), '')

const refusal = (act: () => unknown): { readonly code: unknown; readonly message: string } => {
  try {
    act()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('it was taken')
}

/** Where the whole sample goes in circles, or names what is not there. */
const soundCertificate = (sample: object): object => {
  const { leaf, parameter } = sample as { leaf: object; parameter: object }
  const member = changedAt(leaf, (key, value) =>
    value === 'intermediate' && key !== 'like' ? 'other' : value,
  ) as object
  return {
    ...sample,
    leaf: { ...member, issuer: 'some' },
    intermediate: member,
    root: member,
    members: { some: { ...member, issuer: 'intermediate' }, other: {} },
    send: ['path', 'root', 'other'],
    sni: { some: 'leaf' },
    parameter: { ...parameter, values: { some: {} }, default: 'some' },
    id: 'own',
  }
}

const changedAt = (of: unknown, change: (key: string, value: unknown) => unknown, key = ''): unknown => {
  if (Array.isArray(of)) return of.map((one) => changedAt(one, change, key))
  if (typeof of !== 'object' || of === null || ArrayBuffer.isView(of)) return change(key, of)
  return Object.fromEntries(Object.entries(of).map(([name, one]) => [name, changedAt(one, change, name)]))
}

const soundQuirk = (sample: object): object => ({
  ...sample,
  id: 'own',
  twin: 'first-answer-held',
  shows: ['acted-on-injected'],
  parameter: { name: 'x', values: { some: {} }, default: 'some' },
})

const definitions = [
  ['defineCertificate', certificateShape, soundCertificate, defineCertificate],
  ['defineQuirk', quirkShape, soundQuirk, defineQuirk],
] as const

describe.each(definitions)('%s', (_, shape, sound, define) => {
  const sample = { ...(sampleOf(shape) as object), id: 'own' }
  const whole = sound(sample)
  const act = (given: unknown) => (): unknown => define(given as never)
  const places = placesIn(shape).filter(({ path }) => path.length > 0)
  const keys = places.filter(({ path }) => typeof path.at(-1) === 'string' && path.at(-1) !== 'some')

  it('takes every key of its type', () => {
    expect(act(whole)()).toMatchObject({ defined: true, id: 'own' })
    expect(keys.length).toBeGreaterThan(40)
  })

  it('refuses every one of them when it is mistyped, at every level, and names the nearest', () => {
    for (const { path } of keys) {
      const key = path.at(-1) as string
      const wrong = changed(sample, path, (parent) => {
        parent[mistype(key)] = parent[key]
        delete parent[key]
      })
      const { code, message } = refusal(act(wrong))
      expect(code, message).toBe('INVALID_DEFINITION')
      expect(message).toContain(`has no '${mistype(key)}'. Did you mean '`)
      expect(message).toMatch(new RegExp(`Did you mean [^?]*'${key}'`))
      const parent = spelled(path.slice(0, -1))
      if (parent !== '') expect(message).toContain(`: '${parent}' has no '`)
    }
  })

  it('refuses a value of another type at every place, and says where', () => {
    for (const { path } of places) {
      for (const nonsense of [null, Symbol.iterator, 'no such word\0']) {
        const wrong = changed(sample, path, (parent, key) => {
          parent[key] = nonsense
        })
        // A text, or null, may be what is wanted.
        if (problemOf(shape, wrong) === undefined) continue
        const { code, message } = refusal(act(wrong))
        expect(code, message).toBe('INVALID_DEFINITION')
        if (path[0] !== 'id') expect(message).toMatch(/^The definition of 'own' cannot be used: '?/)
        expect(message).toContain(`'${spelled(path)}' is `)
      }
    }
  })

  it('refuses what lacks a key that it needs', () => {
    for (const { path, shape: one } of places.filter((place) => place.shape.is === 'object')) {
      if (one.is !== 'object') continue
      for (const key of one.required) {
        const wrong = changed(sample, [...path, key], (parent) => {
          delete parent[key]
        })
        expect(refusal(act(wrong)).message).toContain(`'${spelled([...path, key])}' is missing`)
      }
    }
  })

  it('takes what is undefined for absent', () => {
    expect(act({ ...whole, because: undefined, references: undefined })()).toMatchObject({
      entry: { because: 'its definition says so', references: [] },
    })
  })
})

describe('the catalogue', () => {
  it('is by the same shapes', () => {
    const shapes = { certificate: certificateShape, quirk: quirkShape, preset: undefined }
    for (const { kind, id, entry } of catalogue) {
      const shape = shapes[kind]
      if (shape) expect([id, problemOf(shape, { id, ...entry })]).toEqual([id, undefined])
    }
  })
})

describe('a definition that changes nothing', () => {
  const facts = { id: 'own', summary: 'A part of the test.' }
  const quirk = { ...facts, layer: 'session', protocols: ['pop3'], modes: ['plain'] } as const
  const nothing = /^The definition of 'own' cannot be used: .* so it would be good\.$/

  it.each([
    {},
    { leaf: {} },
    { leaf: { dates: {} } },
    { leaf: { issuer: 'intermediate' } },
    { leaf: { extendedKeyUsage: ['serverAuth'], staple: null } },
    { root: { trusted: true, extensions: {} } },
    { send: ['leaf', 'intermediate'] },
    { send: ['path'] },
    { engine: 'script' },
    { expect: 'reject', because: 'x' },
  ])('is refused as a certificate: %j', (entry) => {
    expect(refusal(() => defineCertificate({ ...facts, ...entry } as never)).message).toMatch(nothing)
  })

  it.each([
    { leaf: { dates: { notAfter: { days: 1 } } } },
    { leaf: { issuer: 'self' } },
    { leaf: { subject: [] } },
    { leaf: { extendedKeyUsage: [] } },
    { leaf: { names: {} } },
    { leaf: { staple: {} } },
    { send: ['leaf'] },
    { changesAt: 2 },
  ])('is none as a certificate with %j', (entry) => {
    expect(defineCertificate({ ...facts, ...entry } as never).id).toBe('own')
  })

  it.each([
    {},
    { at: {} },
    { tls: {} },
    { capabilities: { add: [], phase: 'clear' } },
    { at: { greeting: undefined } },
  ])('is refused as a quirk: %j', (entry) => {
    expect(refusal(() => defineQuirk({ ...quirk, ...entry } as never)).message).toMatch(nothing)
  })

  it.each([
    { at: { greeting: () => [reply()] } },
    { tls: { maxVersion: 'TLSv1.2' } },
    { capabilities: { add: ['X'] } },
    { listen: false },
    { capabilities: { only: [] } },
    { at: { greeting: [] } },
  ])('is none as a quirk with %j', (entry) => {
    expect(defineQuirk({ ...quirk, ...entry } as never).id).toBe('own')
  })
})

describe('what is no definition at all', () => {
  it.each([
    [undefined, 'defineCertificate cannot be used so: defineCertificate is undefined, and must be an object.'],
    [[], 'defineCertificate cannot be used so: defineCertificate is a list, and must be an object.'],
    [{}, "defineCertificate cannot be used so: 'id' is missing."],
    [{ id: 3, summary: 'x' }, "defineCertificate cannot be used so: 'id' is 3, and must be a text that is not empty."],
    [
      { id: 'Own', summary: 'x', leaf: { issuer: 'self' } },
      "The definition of 'Own' cannot be used: an id is lower case letters, digits and single hyphens.",
    ],
    [
      { id: 'expired', summary: 'x', leaf: { issuer: 'self' } },
      "The definition of 'expired' cannot be used: the catalogue has that name already.",
    ],
  ])('%j is refused', (given, message) => {
    expect(refusal(() => defineCertificate(given as never))).toMatchObject({ code: 'INVALID_DEFINITION', message })
  })

  it('nor one whose twin is unknown', () => {
    const quirk = { id: 'own', summary: 'x', layer: 'session', protocols: ['pop3'], modes: ['plain'], listen: false }
    expect(refusal(() => defineQuirk({ ...quirk, twin: 'first-answr-held' } as never)).message).toBe(
      "The definition of 'own' cannot be used: there is no twin 'first-answr-held' in the catalogue. Did you mean 'first-answer-held'?",
    )
  })
})

describe('what a function of a definition returns', () => {
  const served = async (greeting: () => unknown): Promise<unknown> => {
    const quirk = defineQuirk({
      id: 'own',
      summary: 'A quirk of the test.',
      layer: 'session',
      protocols: ['pop3'],
      modes: ['plain'],
      at: { greeting } as OwnQuirk['at'] & object,
    })
    const server = await startMailServer({ protocol: 'pop3', mode: 'plain', scenario: quirk })
    const client = connectRaw(server)
    const greeted = client.until('\r\n').then(
      () => true,
      () => false,
    )
    const saw = await greeted
    client.socket.destroy()
    const why = await server.close().catch((error: unknown) => error)
    return [saw, why]
  }

  it.each([
    ['a promise', () => Promise.resolve([reply()]), 'is no list of effects, but a promise'],
    ['one effect', () => reply(), 'is no list of effects, but object'],
    ['no effect', () => [3], 'is no list of effects: effect 1 is 3, and must be an object'],
    [
      'an effect that does not exist',
      () => [reply(), { do: 'sned', bytes: 'x' }],
      "is no list of effects: effect 2 has no 'bytes'. Allowed: do",
    ],
    [
      'an effect with a key of its own',
      () => [{ do: 'send', byte: 'x' }],
      "is no list of effects: effect 1 has no 'byte'. Did you mean 'bytes'? Allowed: do, bytes, split, everyMs",
    ],
    [
      'an effect with another value',
      () => [{ do: 'close', how: 'rstt' }],
      "is no list of effects: effect 1 'how' is 'rstt'. Did you mean 'rst'? Allowed: fin, rst, half, clean",
    ],
  ])('and is %s is told as the definition’s', async (_, greeting, what) => {
    expect(await served(greeting)).toMatchObject([
      false,
      { code: 'INVALID_DEFINITION', message: `What 'own' does at 'greeting' ${what}.` },
    ])
  })

  it('and is a list of effects is played', async () => {
    expect(await served(() => [reply()])).toEqual([true, undefined])
    expect(await served(() => undefined)).toEqual([true, undefined])
  })

  it('has a shape for each effect, that takes it and no other key', () => {
    for (const [kind, shape] of effectShapes) {
      const effect = sampleOf(shape) as Effect
      expect(effect.do).toBe(kind)
      expect(problemOf(shape, effect)).toBeUndefined()
      expect(problemOf(shape, { ...effect, doo: 1 })?.what).toMatch(/^has no 'doo'\. Did you mean 'do'\?/)
    }
    expect([...effectShapes.keys()].sort()).toEqual(
      'alert below close hold inject refuse repeat reply send silent stay-in-clear upgrade wait'.split(' '),
    )
  })
})
