import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scriptedEngine } from '../../../src/tls/script/lazy.ts'
import { describeEngine } from '../contract.ts'

describeEngine('the scripted engine', (options) => scriptedEngine(options))

const source = fileURLToPath(new URL('../../../src', import.meta.url))

/** The files that are loaded with one, types left out. */
function loadedWith(entry: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  const text = readFileSync(entry, 'utf8')
  const imports = text.matchAll(/^(?:import|export)\s(?!type\b)[^'"]*?from '(\.[^']+)'|^import '(\.[^']+)'/gm)
  for (const [, from, bare] of imports) {
    const path = from ?? bare ?? ''
    if (path.endsWith('.ts')) loadedWith(join(dirname(entry), path), seen)
  }
  return seen
}

const ofEngine = (entry: string): readonly string[] =>
  [...loadedWith(join(source, entry))]
    .map((path) => relative(source, path))
    .filter((path) => path.startsWith('tls/script/'))

it.each(['index.ts', 'cli/main.ts', 'testing/vitest.ts', 'testing/jest.ts', 'testing/node-test.ts'])(
  'is not loaded with %s, but when a connection asks for it',
  (entry) => {
    expect(loadedWith(join(source, entry)).size).toBeGreaterThan(50)
    expect(ofEngine(entry)).toEqual(['tls/script/lazy.ts'])
    expect(ofEngine('tls/script/engine.ts').length).toBeGreaterThan(15)
  },
)
