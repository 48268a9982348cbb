import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mustRun } from './shell.ts'

/** The floor of `engines`, and the newest of each line that is maintained. */
export const nodeVersions = ['20.19.0', '22.20.0', '24.9.0'] as const
export type NodeVersion = (typeof nodeVersions)[number]

// Not below node_modules, which 'npm ci' empties.
const cache = fileURLToPath(new URL('../../../temp/nodes/', import.meta.url))
const system = process.platform === 'win32' ? 'win' : process.platform

/**
 * The path of that Node's program, which the package `node-<system>-<architecture>` carries. Installed once per checkout.
 */
export async function nodeProgram(version: NodeVersion): Promise<string> {
  const name = `node-${system}-${process.arch}`
  const home = join(cache, `node-${version}`)
  const program = join(home, 'node_modules', name, 'bin', system === 'win' ? 'node.exe' : 'node')
  if (!existsSync(program)) await install(`${name}@${version}`, home)
  const is = (await mustRun(program, ['--version'])).trim()
  if (is !== `v${version}`) throw new Error(`${program} is ${is}, and not v${version}.`)
  return program
}

/** Runtimes that are no Node, and where their packages carry the program. */
const others = {
  bun: {
    home: 'bun-1.4.5',
    package: `@oven/bun-${system === 'win' ? 'windows' : system}-x64@1.4.5`,
    program: 'bin/bun',
  },
  deno: { home: 'deno-2.9.6', package: '@deno/linux-x64-glibc@2.9.6', program: 'deno' },
} as const

/** The path of a runtime that is no Node. Installed once per checkout. */
export async function otherRuntime(name: keyof typeof others): Promise<string> {
  const { home, package: what, program } = others[name]
  const folder = join(cache, home)
  const path = join(folder, 'node_modules', what.replace(/@[\d.]+$/, ''), program)
  if (!existsSync(path)) await install(what, folder)
  return path
}

/** Whole or not at all: several files of tests ask for the same one at the same time. */
async function install(what: string, home: string): Promise<void> {
  mkdirSync(cache, { recursive: true })
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
