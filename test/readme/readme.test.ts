import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { isInstalled } from '../support/programs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** Fenced blocks with the marker or heading line that stands before them. */
const blocks = [
  ...readme.matchAll(/(?:<!-- example: (?<name>[a-z]+) -->\n)?```(?<language>[a-z]*)\n(?<code>[\s\S]*?)```/g),
].map(({ groups }) => ({ name: groups?.['name'], language: groups?.['language'], code: groups?.['code'] ?? '' }))

const example = (name: string): string => {
  const found = blocks.find((block) => block.name === name)
  if (!found) throw new Error(`README has no example '${name}'`)
  return found.code
}

/** The block that comes right behind another: what it prints. */
const printedBy = (code: string): string => blocks[blocks.findIndex((block) => block.code === code) + 1]?.code ?? ''

const command = (start: string): string => {
  const found = blocks.find((block) => block.language === 'sh' && block.code.startsWith(start))
  if (!found) throw new Error(`README has no command that starts with '${start}'`)
  return found.code
}

// Inside the package, so that its own name resolves to it and its development dependencies are found.
mkdirSync(join(root, 'temp'), { recursive: true })
const scratch = mkdtempSync(join(root, 'temp', 'readme-'))
writeFileSync(
  join(scratch, 'npx'),
  `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, 'dist/bin.mjs')}" "$@"\n`,
)
chmodSync(join(scratch, 'npx'), 0o755)
afterAll(() => rmSync(scratch, { recursive: true }))

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(file: string, args: readonly string[], stopAfter?: RegExp): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: scratch,
      env: { ...process.env, NO_COLOR: '1', PATH: `${scratch}:${process.env['PATH']}` },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (stopAfter?.test(stdout)) child.kill('SIGINT')
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

/** What changes from run to run, as one word each. */
const settled = (text: string): string =>
  text
    .replace(/\/tmp\/mockmail-\w{6}/g, 'DIR')
    .replace(/\b\d{2}:\d{2}:\d{2}\b/g, 'TIME')
    .replace(/\b\d{5}\b/g, 'PORT')
    .trim()

const ownPart = `
import { days, defineCertificate } from 'mockmail'
export const mine = defineCertificate({ id: 'my-fault', summary: 'x', expect: 'reject', because: 'x', leaf: { dates: { notAfter: days(-1) } } })
`

/** Trusts what Node trusts. */
const trustingClient = `
import { connect } from 'node:tls'
const socket = connect({ host: 'localhost', port: Number(process.env.MOCKMAIL_GOOD_IMAP_IMPLICIT_PORT) })
socket.once('data', (data) => { process.stdout.write(data.subarray(0, 4)); socket.end() })
`

