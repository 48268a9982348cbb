import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { itWith } from '../support/programs.ts'
import { bin, ensureBuilt, expectFree, findBlock, occupy, one, openWorkplace, run, start } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

const refused = (sentence: string) => ({ status: 1, signal: null, stdout: '', stderr: `mockmail: ${sentence}\n` })

describe('a port', () => {
  it('that is in use ends with 1 and says so', async () => {
    using workplace = openWorkplace()
    await using taken = await occupy()
    expect(await run(workplace, ['up', ...one, '--port', String(taken.port)])).toEqual(
      refused(`Port ${taken.port} on 127.0.0.1 is in use. Another port, or none, finds a free one.`),
    )
  })

  it('that is in use on ::1 only is in use too: localhost may mean either', async ({ skip }) => {
    const taken = await occupy(0, '::1').catch(() => undefined)
    if (!taken) return skip('this machine has no ::1')
    using workplace = openWorkplace()
    await using _ = taken
    expect(await run(workplace, ['up', ...one, '--port', String(taken.port)])).toEqual(
      refused(`Port ${taken.port} is in use on ::1, which localhost may mean too.`),
    )
  })

  it('in the middle of a block that is in use closes those around it', async () => {
    using workplace = openWorkplace()
    const base = await findBlock(6)
    await using _ = await occupy(base + 3)
    expect(await run(workplace, ['up', 'good', '--port-base', String(base)])).toEqual(
      refused(`Port ${base + 3} on 127.0.0.1 is in use. Another port, or none, finds a free one.`),
    )
    await expectFree([base, base + 1, base + 2, base + 4, base + 5])
  })

  it('that only the administrator may have is refused', async ({ skip }) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return skip('it takes root to become somebody else')
    const floor = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
    if (floor < 2) return skip('this kernel lets anybody have any port')
    using workplace = openWorkplace()
    const ended = await run(workplace, ['up', ...one, '--port', '1'], { uid: 65_534 })
    expect(ended).toEqual(refused('Cannot listen on 127.0.0.1, port 1: this user may not listen on port 1.'))
  })
})

describe('an address', () => {
  it('that is not of this machine ends with 1', async () => {
    using workplace = openWorkplace()
    expect(await run(workplace, ['up', ...one, '--host', '203.0.113.9'])).toEqual(
      refused('Cannot listen on 203.0.113.9: it is not an address of this machine.'),
    )
  })

  it('that is a name nobody knows ends with 1', async () => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, ['up', ...one, '--host', 'no.such.name.invalid'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(
      /^mockmail: Cannot listen on no\.such\.name\.invalid: the name cannot be resolved(?: now)?\.\n$/,
    )
  })
})

describe('a directory that cannot be written', () => {
  it.each([
    ['a file', 'file', 'file cannot be written (it is no directory): choose a directory that you may write to'],
    [
      'below a file',
      'file/deep/er',
      'file/deep/er cannot be written (a part of its path is no directory): choose a directory that you may write to',
    ],
  ])('as --pki: %s', async (_, directory, sentence) => {
    using workplace = openWorkplace()
    writeFileSync(join(workplace.path, 'file'), '')
    const { status, stdout, stderr } = await run(workplace, ['up', ...one, '--pki', directory])
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: `mockmail: ${sentence}\n` })
  })

  it('as --pki: a place where the system makes no folders', async ({ skip }) => {
    if (process.platform !== 'linux') return skip('only Linux has /proc')
    using workplace = openWorkplace()
    expect(await run(workplace, ['up', ...one, '--pki', '/proc/mockmail'])).toEqual(
      refused('/proc/mockmail cannot be written (ENOENT): choose a directory that you may write to'),
    )
  })

  it('as --pki: one of somebody else', async ({ skip }) => {
    if (process.getuid?.() !== 0) return skip('it takes root to become somebody else')
    using workplace = openWorkplace()
    chmodSync(workplace.path, 0o755)
    mkdirSync(join(workplace.path, 'theirs'), { mode: 0o755 })
    expect(await run(workplace, ['certs', 'theirs', 'good'], { uid: 65_534 })).toEqual(
      refused(
        `${join(workplace.path, 'theirs/roots')} cannot be written (permission denied): choose a directory that you may write to`,
      ),
    )
  })

  it('as TMPDIR', async () => {
    using workplace = openWorkplace()
    expect(await run(workplace, ['up', ...one], { environment: { TMPDIR: '/no/such/place' } })).toEqual(
      refused(
        'No temporary directory can be made in /no/such/place (ENOENT): set TMPDIR to a directory that you may write to.',
      ),
    )
  })

  it('as --log', async () => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'folder'))
    const { status, stderr } = await run(workplace, ['up', ...one, '--log', 'folder'])
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "mockmail: --log folder: EISDIR: illegal operation on a directory, open 'folder'.\n",
    })
  })
})

