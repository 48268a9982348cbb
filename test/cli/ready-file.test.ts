import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ReadyEvent } from '../../src/fleet/events.ts'
import { itWith } from '../support/programs.ts'
import { type Ended, ensureBuilt, one, openWorkplace, type Running, start, type Workplace } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

async function stop(running: Running, workplace: Workplace): Promise<Ended> {
  running.process.kill('SIGTERM')
  const ended = await running.ended
  expect(workplace.leftovers()).toEqual([])
  return ended
}

describe.skipIf(process.platform === 'win32')('--ready-file', () => {
  const ready = async (workplace: Workplace, file: string): Promise<() => Promise<unknown>> => {
    const running = start(workplace, ['up', ...one, '--quiet', '--ready-file', file])
    return () => stop(running, workplace)
  }
  const whenThere = async (path: string, seen: () => string): Promise<ReadyEvent> => {
    while (!existsSync(path) || !seen().endsWith('\n')) await pause(10)
    return JSON.parse(seen()) as ReadyEvent
  }

  it('takes the place of a regular file, whole, readable by its owner only, with nothing beside it', async () => {
    using workplace = openWorkplace()
    const file = join(workplace.path, 'ready.json')
    writeFileSync(file, 'old', { mode: 0o644 })
    const end = await ready(workplace, 'ready.json')
    expect(await whenThere(file, () => readFileSync(file, 'utf8'))).toMatchObject({ event: 'ready' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(workplace.path).sort()).toEqual(['ready.json', 'tmp'])
    await end()
  })

  it('is written through a link, which stays one', async () => {
    using workplace = openWorkplace()
    const target = join(workplace.path, 'target')
    writeFileSync(target, 'x'.repeat(100_000))
    symlinkSync('target', join(workplace.path, 'link'))
    const end = await ready(workplace, 'link')
    expect(await whenThere(target, () => readFileSync(target, 'utf8'))).toMatchObject({ event: 'ready' })
    expect(lstatSync(join(workplace.path, 'link')).isSymbolicLink()).toBe(true)
    await end()
  })

  itWith('mkfifo', 'cat')('is written into a pipe, which stays one, once somebody reads', async () => {
    using workplace = openWorkplace()
    const pipe = join(workplace.path, 'pipe')
    execFileSync('mkfifo', [pipe])
    const running = start(workplace, ['up', ...one, '--json', '--ready-file', 'pipe'])
    const said = await running.ready()
    // The servers are there meanwhile.
    expect(await reaches(said.endpoints[0]?.port ?? 0)).toBe(true)
    expect(JSON.parse(execFileSync('cat', [pipe], { encoding: 'utf8' }))).toEqual(said)
    expect(lstatSync(pipe).isFIFO()).toBe(true)
    await stop(running, workplace)
  })

  itWith('mkfifo')('into a pipe that nobody reads keeps nothing from stopping', async () => {
    using workplace = openWorkplace()
    execFileSync('mkfifo', [join(workplace.path, 'pipe')])
    const running = start(workplace, ['up', ...one, '--json', '--ready-file', 'pipe'])
    await running.ready()
    expect(await stop(running, workplace)).toMatchObject({ status: 0, stderr: '' })
  })
})

const reaches = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