describe('the README', () => {
  it('has a configuration of vitest with which the workers share a fleet', async () => {
    const directory = join(scratch, 'shared')
    mkdirSync(directory)
    writeFileSync(join(directory, 'vitest.config.mjs'), example('shared'))
    const test = example('vitest').replace('useMockMail()', 'useMockMail({ shared: true })')
    writeFileSync(
      join(directory, 'shared.test.ts'),
      `${test}\nit('has a CA', () => expect(mail.ca.path).toMatch(/ca.pem$/))\n`,
    )
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const { status, stdout, stderr } = await run(process.execPath, [vitest, 'run', '--root', directory])
    expect(stdout + stderr).toMatch(/Tests {2}\d+ passed/)
    expect(status).toBe(0)
  }, 60_000)

  /** Runs a text of tests in a folder of its own. */
  async function runVitest(name: string, text: string): Promise<Ran> {
    const directory = join(scratch, name)
    mkdirSync(directory)
    writeFileSync(join(directory, 'example.test.ts'), text)
    writeFileSync(join(directory, 'vitest.config.mjs'), 'export default { test: { include: ["*.test.ts"] } }\n')
    return run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', directory])
  }

  it('has the suite of pytest that the tests run', () => {
    expect(example('pytest')).toBe(readFileSync(join(root, 'examples/suites/python/test_client.py'), 'utf8'))
  })

  it('has a vitest example that passes', async () => {
    const { status, stdout, stderr } = await runVitest('example', example('vitest'))
    expect(stdout + stderr).toMatch(/Tests +\d\d passed/)
    expect(status).toBe(0)
  }, 60_000)

  it('has a vitest example that fails when its client trusts nothing, so that it refuses everything', async () => {
    const blind = example('vitest').replace(/ *tls: server\.tls,\n/, '')
    expect(blind).not.toContain('server.tls')
    const { status, stdout, stderr } = await runVitest('blind', blind)
    const said = stdout + stderr
    expect(said).toContain('NO_CONTROL: nothing shows that the client works')
    expect(said).toMatch(/FAIL .*good over smtp\/implicit/)
    expect(said).toMatch(/FAIL .*good over smtp\/starttls/)
    expect(status).toBe(1)
  }, 60_000)

  it('has a vitest example that fails with the dialogue when its client does not insist on TLS', async () => {
    const { status, stdout, stderr } = await runVitest(
      'careless',
      example('vitest').replace('requireTLS: true', 'requireTLS: false'),
    )
    const shown = printedBy(printedBy(example('vitest'))) || ''
    const [what = '', why = ''] = shown.split('\n')
    const said = stdout + stderr
    expect(settled(said)).toContain(settled(what))
    expect(said).toContain(why)
    expect(said).toContain('  C: AUTH PLAIN AHVzZXJAbW9ja21haWwudGVzdABtb2NrbWFpbA==')
    expect(status).toBe(1)
  }, 60_000)

  it('has a library example that prints what it says', async () => {
    const code = example('library')
    writeFileSync(join(scratch, 'example.mjs'), code)
    const { status, stdout } = await run(process.execPath, ['example.mjs'])
    expect(stdout).toBe(printedBy(code))
    expect(status).toBe(0)
  })

  it('shows what up prints', async () => {
    const code = command('npx mockmail up')
    const { stdout, status } = await run('sh', ['-c', `exec ${code}`], /^login .*\n/m)
    const shown = printedBy(code).replace(/\nTIME.*|\n\d\d:\d\d:\d\d.*/s, '')
    expect(settled(stdout)).toBe(settled(shown))
    expect(status).toBe(0)
  })

  it.skipIf(!isInstalled('curl'))('shows what exec prints', async () => {
    const code = command('npx mockmail exec')
    const { stderr, status } = await run('sh', ['-c', code])
    const [theirs = '', ours = ''] = settled(printedBy(code)).split('\n')
    const said = `${settled(stderr)}\n`
    expect(said).toContain(`${ours}\n`)
    // curl writes its line in pieces, and ours may come between two of them.
    expect(said.replace(`${ours}\n`, '').split('\n')).toContain(theirs)
    expect(status).toBe(60)
  })

  it.skipIf(!isInstalled('curl'))('shows what check prints', async () => {
    const code = command('npx mockmail check')
    const { stdout, status } = await run('sh', ['-c', code])
    const wanted = settled(printedBy(code))
      .split('\n')
      .filter((line) => line !== '' && line !== '…')
    const lines = settled(stdout)
      .split('\n')
      .map((line) => line.trim())
    for (const line of wanted) expect(lines).toContain(line.trim())
    expect(status).toBe(0)
  })

  it('shows what explain prints', async () => {
    const code = command('npx mockmail explain')
    const { stdout, status } = await run('sh', ['-c', code])
    const wanted = printedBy(code)
      .split('\n')
      .filter((line) => line.trim() !== '…')
    for (const line of wanted) expect(stdout.split('\n')).toContain(line)
    expect(status).toBe(0)
  })

  it.each(
    example('flags')
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +#.*/, '')),
  )('has a command that does what it says: %s', async (line) => {
    writeFileSync(join(scratch, 'own.mjs'), ownPart)
    writeFileSync(join(scratch, 'client.mjs'), trustingClient)
    // No run is to last, and other programs may have the ports.
    const offset = 12_000 + Math.floor(Math.random() * 8000)
    const code = line.replace('--port-offset 10000', `--port-offset ${offset}`).replace(/ up .*/, '$& --ttl 100ms')
    const { status, stdout } = await run('sh', ['-c', code])
    expect(status).toBe(0)
    if (line.includes('--port-offset'))
      for (const port of [25, 465, 587, 143]) expect(stdout).toContain(`${offset + port}`)
    if (line.includes('--ready-file')) {
      expect(JSON.parse(readFileSync(join(scratch, 'ready.json'), 'utf8'))).toMatchObject({ event: 'ready' })
    }
    if (line.includes('--trust')) expect(stdout).toBe('* OK')
  })

  it('names files and folders that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? '')
    expect(links.length).toBeGreaterThan(3)
    for (const path of links) expect(() => readFileSync(join(root, path)), path).not.toThrow(/ENOENT/)
  })
})
