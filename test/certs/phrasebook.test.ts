import { X509Certificate } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { parsePem } from '../../src/certs/pem.ts'
import type { Identity } from '../../src/certs/types.ts'
import { defineCertificate } from '../../src/index.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { type Description, describeCertificate, differences } from './judges/differences.ts'
import { describeWith, run, testPki } from './judges/run.ts'
import { lines } from './phrasebook-lines.ts'

/** What is served, with the root that it leads to, where that is among those to trust. */
const describeAll = ({ leaf, chainPem }: Identity, caPem: string): Readonly<Record<string, Description>> => {
  const path = [leaf.der, ...parsePem(chainPem)]
  const trusted = parsePem(caPem)
  const surroundings = { others: [...path.slice(1), ...trusted], now }
  const names = path.map((_, index) => ['leaf', 'intermediate'][index] ?? `ca${index}`)
  const top = new X509Certificate(path.at(-1) ?? leaf.der)
  const root = trusted.find((der) => top.issuer === new X509Certificate(der).subject)
  const all = [
    ...path.map((der, index) => [names[index] ?? '', der] as const),
    ...(root ? [['root', root] as const] : []),
  ]
  return Object.fromEntries(all.map(([name, der]) => [name, describeCertificate(der, surroundings)]))
}

/** By member and field; of a member that only one of them has, its name. */
const differencesOf = (identity: Identity, good: Identity, caPem: string): readonly string[] => {
  const [found, right] = [describeAll(identity, caPem), describeAll(good, caPem)]
  return [...new Set([...Object.keys(right), ...Object.keys(found)])].flatMap((member) => {
    const [one, other] = [right[member], found[member]]
    if (one === undefined) return [`and ${member}`]
    return other === undefined ? [`no ${member}`] : differences(one, other).map((field) => `${member} ${field}`)
  })
}

const now = new Date('2026-11-21T12:00:00Z')

describe('a line of the phrasebook, typed as it stands', () => {
  const started = testPki({ now })
  const identityOf = async (id: string): Promise<Identity> => {
    const pki = await started
    const fault = lines[id]?.fault
    if (fault === undefined) return pki.identity('good')
    const own = defineCertificate({ id, summary: 'A line of the phrasebook.', ...fault })
    return pki.identity(id, resolveScenario(own).forConnection(1).certificate.recipe)
  }
  afterAll(async () => (await started).close())

  it.each(Object.entries(lines))(
    '%s differs from good in what it says, and in nothing else',
    async (id, { differs }) => {
      const [identity, good] = [await identityOf(id), await identityOf('good')]
      expect([...differencesOf(identity, good, (await started).caPem)].sort()).toEqual([...differs].sort())
    },
  )

  it('good differs from itself in nothing', async () => {
    const good = await identityOf('good')
    const pki = await started
    expect(differencesOf(pki.identity('good-again'), good, pki.caPem)).toEqual([])
  })

  describeWith(['openssl'], 'openssl', () => {
    const textOf = async (pem: string): Promise<string> =>
      (await run('openssl', ['x509', '-noout', '-text'], pem)).stdout

    it.each(Object.entries(lines).filter(([, { printed }]) => printed))(
      'prints what %s says, and does not of good',
      async (id, { printed = /^$/, differs }) => {
        const shown = async (identity: Identity): Promise<string> =>
          textOf(
            differs.some((field) => field.startsWith('intermediate ')) &&
              !differs.some((field) => field.startsWith('leaf '))
              ? identity.chainPem
              : identity.leaf.pem,
          )
        expect(await shown(await identityOf(id))).toMatch(printed)
        expect(await shown(await identityOf('good'))).not.toMatch(printed)
      },
    )
  })
})
