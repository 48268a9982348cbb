import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/check/report.ts'
import { describeWith } from '../support/programs.ts'
import { type Ended, ensureBuilt, openWorkplace, run, start, type Workplace } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

/** A client that does nothing but say that it was there. */
const check = (...flags: readonly string[]): readonly string[] => [
  ...['check', 'good', '--protocol', 'imap', '--mode', 'plain', ...flags.flatMap((flag) => ['--reporter', flag]), '--'],
  ...[process.execPath, '-e', "require('fs').writeFileSync('tried', '')"],
]

const checked = (workplace: Workplace, ...flags: readonly string[]): Promise<Ended> => run(workplace, check(...flags))

const isReport = (text: string): boolean => (JSON.parse(text) as CheckReport).cells.length === 1

describe('a file of --reporter', () => {
  it('is written where it is, through a link too, and keeps its mode', async () => {
    using workplace = openWorkplace()
    const at = (name: string): string => join(workplace.path, name)
    writeFileSync(at('old'), 'x'.repeat(100_000), { mode: 0o640 })
    symlinkSync('target', at('link'))
    expect(await checked(workplace, 'json=old', 'json=link', 'json=new')).toMatchObject({ status: 1, stderr: '' })
    expect(['old', 'target', 'new'].map((name) => isReport(readFileSync(at(name), 'utf8')))).toEqual([true, true, true])
    expect(statSync(at('old')).mode & 0o777).toBe(0o640)
  })

  it.each([
    ['a directory', 'folder', 'it is a directory'],
    ['in a directory that is not there', 'nowhere/report', 'ENOENT'],
  ])('that is %s is refused before the client is run', async (_, file, why) => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'folder'))
    const { status, stderr } = await checked(workplace, 'pretty', `json=${file}`)
    expect({ status, tried: existsSync(join(workplace.path, 'tried')) }).toEqual({ status: 1, tried: false })
    expect(stderr).toMatch(new RegExp(`^mockmail: --reporter json=${file}: [^\\n]*${why}[^\\n]*\\.\\n$`))
  })

  describeWith(['mkfifo', 'cat'], 'that is a pipe', () => {
    it('has it all where it is read', async () => {
      using workplace = openWorkplace()
      const pipe = join(workplace.path, 'pipe')
      execFileSync('mkfifo', [pipe])
      const reader = spawn('cat', [pipe])
      let seen = ''
      reader.stdout.on('data', (chunk) => (seen += chunk))
      const over = once(reader, 'close')
      expect(await checked(workplace, 'json=pipe')).toMatchObject({ status: 1, stderr: '' })
      await over
      expect(isReport(seen)).toBe(true)
    })

    it('and that nobody reads takes no other report along, and holds nothing up', async () => {
      using workplace = openWorkplace()
      execFileSync('mkfifo', [join(workplace.path, 'pipe')])
      const { status, stderr } = await start(workplace, check('json=pipe', 'json=report')).ended
      expect(status).toBe(1)
      expect(stderr).toBe('mockmail: --reporter json=pipe: nobody reads this pipe.\n')
      expect(isReport(readFileSync(join(workplace.path, 'report'), 'utf8'))).toBe(true)
    })
  })
})
