import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('names only places that are there', () => {
  const page = readFileSync('docs/map.md', 'utf8')
  const places = [...page.matchAll(/`((?:src|test|scripts|bench|docs)(?:\/[\w./-]+)?)`/g)].map(
    ([, place]) => place ?? '',
  )
  expect(places.length).toBeGreaterThan(50)
  expect(places.filter((place) => !existsSync(place))).toEqual([])
})
