import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, mustRun, run, type ShellOptions } from './shell.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const templates = fileURLToPath(new URL('../projects/', import.meta.url))

/** What `npm pack` made. */
export interface Tarball {
  readonly path: string
  /** Paths inside the package. */
  readonly files: readonly string[]
  remove(): void
}

/** Packs the package as `npm publish` would. */
export async function packTarball(): Promise<Tarball> {
  if (!existsSync(join(root, 'dist/index.mjs'))) throw new Error("There is no build to pack. 'npm run build' makes it.")
  const directory = mkdtempSync(join(tmpdir(), 'mockmail-tarball-'))
  const output = await mustRun('npm', ['pack', '--json', '--pack-destination', directory, '--loglevel=error'], {
    cwd: root,
  })
  // What npm itself has to say may stand before the list.
  const [packed] = JSON.parse(output.slice(output.search(/^\[/m))) as [{ filename: string; files: { path: string }[] }]
  return {
    path: join(directory, packed.filename),
    files: packed.files.map(({ path }) => path),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** A project of its own, far from this one, with the packed package installed. */
export interface Project {
  readonly directory: string
  /** Runs a program of an installed package: `node node_modules/<script> …`. */
  node(script: string, args?: readonly string[], options?: ShellOptions & { readonly program?: string }): Promise<Ended>
  remove(): void
}

export interface ProjectOptions {
  /** Folder of `test/package/projects` that is copied. */
  readonly template: string
  /** Package names with versions, as `npm install` takes them. */
  readonly install?: readonly string[]
  readonly type?: 'module' | 'commonjs'
}

export async function openProject(
  tarball: Tarball,
  { template, install = [], type = 'commonjs' }: ProjectOptions,
): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), `mockmail-${template}-`))
  for (const folder of ['shared', template]) cpSync(join(templates, folder), directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }))
  await mustRun(
    'npm',
    ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', tarball.path, ...install],
    { cwd: directory },
  )
  return {
    directory,
    node: (script, args = [], { program = process.execPath, ...options } = {}) =>
      run(program, [join(directory, script), ...args], { cwd: directory, ...options }),
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }),
  }
}
