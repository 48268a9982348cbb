import { describe, expect, it } from 'vitest'
import { run } from '../package/support/shell.ts'
import { copyRepository } from './copy.ts'

const generate = ['scripts/generate.ts']
const check = [...generate, '--check']

describe('npm run generate', () => {
  it('has nothing to change: what is checked in is current', async () => {
    const { status, output } = await run(process.execPath, ['node_modules/tsx/dist/cli.mjs', ...check])
    expect(output).not.toContain('Stale')
    expect(status).toBe(0)
  }, 60_000)

  it('finds what is stale and what is left over, and puts both right', async () => {
    using copy = copyRepository()
    const right = copy.read('docs/scenarios.md')
    copy.write('docs/scenarios.md', right.replace('`expired`', '`expird`'))
    const report = copy.read('docs/reports/mailbee.md')
    copy.write('docs/reports/mailbee.md', report.replace(/(?<=<!-- table -->\n).*\n/, ''))
    copy.write('schemas/gone.json', '{}\n')
    const found = await copy.run('tsx', check)
    expect(found.output).toBe(
      "Stale: docs/scenarios.md, docs/reports/mailbee.md, schemas/gone.json. 'npm run generate' writes them.\n",
    )
    expect(found.status).toBe(1)
    expect((await copy.run('tsx', generate)).output).toBe(
      'Changed: docs/scenarios.md, docs/reports/mailbee.md, schemas/gone.json\n',
    )
    expect(copy.read('docs/scenarios.md')).toBe(right)
    expect(copy.read('docs/reports/mailbee.md')).toBe(report)
    expect((await copy.run('tsx', check)).status).toBe(0)
  }, 120_000)
})

const entry = `
  'born-in-1970': {
    summary: 'The leaf, and only the leaf, ran from 1970 to the run\\'s first day but one.',
    parameter: { name: 'year of birth', values: { 1970: {}, 1971: { expect: 'either' } }, default: 1970 },
    leaf: { dates: { notBefore: days(-20_000), notAfter: days(-1) } },
    expect: 'reject',
    because: 'the current time is after notAfter',
    reason: 'expired',
    references: ['RFC 5280 §4.1.2.5'],
    tags: ['validity'],
    aliases: ['unix-epoch'],
  },`

const user = `
import { startMailServer } from './src/index.ts'
const one = { protocol: 'imap', mode: 'implicit' } as const
await startMailServer({ ...one, scenario: 'born-in-1970' })
await startMailServer({ ...one, scenario: 'unix-epoch+wrong-host' })
await startMailServer({ ...one, scenario: 'born-in-1970:1971+wrong-host' })
// @ts-expect-error a value that is not there
await startMailServer({ ...one, scenario: 'born-in-1970:1972' })
// @ts-expect-error a name that is not there
await startMailServer({ ...one, scenario: 'born-in-1971' })
// @ts-expect-error both set the dates
await startMailServer({ ...one, scenario: 'born-in-1970+not-yet-valid' })
`

const matrix = `
import { casesFor } from './src/testing/cases.ts'
const cells = casesFor({ tag: 'validity' }).filter(({ scenario }) => scenario === 'born-in-1970:1970')
console.log(JSON.stringify(cells.map(({ protocol, mode, expect }) => [protocol, mode, expect].join(' '))))
`

describe('a new certificate', () => {
  it('is a patch to one file: the list, the types, the matrix and the docs have it after npm run generate', async () => {
    using copy = copyRepository()
    const file = 'src/scenarios/certificates/validity.ts'
    const patched = copy.read(file).replace('defineCertificates({', `defineCertificates({${entry}`)
    expect(patched).toContain('born-in-1970')
    copy.write(file, patched)
    expect((await copy.run('tsx', check)).output).toContain('Stale: src/scenarios/claims.ts, docs/scenarios.md')
    expect((await copy.run('tsx', generate)).status).toBe(0)

    const listed = JSON.parse((await copy.run('tsx', ['src/cli/bin.ts', 'list', '--json'])).output) as {
      entries: { id: string; aliases: string[] }[]
    }
    expect(listed.entries.find(({ id }) => id === 'born-in-1970')?.aliases).toEqual(['unix-epoch'])

    copy.write('user.ts', user)
    const config = { extends: './tsconfig.json', include: [], files: ['user.ts', 'src/certs/node-forge.d.ts'] }
    copy.write('tsconfig.user.json', JSON.stringify(config))
    expect((await copy.run('tsc', ['-p', 'tsconfig.user.json'])).output).toBe('')

    copy.write('matrix.ts', matrix)
    const cells = ['smtp', 'imap', 'pop3'].flatMap((name) => [`${name} implicit reject`, `${name} starttls reject`])
    expect(JSON.parse((await copy.run('tsx', ['matrix.ts'])).output)).toEqual(cells)

    expect(copy.read('docs/scenarios.md')).toContain(
      '| `born-in-1970`<br>year of birth: `:1970` (**refuses**), `:1971` (**may do either**); `1970` when nothing is said | The leaf, and only the leaf, ran from 1970',
    )
    expect(copy.read('src/scenarios/claims.ts')).toContain("readonly 'unix-epoch': 'born-in-1970'")
  }, 180_000)
})
