import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ReadyEvent } from '../../src/fleet/events.ts'
import { describeWith } from '../support/programs.ts'
import { ensureBuilt, one, openWorkplace, run, start } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

/** Connects so often, each time with a handshake, and waits for the end. */
async function dial({ endpoints }: ReadyEvent, times = 1): Promise<void> {
  for (let done = 0; done < times; done++) {
    const socket = tls.connect({ port: endpoints[0]?.port ?? 0, host: '127.0.0.1', rejectUnauthorized: false })
    socket.on('error', () => {}).resume()
    await once(socket, 'data')
    socket.end('a LOGOUT\r\n')
    await once(socket, 'close')
  }
}

describe.each([
  ['--log', /^\{"id":"c1",.*\}\n$/],
  ['--keylog', /^(?:[A-Z0-9_]+ [0-9a-f]+ [0-9a-f]+\n)+$/],
] as const)('%s', (flag, content) => {
  it('is made for its owner only, and appended to where it is there', async () => {
    using workplace = openWorkplace()
    writeFileSync(join(workplace.path, 'old'), 'kept\n', { mode: 0o644 })
    for (const name of ['new', 'old']) {
      const running = start(workplace, ['up', ...one, '--json', flag, name])
      await dial(await running.ready())
      running.process.kill('SIGTERM')
      expect(await running.ended).toMatchObject({ status: 0, stderr: '' })
    }
    const [made, old] = ['new', 'old'].map((name) => readFileSync(join(workplace.path, name), 'utf8'))
    expect(made).toMatch(content)
    expect(old?.slice(0, 5)).toBe('kept\n')
    expect(old?.slice(5)).toMatch(content)
    expect(statSync(join(workplace.path, 'new')).mode & 0o777).toBe(0o600)
    expect(statSync(join(workplace.path, 'old')).mode & 0o777).toBe(0o644)
  })

  it('is written through a link, which stays one', async () => {
    using workplace = openWorkplace()
    symlinkSync('target', join(workplace.path, 'link'))
    const running = start(workplace, ['up', ...one, '--json', flag, 'link'])
    await dial(await running.ready())
    running.process.kill('SIGTERM')
    await running.ended
    expect(readFileSync(join(workplace.path, 'target'), 'utf8')).toMatch(content)
    expect(lstatSync(join(workplace.path, 'link')).isSymbolicLink()).toBe(true)
  })

  it('that is a directory is refused before anything listens', async () => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'folder'))
    const { status, stdout, stderr } = await run(workplace, ['up', ...one, '--json', flag, 'folder'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^mockmail: [^\n]*folder[^\n]*EISDIR[^\n]*\n$/)
  })

  describeWith(['mkfifo', 'cat'], 'a pipe', () => {
    it('that nobody reads is refused, and not waited for', async () => {
      using workplace = openWorkplace()
      execFileSync('mkfifo', [join(workplace.path, 'pipe')])
      const { status, stderr } = await run(workplace, ['up', ...one, '--json', flag, 'pipe'])
      expect(status).toBe(1)
      expect(stderr).toMatch(/^mockmail: [^\n]*pipe[^\n]*: nobody reads this pipe\.\n$/)
    })

    it('has it all once it is read', async () => {
      using workplace = openWorkplace()
      execFileSync('mkfifo', [join(workplace.path, 'pipe')])
      const reader = spawn('cat', [join(workplace.path, 'pipe')])
      let seen = ''
      reader.stdout.on('data', (chunk) => (seen += chunk))
      const over = once(reader, 'close')
      const running = start(workplace, ['up', ...one, '--json', flag, 'pipe'])
      await dial(await running.ready())
      running.process.kill('SIGTERM')
      expect(await running.ended).toMatchObject({ status: 0, stderr: '' })
      await over
      expect(seen).toMatch(content)
    })

    it('whose reader does not read keeps nobody waiting', async () => {
      using workplace = openWorkplace()
      execFileSync('mkfifo', [join(workplace.path, 'pipe')])
      const reader = spawn('sh', ['-c', 'exec 3< "$0"; exec sleep 30', join(workplace.path, 'pipe')])
      const running = start(workplace, ['up', ...one, '--json', flag, 'pipe'])
      const ready = await running.ready()
      // A pipe has room for 64 KiB.
      await dial(ready, 60)
      running.process.kill('SIGTERM')
      expect(await running.ended).toMatchObject({ status: 0, stderr: '' })
      reader.kill('SIGKILL')
    })
  })
})
