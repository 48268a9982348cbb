import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeWith, temporaryDirectory, testPki } from './judges/run.ts'

/** A run with `good` and `expired` that keeps its roots in a directory, and writes everything there. */
const runIn = async (directory: string, ids: readonly string[] = ['good', 'expired']): Promise<void> => {
  await using pki = await testPki({ directory, responder: false })
  for (const id of ids) pki.identity(id, id === 'expired' ? { leaf: { dates: { notAfter: { days: -1 } } } } : {})
  pki.write(directory)
}

/** Every file below a directory, with its bytes. */
const snapshot = (directory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')])
      .sort(),
  )

const lay = (file: string, content = 'mine'): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

describe('files of somebody else', () => {
  it.each([
    ['manifest.json', 'is there already and no manifest.json of mockmail names it'],
    ['ca.pem', 'is there already and no manifest.json of mockmail names it'],
    ['ca.p12', 'is there already and no manifest.json of mockmail names it'],
    ['good/leaf.key', 'is there already and no manifest.json of mockmail names it'],
    ['good/by-address/leaf.pem', 'is there already and no manifest.json of mockmail names it'],
    ['clients/good/leaf.pem', 'is there already and no manifest.json of mockmail names it'],
    ['expired', 'is there already and no directory'],
    ['good/leaf.pem/x', 'is there already and no file'],
  ])('%s is not replaced: it %s', async (name, why) => {
    using directory = temporaryDirectory()
    lay(join(directory.path, name))
    await expect(runIn(directory.path)).rejects.toMatchObject({
      code: 'PKI_UNUSABLE',
      message: `${join(directory.path, name.replace(/\/x$/, ''))} ${why}: remove it, or name another directory`,
    })
    expect(readFileSync(join(directory.path, name), 'utf8')).toBe('mine')
    const written = Object.keys(snapshot(directory.path)).filter((file) => !file.includes('/roots/'))
    expect(written).toEqual([join(directory.path, name)])
  })

  it.each([
    'not JSON',
    '{"schema":1}',
    '{"schema":1,"name":"an app","ca":{"file":"ca.pem"},"identities":[],"clients":[]}',
    '{"schema":2,"ca":{"file":"ca.pem","trustStore":"ca.p12"},"identities":[],"clients":[]}',
    '{"schema":1,"ca":{"file":"ca.pem","trustStore":"ca.p12"},"identities":[{"id":"x"}],"clients":[]}',
  ])('are not ours by a manifest of theirs: %s', async (manifest) => {
    using directory = temporaryDirectory()
    lay(join(directory.path, 'manifest.json'), manifest)
    await expect(runIn(directory.path)).rejects.toMatchObject({ code: 'PKI_UNUSABLE' })
    expect(readFileSync(join(directory.path, 'manifest.json'), 'utf8')).toBe(manifest)
    expect(readdirSync(directory.path)).toEqual(['manifest.json'])
  })

  it('stay as they are beside ours, through runs that write again', async () => {
    using directory = temporaryDirectory()
    const theirs = ['index.html', 'good/notes.txt', 'clients/list', 'roots.txt'].map((name) =>
      join(directory.path, name),
    )
    for (const file of theirs) lay(file)
    chmodSync(join(directory.path, 'clients'), 0o710)
    await runIn(directory.path)
    const first = readFileSync(join(directory.path, 'good/leaf.pem'), 'utf8')
    await runIn(directory.path)
    expect(readFileSync(join(directory.path, 'good/leaf.pem'), 'utf8')).not.toBe(first)
    expect(theirs.map((file) => readFileSync(file, 'utf8'))).toEqual(['mine', 'mine', 'mine', 'mine'])
    expect(lstatSync(join(directory.path, 'clients')).mode & 0o777).toBe(0o710)
  })

  it('are told from ours of a run before the last', async () => {
    using directory = temporaryDirectory()
    await runIn(directory.path)
    await runIn(directory.path, ['good'])
    const before = readFileSync(join(directory.path, 'expired/leaf.pem'), 'utf8')
    await runIn(directory.path)
    expect(readFileSync(join(directory.path, 'expired/leaf.pem'), 'utf8')).not.toBe(before)
    lay(join(directory.path, 'another/leaf.pem'))
    await expect(runIn(directory.path, ['another'])).rejects.toMatchObject({ code: 'PKI_UNUSABLE' })
  })

  it('of a run that ended while it wrote are ours', async () => {
    using directory = temporaryDirectory()
    await runIn(directory.path)
    for (const half of ['ca.p12', 'good/leaf.pem', 'expired']) {
      rmSync(join(directory.path, half), { recursive: true })
    }
    await runIn(directory.path)
    expect(existsSync(join(directory.path, 'expired/leaf.pem'))).toBe(true)
  })

  it('are known to be ours by runs that wrote at the same time', async () => {
    using directory = temporaryDirectory()
    await runIn(directory.path, ['good'])
    const program = `
      import { startPki } from './src/certs/pki.ts'
      const [directory, id] = process.argv.slice(-2)
      const pki = await startPki({ servernames: ['localhost'], directory, responder: false })
      pki.identity(id, {})
      for (let time = 0; time < 5; time++) pki.write(directory)
    `
    const run = promisify(execFile)
    const start = (id: string) =>
      run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program, directory.path, id])
    await Promise.all(['one', 'two', 'three'].map(start))
    const { files } = JSON.parse(readFileSync(join(directory.path, 'manifest.json'), 'utf8'))
    expect(files).toEqual(expect.arrayContaining(['good', 'one', 'two', 'three'].map((id) => `${id}/leaf.pem`)))
    await runIn(directory.path, ['one', 'two', 'three'])
  }, 60_000)
})

