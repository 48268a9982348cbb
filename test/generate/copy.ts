import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, run } from '../package/support/shell.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const copied = [
  'src',
  'scripts',
  'docs',
  'schemas',
  'examples',
  'fixtures/measured',
  'test/reports',
  'package.json',
  'tsconfig.json',
  'biome.json',
  'tsdown.config.ts',
  'THIRD-PARTY-LICENSES.md',
]

/** A copy of this repository's hand-written and generated files, to be changed by a test. */
export interface Copy extends Disposable {
  /** Path in the copy. */
  path(name: string): string
  read(name: string): string
  write(name: string, text: string): void
  /** Runs one of our dependencies' programs, or a file of the copy by tsx. */
  run(program: 'tsx' | 'tsc', args: readonly string[]): Promise<Ended>
}

const programs = { tsx: 'node_modules/tsx/dist/cli.mjs', tsc: 'node_modules/typescript/lib/tsc.js' }

export function copyRepository(): Copy {
  const directory = mkdtempSync(join(tmpdir(), 'mockmail-copy-'))
  for (const name of copied) cpSync(join(root, name), join(directory, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction')
  const path = (name: string): string => join(directory, name)
  return {
    path,
    read: (name) => readFileSync(path(name), 'utf8'),
    write: (name, text) => writeFileSync(path(name), text),
    run: (program, args) => run(process.execPath, [path(programs[program]), ...args], { cwd: directory }),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}
