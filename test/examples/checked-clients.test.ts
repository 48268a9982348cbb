import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkedClients as page } from '../../scripts/generate/checked-clients.ts'
import type { CheckCell, CheckReport } from '../../src/check/report.ts'
import { coreSet } from '../../src/scenarios/registry.ts'
import { bin, ensureBuilt } from '../cli/mockmail.ts'
import { describeWith, run, temporaryDirectory } from '../support/programs.ts'
import { type CheckedRow, checkedClients, type GalleryClient, gallery, root } from './gallery.ts'

beforeAll(ensureBuilt, 90_000)

/** What a cell came to, on one line. */
const cameTo = ({ verdict, outcome }: Pick<CheckedRow, 'verdict' | 'outcome'>, qualifier: string | null): string =>
  [verdict, outcome, qualifier ?? '-'].join(' ')

const alternatives = ({ qualifier }: CheckedRow): readonly (string | null)[] =>
  typeof qualifier === 'string' || qualifier === null ? [qualifier] : qualifier

const isAbout =
  ({ scenario, protocol, mode }: Pick<CheckCell, 'scenario' | 'protocol' | 'mode'>) =>
  (row: CheckedRow): boolean =>
    row.scenario === scenario && ['*', protocol].includes(row.protocol) && ['*', mode].includes(row.mode)

async function check(client: GalleryClient): Promise<CheckReport> {
  using folder = temporaryDirectory()
  const inFolder = (args: readonly string[]): string[] => args.map((arg) => arg.replace('BUILD', folder.path))
  if (client.build) {
    const [program = '', ...args] = inFolder(client.build)
    const built = await run(program, args, { timeout: 60_000, cwd: root })
    if (built.status !== 0) throw new Error(`${client.name} was not built: ${built.stderr}`)
  }
  const { stdout, stderr } = await run(
    process.execPath,
    [bin, 'check', '--json', '--jobs', '2', ...inFolder(client.check)],
    { timeout: 110_000, cwd: root },
  )
  if (stdout === '') throw new Error(`check of ${client.name} gave no report: ${stderr}`)
  return JSON.parse(stdout) as CheckReport
}

for (const client of gallery) {
  describeWith(client.needs, `mockmail check on ${client.name}`, () => {
    it('gives what the table in examples/ says, which was checked by hand', async () => {
      const known = checkedClients.find((checked) => checked.client === client.name)
      if (!known) throw new Error(`examples/checked-clients.json has no ${client.name}`)
      const version = await client.version()
      if (version !== known.version) console.warn(`${client.name} is ${version}; the table is of ${known.version}`)
      const report = await check(client)

      const wanted: Record<string, unknown> = {}
      const found: Record<string, unknown> = {}
      for (const cell of report.cells) {
        const rows = known.cells.filter(isAbout(cell))
        const key = `${cell.scenario} ${cell.protocol}/${cell.mode}`
        found[key] = cameTo(cell, cell.qualifier)
        const allowed = rows.flatMap((row) => alternatives(row).map((qualifier) => cameTo(row, qualifier)))
        wanted[key] = allowed.length > 1 ? expect.toBeOneOf([...allowed]) : (allowed[0] ?? 'not in the table')
        if (rows.length > 1) wanted[key] = 'in the table more than once'
      }
      expect(found).toEqual(wanted)
      expect(known.cells.filter((row) => !report.cells.some((cell) => isAbout(cell)(row)))).toEqual([])
      expect([...new Set(report.cells.map(({ scenario }) => scenario))]).toEqual(
        coreSet.filter((scenario) => scenario !== 'starttls-stripped' || speaksStarttls(report)),
      )
      expect(report.skipped).toEqual([])
      expect(report.verdict).toBe('pass')
    }, 180_000)
  })
}

const speaksStarttls = ({ cells }: CheckReport): boolean => cells.some(({ mode }) => mode === 'starttls')

describeWith(['curl'], 'a client that does not verify', () => {
  it('is told from one that does', async () => {
    const careless = ['--', 'curl', '-sS', '--insecure', '--user', '{user}:{password}', '{url}/']
    const { stdout, status } = await run(
      process.execPath,
      [bin, 'check', '--json', 'expired', '--protocol', 'imap', '--mode', 'implicit', ...careless],
      { cwd: root },
    )
    const { cells } = JSON.parse(stdout) as CheckReport
    expect(cells.map((cell) => `${cell.scenario} ${cell.mode} ${cameTo(cell, cell.qualifier)}`)).toEqual([
      'good implicit pass accepted -',
      'expired implicit fail leaked -',
    ])
    expect(status).toBe(1)
  })
})

describe('the table', () => {
  it('is of the clients in the gallery, no more and no less', () => {
    expect(checkedClients.map(({ client }) => client)).toEqual(gallery.map(({ name }) => name))
  })

  it('says why in every row', () => {
    for (const { cells } of checkedClients) for (const { why } of cells) expect(why).toMatch(/\w.*\S$/)
  })

  it('is what docs/checked-clients.md shows', () => {
    expect(readFileSync(join(root, 'docs/checked-clients.md'), 'utf8')).toBe(page(root))
  })

  it('has the command of each client in examples/README.md', () => {
    const readme = readFileSync(join(root, 'examples/README.md'), 'utf8')
    for (const { build, check } of gallery) {
      for (const line of [...(build ? [build.join(' ')] : []), `npx mockmail check ${check.join(' ')}`]) {
        expect(readme).toContain(`\n${line.replaceAll('BUILD', '/tmp/mail')}\n`)
      }
    }
  })
})
