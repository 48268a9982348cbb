import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openTemporaryDirectory } from '../../src/fleet/temporary-directory.ts'
import { startMailServers } from '../../src/index.ts'
import { temporaryDirectory } from '../support/programs.ts'

const modeOf = (path: string): number => statSync(path).mode & 0o777

describe.skipIf(process.platform === 'win32')("a run's own directory", () => {
  const before = process.env['TMPDIR']
  afterEach(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })

  it('is for everybody to look into, and what is secret in it is not', async () => {
    const previous = process.umask(0o077)
    try {
      await using servers = await startMailServers({ protocols: ['imap'], modes: ['implicit'] })
      const { path } = servers.ca
      expect(readFileSync(path, 'utf8')).toBe(servers.ca.pem)
      for (let folder = dirname(path); ; folder = dirname(folder)) {
        expect([folder, modeOf(folder) & 0o001]).toEqual([folder, 1])
        if (folder === dirname(folder)) break
      }
      expect([path, `${servers.pki}/good/leaf.key`, `${servers.pki}/good/bundle.p12`].map(modeOf)).toEqual([
        0o644, 0o600, 0o600,
      ])
    } finally {
      process.umask(previous)
    }
  })

  it('is where TMPDIR says when others get there', () => {
    using place = temporaryDirectory()
    chmodSync(place.path, 0o755)
    process.env['TMPDIR'] = place.path
    const temporary = openTemporaryDirectory()
    expect([dirname(temporary.path), modeOf(temporary.path)]).toEqual([place.path, 0o755])
    temporary.remove()
  })

  it('is in the directory for all where TMPDIR is closed to others, at any height', () => {
    using place = temporaryDirectory()
    const inner = join(place.path, 'inner')
    mkdirSync(inner, { mode: 0o755 })
    chmodSync(inner, 0o755)
    expect([modeOf(place.path), modeOf(inner)]).toEqual([0o700, 0o755])
    for (const closed of [place.path, inner]) {
      process.env['TMPDIR'] = closed
      const temporary = openTemporaryDirectory()
      expect([dirname(temporary.path), modeOf(temporary.path)]).toEqual(['/tmp', 0o755])
      temporary.remove()
      expect(statSync(temporary.path, { throwIfNoEntry: false })).toBeUndefined()
    }
    expect(tmpdir()).toBe(inner)
  })
})
