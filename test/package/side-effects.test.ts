import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { mustRun } from './support/shell.ts'

// Each test starts programs of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))

/** Loads the package the given way, and prints what that changed in the process. */
const probe = (load: string): string => `
  const listeners = () => process.eventNames().flatMap((name) => process.listeners(name).map(() => String(name))).sort()
  const globals = () => Reflect.ownKeys(globalThis).map(String).sort()
  const before = { listeners: listeners(), globals: globals(), env: { ...process.env }, umask: process.umask() }
  ;(async () => {
    const loaded = ${load}
    if (typeof loaded.startMailServer !== 'function') throw new Error('not loaded')
    const after = { listeners: listeners(), globals: globals(), env: { ...process.env }, umask: process.umask() }
    const open = process.getActiveResourcesInfo().filter((name) => !/^(?:CloseReq|PipeWrap|TTYWrap|FSReqPromise)$/.test(name))
    console.log(JSON.stringify({ changed: JSON.stringify(before) !== JSON.stringify(after), open }))
  })()
`

const ways = {
  ESM: `await import(${JSON.stringify(new URL('../../dist/index.mjs', import.meta.url).href)})`,
  CommonJS: `require(${JSON.stringify(join(dist, 'index.cjs'))})`,
}

describe.each(Object.entries(ways))('loading the package as %s', (_, load) => {
  it('opens nothing, registers nothing and changes no global', async () => {
    expect(JSON.parse(await mustRun(process.execPath, ['-e', probe(load)]))).toEqual({ changed: false, open: [] })
  })

  it('writes no file and starts no process: a Node that may do neither loads it', async () => {
    const permission = Number(process.versions.node.split('.')[0]) >= 24 ? '--permission' : '--experimental-permission'
    const temporary = mkdtempSync(join(tmpdir(), 'mockmail-import-'))
    try {
      const output = await mustRun(
        process.execPath,
        [permission, '--allow-fs-read=*', '--no-warnings', '-e', probe(load)],
        { env: { TMPDIR: temporary } },
      )
      expect(JSON.parse(output)).toEqual({ changed: false, open: [] })
      expect(readdirSync(temporary)).toEqual([])
    } finally {
      rmSync(temporary, { recursive: true, force: true })
    }
  })
})

describe('the probe', () => {
  it.each([
    ['a listener', "(process.on('exit', () => {}), { startMailServer() {} })", { changed: true, open: [] }],
    ['a global', '((globalThis.leaked = 1), { startMailServer() {} })', { changed: true, open: [] }],
    ['a timer', '(setTimeout(() => {}, 10), { startMailServer() {} })', { changed: false, open: ['Timeout'] }],
  ])('sees %s', async (_, load, seen) => {
    expect(JSON.parse(await mustRun(process.execPath, ['-e', probe(load)]))).toEqual(seen)
  })
})
