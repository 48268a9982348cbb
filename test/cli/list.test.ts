import { beforeAll, describe, expect, it } from 'vitest'
import { scenarios } from '../../src/index.ts'
import { ensureBuilt, openWorkplace, run } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

describe('list', () => {
  it('has one line per entry, in columns', async () => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, ['list'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual(
      scenarios.map(({ id, kind, expect: expected, summary, parameter }) => [
        parameter ? `${id}:…` : id,
        kind,
        expected,
        parameter
          ? expect.stringMatching(new RegExp(`^.+ ${parameter.name}: .*\\(default: ${parameter.default}\\)\\.$`))
          : summary,
      ]),
    )
  })

  it('of a tag is a part of it, word for word', async () => {
    using workplace = openWorkplace()
    expect((await run(workplace, ['list', '--tag', 'control'])).stdout).toBe(
      'good  certificate  accept  Root, intermediate and leaf are right in every respect.\n',
    )
    expect((await run(workplace, ['list', '--tag', 'core'])).stdout.replace(/^(\S+ +\S+ +\S+).*$/gm, '$1')).toBe(`\
good                   certificate  accept
self-signed            certificate  reject
untrusted-root         certificate  reject
missing-intermediate   certificate  reject
expired                certificate  reject
not-yet-valid          certificate  reject
expired-intermediate   certificate  reject
wrong-host             certificate  reject
revoked                certificate  reject
starttls-stripped      quirk        reject
plaintext-on-implicit  quirk        reject
`)
  })

  it('as JSON has every field of every entry', async () => {
    using workplace = openWorkplace()
    const listed = JSON.parse((await run(workplace, ['list', '--json'])).stdout)
    expect(Object.keys(listed)).toEqual(['schema', 'entries'])
    expect(listed.schema).toBe(1)
    expect(listed.entries).toHaveLength(scenarios.length)
    const fields =
      'id kind layer facets summary expect because needs runs references tags aliases protocols modes available unavailableBecause'
    for (const entry of listed.entries) {
      expect(fields.split(' ').filter((field) => !(field in entry))).toEqual([])
    }
    expect(listed.entries.find(({ id }: { id: string }) => id === 'expired')).toMatchObject({
      id: 'expired',
      kind: 'certificate',
      layer: 'certificate',
      facets: ['dates'],
      summary: 'The leaf, and only the leaf, expired yesterday.',
      expect: 'reject',
      because: 'the current time is after notAfter',
      reason: 'expired',
      needs: null,
      runs: 1,
      observable: 'server',
      protocols: ['smtp', 'imap', 'pop3'],
      modes: ['implicit', 'starttls'],
      available: true,
      unavailableBecause: null,
    })
    const tagged = JSON.parse((await run(workplace, ['list', '--json', '--tag', 'core'])).stdout)
    expect(tagged.entries).toEqual(listed.entries.filter(({ tags }: { tags: string[] }) => tags.includes('core')))
  })
})

describe('help', () => {
  it.each([['mockmail'], ['up'], ['exec'], ['list'], ['explain'], ['certs']])('of %s', async (command) => {
    using workplace = openWorkplace()
    const args = command === 'mockmail' ? ['--help'] : [command, '--help']
    const { status, stdout, stderr } = await run(workplace, args, { environment: { COLUMNS: '80' } })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    await expect(stdout).toMatchFileSnapshot(`golden/help-${command}.txt`)
  })

  it('has the version', async () => {
    using workplace = openWorkplace()
    expect((await run(workplace, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