describe('roots that cannot be used', () => {
  it('are named, with what to do about them', async () => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'pki/roots'), { recursive: true })
    writeFileSync(join(workplace.path, 'pki/roots/root.pem'), 'x')
    expect(await run(workplace, ['up', ...one, '--pki', 'pki'])).toEqual(
      refused(
        'pki/roots/root.key is missing: remove pki/roots to have new roots made there, and trust those, or name another directory',
      ),
    )
  })

  it('are those of another folder that happens to be called roots', async () => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'pki/roots'), { recursive: true })
    writeFileSync(join(workplace.path, 'pki/roots/carrots.txt'), '')
    expect(await run(workplace, ['up', ...one, '--pki', 'pki'])).toEqual(
      refused('pki/roots holds something else than roots: name another directory'),
    )
    expect(readdirSync(join(workplace.path, 'pki'))).toEqual(['roots'])
  })

  itWith('openssl')('are refused when they do not permit the name, and taken when they do', async () => {
    using workplace = openWorkplace()
    const pki = ['--pki', 'pki', '--quiet']
    expect((await run(workplace, ['exec', ...one, ...pki, '--', 'true'])).status).toBe(0)
    const { status, stderr } = await run(workplace, ['exec', ...one, ...pki, '--servername', 'a.test', '--', 'true'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^mockmail: pki\/roots\/root\.pem has name constraints that do not permit all of a\.test, /)
    expect(
      (await run(workplace, ['exec', ...one, ...pki, '--servername', 'a.mockmail.test', '--', 'true'])).status,
    ).toBe(0)
  })
})

describe('a full disk', () => {
  const full = '/dev/full'

  it('under stdout ends with 1: results that are lost are no success', async ({ skip }) => {
    if (!existsSync(full)) return skip('this system has no /dev/full')
    using workplace = openWorkplace()
    for (const args of ['list', 'certs out good', `up ${one.join(' ')}`]) {
      const { status, stderr } = await run(workplace, [
        'exec',
        '--quiet',
        ...one,
        '--',
        'sh',
        '-c',
        `"$0" "$1" ${args} > ${full}`,
        process.execPath,
        bin,
      ])
      expect({ args, status, stderr }).toEqual({
        args,
        status: 1,
        stderr: 'mockmail: stdout cannot be written: ENOSPC: no space left on device, write.\n',
      })
    }
  })

  it('under --log ends with 1 when the first record is lost', async ({ skip }) => {
    if (!existsSync(full)) return skip('this system has no /dev/full')
    using workplace = openWorkplace()
    const running = start(workplace, ['up', ...one, '--json', '--log', full])
    const [endpoint] = (await running.ready()).endpoints
    net.connect(endpoint?.port ?? 0, '127.0.0.1').end()
    const { status, stderr } = await running.ended
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'mockmail: --log /dev/full: ENOSPC: no space left on device, write.\n',
    })
    expect(workplace.leftovers()).toEqual([])
  })
})
