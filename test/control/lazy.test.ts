import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bin, ensureBuilt } from '../cli/mockmail.ts'

beforeAll(ensureBuilt, 120_000)

const dist = join(bin, '..')

/** What only the control API needs, wherever the build has put it. */
const itsFiles = (): readonly string[] =>
  readdirSync(dist).filter(
    (file) => /\.mjs$/.test(file) && /class Hono\b|getRequestListener =/.test(readFileSync(join(dist, file), 'utf8')),
  )

/** Prints what it loads of this package, one file a line. */
const watching = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(\`
    import { writeSync } from 'node:fs'
    export async function load(url, context, next) {
      if (url.startsWith('file:')) writeSync(2, 'loads ' + url.split('/').at(-1) + '\\\\n')
      return next(url, context)
    }\`))
`)}`

const loadedBy = (...args: readonly string[]): readonly string[] => {
  const { stderr } = spawnSync(process.execPath, ['--import', watching, ...args], { encoding: 'utf8' })
  return [...stderr.matchAll(/^loads (.+)$/gm)].map(([, file = '']) => file)
}

describe('the control API', () => {
  const up = [bin, 'exec', 'good', '--protocol', 'imap', '--mode', 'implicit']

  it('is in files of its own, which importing the package and running without --api do not load', () => {
    const own = itsFiles()
    expect(own).not.toEqual([])
    const imported = loadedBy('--input-type=module', '-e', `await import('file://${join(dist, 'index.mjs')}')`)
    expect(imported).toContain('index.mjs')
    expect(imported.filter((file) => own.includes(file))).toEqual([])
    const run = loadedBy(...up, '--', process.execPath, '-e', '0')
    expect(run).toContain('bin.mjs')
    expect(run.filter((file) => own.includes(file))).toEqual([])
  })

  it('is loaded with --api', () => {
    const loaded = loadedBy(...up, '--api', '--', process.execPath, '-e', '0')
    expect(loaded.filter((file) => itsFiles().includes(file))).not.toEqual([])
  })
})
