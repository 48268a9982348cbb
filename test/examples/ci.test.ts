import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bin, ensureBuilt } from '../cli/mockmail.ts'
import { type Finished, itWith, run, temporaryDirectory } from '../support/programs.ts'
import { root } from './gallery.ts'

beforeAll(ensureBuilt, 90_000)

const recipe = (name: string): string => readFileSync(join(root, 'examples/ci', name), 'utf8')

/** A project that has the examples and mockmail; npx starts what is built here. */
function openProject() {
  const folder = temporaryDirectory()
  symlinkSync(join(root, 'examples'), join(folder.path, 'examples'))
  writeFileSync(join(folder.path, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${bin}" "$@"\n`)
  chmodSync(join(folder.path, 'npx'), 0o755)
  const PATH = `${folder.path}:${process.env['PATH']}`
  return {
    [Symbol.dispose]: folder[Symbol.dispose],
    shell: (command: string): Promise<Finished> =>
      run('sh', ['-c', command], { cwd: folder.path, environment: { PATH, NO_COLOR: '1' }, timeout: 60_000 }),
    read: (file: string): string => readFileSync(join(folder.path, file), 'utf8'),
    has: (file: string): boolean => existsSync(join(folder.path, file)),
  }
}

/** What a file of steps has mockmail do, each on one line. */
const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(/npx mockmail .*?-- node examples\/node\/nodemailer\.mjs/gs)].map(([command]) =>
    command.replace(/\s+/g, ' '),
  )

describe.concurrent('the recipe', () => {
  itWith('mkdir')(
    'plain.sh passes a client that is as the baseline says, and leaves reports',
    async () => {
      using project = openProject()
      const { status, stdout } = await project.shell('examples/ci/plain.sh node examples/node/nodemailer.mjs')
      expect(stdout).toContain('sent\n')
      expect(stdout).toMatch(/^revoked +note +note$/m)
      expect(project.read('reports/mail-client.xml')).toContain('<testsuites name="mockmail check: node examples')
      expect(project.read('reports/mail-client.md')).toContain('plaintext-on-implicit')
      expect(status).toBe(0)
    },
    60_000,
  )

  itWith('mkdir')(
    'plain.sh ends with the status of a client that does not work',
    async () => {
      using project = openProject()
      const { status } = await project.shell('examples/ci/plain.sh sh -c "exit 7"')
      expect(status).toBe(7)
      expect(project.has('reports/mail-client.xml')).toBe(false)
    },
    60_000,
  )

  it.each(['github-actions.yml', 'gitlab-ci.yml'])(
    '%s has commands that pass',
    async (name) => {
      using project = openProject()
      const [exec = '', check = '', ...more] = commandsIn(recipe(name))
      expect(more).toEqual([])
      expect(await project.shell(exec)).toMatchObject({ status: 0, stdout: 'sent\n' })
      expect(await project.shell(check)).toMatchObject({ status: 0 })
      expect(project.has('mail-client.xml')).toBe(true)
      expect(project.has('mail-client.md')).toBe(true)
    },
    60_000,
  )

  it('of docs/ci.md shows the beginning of the baseline', () => {
    const shown = /```json\n(.*?)```/s.exec(readFileSync(join(root, 'docs/ci.md'), 'utf8'))?.[1] ?? ''
    const { cells } = JSON.parse(recipe('baseline.json')) as { cells: readonly unknown[] }
    expect(JSON.parse(shown)).toEqual({ cells: cells.slice(0, 1) })
  })
})