describe('the lock', () => {
  it('that a run has left behind holds nobody up', async () => {
    using directory = temporaryDirectory()
    const lock = join(directory.path, '.mockmail.lock')
    lay(lock, '')
    utimesSync(lock, new Date(0), new Date(Date.now() - 6000))
    await runIn(directory.path)
    expect(existsSync(lock)).toBe(false)
  })

  it('of a run that goes on is waited for', async () => {
    using directory = temporaryDirectory()
    const lock = join(directory.path, '.mockmail.lock')
    lay(lock, '')
    // The writing blocks this process, so another one lets go.
    const letGo = promisify(execFile)(process.execPath, [
      '-e',
      "setTimeout(() => require('node:fs').rmSync(process.argv[1]), 300)",
      lock,
    ])
    await runIn(directory.path)
    await letGo
    expect(existsSync(join(directory.path, 'good/leaf.pem'))).toBe(true)
  })

  it.each([
    ['a folder', (lock: string) => mkdirSync(lock)],
    ['a file with something in it', (lock: string) => writeFileSync(lock, 'mine')],
  ])('that is %s of somebody else is left alone', async (_, make) => {
    using directory = temporaryDirectory()
    const lock = join(directory.path, '.mockmail.lock')
    make(lock)
    await expect(runIn(directory.path)).rejects.toMatchObject({
      code: 'PKI_UNUSABLE',
      message: `${lock} is no lock of mockmail: remove it, or name another directory`,
    })
    expect(existsSync(lock)).toBe(true)
  })
})

