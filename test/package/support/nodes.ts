import { existsSync, mkdirSync } from 'node:fs'
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
  if (!existsSync(program)) {
    mkdirSync(home, { recursive: true })
    await mustRun('npm', [
      'install',
      '--prefix',
      home,
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--prefer-offline',
      `${name}@${version}`,
    ])
  }
  const is = (await mustRun(program, ['--version'])).trim()
  if (is !== `v${version}`) throw new Error(`${program} is ${is}, and not v${version}.`)
  return program
}
