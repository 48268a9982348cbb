import { describe, expect, it } from 'vitest'
import { type AttachedChange, changeCapabilities } from '../../src/servers/core/behaviour.ts'

const said = (...names: readonly string[]) => names.map((name) => ({ name, text: name }))
const change = (changes: Partial<AttachedChange>): AttachedChange => ({
  ...{ part: 'one', add: [], remove: [], replace: {}, order: [] },
  ...changes,
})
const shown = (capabilities: ReturnType<typeof said>, ...changes: readonly AttachedChange[]) => {
  const result = changeCapabilities(capabilities, changes, 'clear')
  return { shown: result.shown.map(({ text }) => text), changedBy: result.changedBy }
}

describe('changes to a list of capabilities', () => {
  it('put what they name first, in their order, and leave the rest as it was', () => {
    expect(shown(said('A', 'B', 'C', 'D'), change({ order: ['D', 'B'] }))).toEqual({
      shown: ['D', 'B', 'A', 'C'],
      changedBy: ['one'],
    })
  })

  it('order what they add as well', () => {
    expect(shown(said('A', 'B'), change({ add: ['X'], order: ['B', 'X', 'A'] })).shown).toEqual(['B', 'X', 'A'])
  })

  it('that come later see what earlier ones have made', () => {
    const first = change({ add: ['X'], order: ['X'] })
    expect(shown(said('A'), first, change({ part: 'two', remove: ['X'] }))).toEqual({
      shown: ['A'],
      changedBy: ['one', 'two'],
    })
  })

  it('change nothing where the order is the same', () => {
    expect(shown(said('A', 'B'), change({ order: ['A'] }))).toEqual({ shown: ['A', 'B'], changedBy: [] })
  })

  it('leave the spelling of STARTTLS and of logins to the server', () => {
    expect(shown(said('A'), change({ add: ['auth', 'starttls'] }))).toEqual({ shown: ['A'], changedBy: [] })
  })

  it('replace all lines of a name by one, where the first was', () => {
    const logins = ['A', 'auth', 'auth', 'B', 'auth'].map((name, index) => ({ name, text: `${name}=${index}` }))
    expect(shown(logins, change({ replace: { auth: 'AUTH=X' } })).shown).toEqual(['A=0', 'AUTH=X', 'B=3'])
    expect(shown(logins, change({ replace: { B: 'C' } })).shown).toEqual(['A=0', 'auth=1', 'auth=2', 'C', 'auth=4'])
  })
})
