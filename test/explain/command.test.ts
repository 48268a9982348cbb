import { beforeAll, describe, expect, it } from 'vitest'
import { explain } from '../../src/explain/explain.ts'
import { ensureBuilt, openWorkplace, run } from '../cli/mockmail.ts'

beforeAll(ensureBuilt, 90_000)

describe('mockmail explain', () => {
  it('tells of a scenario in at most 80 columns', async () => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, ['explain', 'self-signed+wrong-host'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^self-signed\+wrong-host\n {2}The leaf, and only the leaf, is signed by its own key;/)
    expect(stdout).toMatch(/\ntry it\n {2}mockmail up self-signed\+wrong-host\n/)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('prints the same as one JSON object', async () => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, ['explain', 'expired', '--json'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(explain('expired'))))
  })

  it('takes an error text, quoted or as several words', async () => {
    using workplace = openWorkplace()
    const quoted = await run(workplace, ['explain', 'certificate has expired', '--json'])
    const words = await run(workplace, ['explain', 'certificate', 'has', 'expired', '--json'])
    expect(JSON.parse(quoted.stdout)).toMatchObject({ schema: 1, kind: 'error', reasons: [{ reason: 'expired' }] })
    expect(words.stdout).toBe(quoted.stdout)
  })

  it.each([
    ['-ERR STLS not supported by server', 'no-tls'],
    ['-9807', 'unknown-issuer'],
  ])('takes %j for a text, though it begins with a hyphen', async (text, reason) => {
    using workplace = openWorkplace()
    const { status, stdout } = await run(workplace, ['explain', text, '--json'])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'error', reasons: [{ reason }] })
  })

  it.each([
    ['of nothing', ['explain']],
    ['of an empty text', ['explain', '']],
    ['of one word that is no id', ['explain', 'qwertz']],
    ['of an unknown part', ['explain', 'expired+qwertz']],
    ['of parts that conflict', ['explain', 'expired+not-yet-valid']],
    ['with a flag that it has not', ['explain', 'expired', '--all']],
  ])('%s is misuse', async (_, parameters) => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, parameters)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).not.toBe('')
    expect(stderr).not.toContain('    at ')
  })

  it.each([
    [
      'no scenario has its reason',
      'error:0A000152:SSL routines::unsafe legacy renegotiation disabled',
      'legacy-renegotiation',
    ],
    ['nothing is known of it', 'qwertz uiop asdfg', undefined],
  ])('ends with 3, on stdout and without an error, where %s', async (_, text, reason) => {
    using workplace = openWorkplace()
    const people = await run(workplace, ['explain', text])
    expect({ status: people.status, stderr: people.stderr }).toEqual({ status: 3, stderr: '' })
    expect(people.stdout).toContain(reason ?? 'Nothing is known of it')
    const json = await run(workplace, ['explain', text, '--json'])
    expect(json.status).toBe(3)
    const { scenarios, reasons } = JSON.parse(json.stdout)
    expect(scenarios).toEqual([])
    expect(reasons[0]?.reason).toBe(reason)
  })

  it('names what is nearest to a mistyped id', async () => {
    using workplace = openWorkplace()
    const { stderr } = await run(workplace, ['explain', 'expird'])
    expect(stderr).toContain("Did you mean 'expired'?")
  })
})
