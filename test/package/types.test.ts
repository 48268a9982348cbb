import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProject, type Project, packTarball, type Tarball } from './support/project.ts'
import { whyNoRegistry } from './support/registry.ts'

const offline = await whyNoRegistry()

const compilers = {
  'TypeScript 5.0, the oldest that is supported': {
    folder: 'typescript-oldest',
    lists: false,
    // The runners' own types take this compiler half a minute each time.
    runners: ['nodenext'],
    flags: ['--types', 'node'],
  },
  'the newest TypeScript': {
    folder: 'typescript-newest',
    lists: true,
    runners: ['nodenext', 'bundler', 'node10'],
    flags: ['--ignoreConfig', '--ignoreDeprecations', '6.0'],
  },
}

/** Endings of the files that a way of resolving modules is tried with. `usage` is tried as CommonJS too. */
const resolutions = {
  nodenext: { ending: 'mts', flags: ['--module', 'nodenext', '--moduleResolution', 'nodenext'] },
  bundler: { ending: 'ts', flags: ['--module', 'esnext', '--moduleResolution', 'bundler'] },
  node10: { ending: 'ts', flags: ['--module', 'commonjs', '--moduleResolution', 'node', '--esModuleInterop'] },
}

describe.skipIf(offline)('the published types', () => {
  let tarball: Tarball
  let project: Project

  beforeAll(async () => {
    tarball = await packTarball()
    project = await openProject(tarball, {
      template: 'types',
      install: [
        'typescript-oldest@npm:typescript@5.0.4',
        'typescript-newest@npm:typescript@6',
        '@types/node@20',
        'vitest@4',
        '@jest/globals@30',
        '@types/jest@30',
      ],
    })
    const copy = (name: string, ending: string): void =>
      cpSync(join(project.directory, `${name}.ts`), join(project.directory, `${name}.${ending}`))
    for (const name of ['usage', 'lists', 'vitest', 'jest-imported', 'jest-global']) copy(name, 'mts')
    for (const name of ['usage', 'jest-imported']) copy(name, 'cts')
  }, 180_000)

  afterAll(() => {
    project?.remove()
    tarball?.remove()
  })

  const compile = async (folder: string, flags: readonly string[], files: readonly string[]): Promise<string> => {
    const always = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022', '--pretty', 'false']
    const { output } = await project.node(`node_modules/${folder}/lib/tsc.js`, [...always, ...flags, ...files], {
      timeout: 280_000,
    })
    return output
  }

  describe.each(Object.entries(compilers))('under %s', (_, { folder, lists, runners, flags }) => {
    it.each(Object.entries(resolutions))(
      'resolve by %s without skipLibCheck, and refuse an unknown or conflicting scenario',
      async (name, resolution) => {
        const names = ['usage', ...(lists ? ['lists'] : [])].map((file) => `${file}.${resolution.ending}`)
        const files = name === 'nodenext' ? [...names, 'usage.cts'] : names
        expect(await compile(folder, [...flags, ...resolution.flags], files)).toBe('')
      },
      300_000,
    )

    it("need nothing of the language's library that came after ES2020", async () => {
      const es2020 = ['--target', 'es2020', '--lib', 'es2020']
      expect(await compile(folder, [...flags, ...resolutions.nodenext.flags, ...es2020], ['usage.cts'])).toBe('')
    }, 300_000)

    it.each(Object.entries(resolutions).filter(([name]) => runners.includes(name)))(
      'have the matchers of vitest and of jest, resolved by %s',
      async (name, resolution) => {
        const names = ['vitest', 'jest-imported', 'jest-global'].map((file) => `${file}.${resolution.ending}`)
        const files = name === 'nodenext' ? [...names, 'jest-imported.cts'] : names
        const output = await compile(folder, [...flags, ...resolution.flags], files)
        // A runner whose own types are too new for the compiler, or for this way of resolving, is its own affair.
        const errors = output.split('\n').filter((line) => /error TS/.test(line))
        const others = errors.filter((line) => /^node_modules\/(?!mockmail\/)/.test(line))
        expect(errors.filter((line) => !others.includes(line))).toEqual([])
      },
      300_000,
    )
  })
})
