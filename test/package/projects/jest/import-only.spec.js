require('mockmail/jest')

it('adds no matcher by being required', () => {
  expect(Object.keys(expect(1)).filter((name) => name.startsWith('toHaveBeenRefused'))).toEqual([])
  expect(Object.keys(expect(1))).toContain('toBe')
})
