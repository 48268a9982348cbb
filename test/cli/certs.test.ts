import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, openWorkplace, run } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

describe('certs', () => {
  it('writes a folder per certificate, and says where', async () => {
    using workplace = openWorkplace()
    const out = join(workplace.path, 'out')
    expect(await run(workplace, ['certs', 'out', 'expired', 'self-signed+wrong-host', 'starttls-stripped'])).toEqual({
      status: 0,
      signal: null,
      stdout: `${out}/ca.pem\n${out}/expired/\n${out}/self-signed+wrong-host/\n${out}/good/\n`,
      stderr: '',
    })
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(['ca.pem', 'expired', 'good', 'manifest.json', 'roots', 'self-signed+wrong-host']),
    )
    // What is public is for everybody to read: mail programs drop their privileges.
    expect(statSync(join(out, 'expired')).mode & 0o777).toBe(0o755)
    expect(statSync(join(out, 'ca.pem')).mode & 0o777).toBe(0o644)
    expect(statSync(join(out, 'expired/leaf.key')).mode & 0o777).toBe(0o600)
  })

  it('says the same as one JSON object, or nothing', async () => {
    using workplace = openWorkplace()
    const out = join(workplace.path, 'out')
    const { stdout } = await run(workplace, ['certs', 'out', 'good', 'certificate-changed', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      pki: out,
      ca: join(out, 'ca.pem'),
      ids: [
        'good',
        'certificate-changed',
        ...readdirSync(out).filter((name) => name.startsWith('certificate-changed@')),
      ],
    })
    expect(await run(workplace, ['certs', 'out', 'good', '--quiet'])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('reuses the roots that it finds, and leaves are fresh', async () => {
    using workplace = openWorkplace()
    const read = (file: string): string => readFileSync(join(workplace.path, 'out', file), 'utf8')
    await run(workplace, ['certs', 'out', 'good'])
    const [ca, leaf] = [read('ca.pem'), read('good/leaf.pem')]
    await run(workplace, ['certs', 'out', 'good'])
    expect(read('ca.pem')).toBe(ca)
    expect(read('good/leaf.pem')).not.toBe(leaf)
  })

  it('counts dates from --now', async () => {
    using workplace = openWorkplace()
    await run(workplace, ['certs', 'out', 'good', 'expired', '--now', '2001-02-03T04:05:06Z'])
    const end = (id: string): string =>
      new Date(new X509Certificate(readFileSync(join(workplace.path, 'out', id, 'leaf.pem'))).validTo).toISOString()
    expect([end('good'), end('expired')]).toEqual(['2001-05-04T04:05:06.000Z', '2001-02-02T04:05:06.000Z'])
  })

  it.each(['1960-01-01', '2049-12-31', '9980-12-31'])(
    'makes dates that are read as they are meant: %s',
    async (now) => {
      using workplace = openWorkplace()
      await run(workplace, ['certs', 'out', 'good', '--now', now])
      for (const [file, from, to] of [
        ['ca.pem', -730, 3650],
        ['good/leaf.pem', -1, 90],
      ] as const) {
        const { validFrom, validTo } = new X509Certificate(readFileSync(join(workplace.path, 'out', file)))
        const day = (text: string): number => Math.round((Date.parse(text) - Date.parse(now)) / 86_400_000)
        expect({ file, from: day(validFrom), to: day(validTo) }).toEqual({ file, from, to })
      }
    },
  )

  it.each(['manifest.json', 'ca.pem', 'expired'])(
    'touches no directory of somebody else: one with %s',
    async (name) => {
      using workplace = openWorkplace()
      mkdirSync(join(workplace.path, 'site'))
      writeFileSync(join(workplace.path, 'site', name), 'mine')
      expect(await run(workplace, ['certs', 'site', 'good', 'expired'])).toEqual({
        status: 1,
        signal: null,
        stdout: '',
        stderr: `mockmail: ${join(workplace.path, 'site', name)} is there already and no ${
          name === 'expired' ? 'directory' : 'manifest.json of mockmail names it'
        }: remove it, or name another directory\n`,
      })
      expect(readdirSync(join(workplace.path, 'site'))).toEqual([name])
      expect(readFileSync(join(workplace.path, 'site', name), 'utf8')).toBe('mine')
    },
  )

  it('maps what was asked for to its folders in the manifest', async () => {
    using workplace = openWorkplace()
    const scenarios = ['expired+tls12-only', 'starttls-stripped', 'certificate-changed']
    expect((await run(workplace, ['certs', 'out', ...scenarios])).status).toBe(0)
    const manifest = JSON.parse(readFileSync(join(workplace.path, 'out/manifest.json'), 'utf8'))
    expect(manifest.scenarios).toEqual([
      { id: 'expired+tls12-only', expect: 'reject', identities: ['expired'] },
      { id: 'starttls-stripped', expect: 'reject', identities: ['good'] },
      { id: 'certificate-changed', expect: 'reject', identities: ['certificate-changed', 'certificate-changed@2nd'] },
    ])
    // Each certificate alone: nothing is wrong with the one that starttls-stripped would show.
    expect(manifest.identities.map(({ id, expect }: { id: string; expect: string }) => [id, expect])).toEqual([
      ['expired', 'reject'],
      ['good', 'accept'],
      ['certificate-changed', 'either'],
      ['certificate-changed@2nd', 'reject'],
    ])
  })

  it('takes a directory in which nothing is in the way', async () => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'site'))
    writeFileSync(join(workplace.path, 'site/index.html'), '')
    expect((await run(workplace, ['certs', 'site', 'good'])).status).toBe(0)
    expect(existsSync(join(workplace.path, 'site/good/fullchain.pem'))).toBe(true)
  })
})