describe.skipIf(process.platform === 'win32')('links', () => {
  it.each([
    ['a folder', 'good', 'good'],
    ['a folder of clients', 'clients', 'clients'],
    ['a folder in a folder', 'good/by-address', 'good/by-address'],
  ])('that stand for %s lead nothing out of the directory', async (_, name, link) => {
    using directory = temporaryDirectory()
    using outside = temporaryDirectory()
    lay(join(outside.path, 'leaf.pem'))
    const path = join(directory.path, name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(outside.path, path)
    await expect(runIn(directory.path)).rejects.toMatchObject({
      code: 'PKI_UNUSABLE',
      message: `${join(directory.path, link)} is a link, which is not followed: remove it, or name another directory`,
    })
    expect(Object.values(snapshot(outside.path))).toEqual(['mine'])
  })

  it.each(['ca.pem', 'manifest.json', 'good/leaf.key', 'ca.p12'])(
    'that stand for %s are followed no more when they were ours',
    async (name) => {
      using directory = temporaryDirectory()
      using outside = temporaryDirectory()
      await runIn(directory.path)
      const [path, target] = [join(directory.path, name), join(outside.path, 'precious')]
      renameSync(path, target)
      const before = readFileSync(target, 'latin1')
      symlinkSync(target, path)
      await expect(runIn(directory.path)).rejects.toMatchObject({
        code: 'PKI_UNUSABLE',
        message: expect.stringContaining(`${path} is a link`),
      })
      expect(readFileSync(target, 'latin1')).toBe(before)
    },
  )

  it('that dangle make no file where they lead', async () => {
    using directory = temporaryDirectory()
    using outside = temporaryDirectory()
    symlinkSync(join(outside.path, 'new'), join(directory.path, 'ca.pem'))
    await expect(runIn(directory.path)).rejects.toMatchObject({ code: 'PKI_UNUSABLE' })
    expect(readdirSync(outside.path)).toEqual([])
  })

  it('that are hard leave the other name its bytes', async () => {
    using directory = temporaryDirectory()
    await runIn(directory.path)
    const [path, other] = [join(directory.path, 'ca.pem'), join(directory.path, 'other')]
    linkSync(path, other)
    writeFileSync(other, 'mine')
    await runIn(directory.path)
    expect(readFileSync(other, 'utf8')).toBe('mine')
  })

  it('to the directory itself are followed, as the user names it', async () => {
    using directory = temporaryDirectory()
    mkdirSync(join(directory.path, 'real'))
    symlinkSync('real', join(directory.path, 'named'))
    await runIn(join(directory.path, 'named'))
    expect(existsSync(join(directory.path, 'real/good/leaf.pem'))).toBe(true)
  })
})

describeWith(['sh', 'chmod', 'chown', 'mkfifo'], 'kept roots', () => {
  it.each([
    ['root.key', 0o644, "can be read or written by others (mode 644): run 'chmod 600 ", ' if nobody has used that'],
    ['root.key', 0o620, "can be read or written by others (mode 620): run 'chmod 600 ", ' if nobody has used that'],
    ['untrusted-root.key', 0o602, "can be read or written by others (mode 602): run 'chmod 600 ", ' if nobody'],
    ['root.pem', 0o666, "can be written by others (mode 666): run 'chmod go-w ", ' if nobody has used that'],
    ['', 0o777, "can be written by others (mode 777): run 'chmod go-w ", ' if nobody has used that'],
  ])('whose %s has mode %o are refused with what mends it', async (name, mode, says, more) => {
    using directory = temporaryDirectory()
    await runIn(directory.path)
    const path = join(directory.path, 'roots', name)
    chmodSync(path, mode)
    const refusal: Error = await runIn(directory.path).then(
      () => new Error('accepted'),
      (error) => error,
    )
    expect(refusal).toMatchObject({ code: 'PKI_UNUSABLE' })
    expect(refusal.message).toContain(`${path} ${says}${path}'${more}`)
    const command = /run '([^']+)'/.exec(refusal.message)?.[1] ?? 'false'
    await promisify(execFile)('sh', ['-c', command])
    await runIn(directory.path)
  })

  it('are taken with a certificate that everybody may read', async () => {
    using directory = temporaryDirectory()
    await runIn(directory.path)
    chmodSync(join(directory.path, 'roots'), 0o755)
    chmodSync(join(directory.path, 'roots/root.pem'), 0o444)
    chmodSync(join(directory.path, 'roots/root.key'), 0o400)
    await runIn(directory.path)
  })

  it.each(['roots', 'roots/root.key', 'roots/root.pem'])('that lie behind a link, %s, are refused', async (name) => {
    using directory = temporaryDirectory()
    using outside = temporaryDirectory()
    await runIn(directory.path)
    const path = join(directory.path, name)
    renameSync(path, join(outside.path, 'moved'))
    symlinkSync(join(outside.path, 'moved'), path)
    await expect(runIn(directory.path)).rejects.toMatchObject({
      code: 'PKI_UNUSABLE',
      message: `${path} is a link, which is not followed: remove it, or name another directory`,
    })
  })

  it('with a pipe in place of a key are refused, and not waited for', async () => {
    using directory = temporaryDirectory()
    await runIn(directory.path)
    const path = join(directory.path, 'roots/root.key')
    rmSync(path)
    await promisify(execFile)('mkfifo', ['-m', '600', path])
    await expect(runIn(directory.path)).rejects.toMatchObject({
      code: 'PKI_UNUSABLE',
      message: `${path} is no file: remove it, or name another directory`,
    })
  })

  it.skipIf(process.getuid?.() !== 0)('of another user are refused, and mended', async () => {
    using directory = temporaryDirectory()
    await runIn(directory.path)
    const path = join(directory.path, 'roots/root.key')
    await promisify(execFile)('chown', ['65534', path])
    await expect(runIn(directory.path)).rejects.toMatchObject({
      code: 'PKI_UNUSABLE',
      message: `${path} belongs to another user: run 'chown 0 ${path}' if it is yours all the same, or name another directory`,
    })
    await promisify(execFile)('chown', ['0', path])
    await runIn(directory.path)
  })
})
