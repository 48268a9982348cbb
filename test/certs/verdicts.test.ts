import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileJudges, judgeFiles } from '../../scripts/measure/file-judges.ts'
import { type Row, readRecording } from '../../scripts/measure/recording.ts'
import { versionOf } from '../../scripts/measure/run.ts'
import { needsRevocation } from '../../scripts/measure/targets.ts'
import type { KeyType } from '../../src/scenarios/entry.ts'
import { expectRecorded } from '../measured/compare.ts'
import { entries, furtherFaults, writtenPki } from './judges/folders.ts'
import { hasFile, opensslErrors } from './judges/openssl.ts'
import { describeWith, run } from './judges/run.ts'

const ids = Object.keys({ ...entries, ...furtherFaults })

/** The type of a key is nothing that a judge speaks of. */
describe.each<KeyType>(['ec', 'rsa'])('of what lies on the disk with %s keys', (key) => {
  for (const judge of fileJudges) {
    const asked = ids.flatMap((id) => [
      { id, given: '' } as const,
      ...(!judge.takesNoCrl && (id === 'good' || needsRevocation(id)) ? [{ id, given: 'crl' } as const] : []),
    ])

    describeWith(judge.needs, judge.id, () => {
      let said: readonly Row[]
      let version = ''
      beforeAll(async () => {
        version = versionOf(judge.version) ?? 'unknown'
        said = await judgeFiles(judge, key)
      }, 90_000)

      it.each(asked.map(({ id, given }) => [given === '' ? id : `${id} with the CRL`, id, given] as const))(
        'says what is recorded: %s',
        (_, scenario, given) => {
          const now = said.filter((row) => row.scenario === scenario && row.given === given)
          const heard = { recording: readRecording(judge.id), series: '', version }
          expectRecorded(heard, { scenario, given, place: 'files' }, now)
        },
      )
    })
  }
})

describeWith(['openssl'], 'openssl', () => {
  let pki: Awaited<ReturnType<typeof writtenPki>>
  beforeAll(async () => {
    pki = await writtenPki('ec')
  })
  afterAll(() => pki[Symbol.dispose]())

  const hostname = 'localhost'

  it.each(['good', 'expired', 'wrong-host', 'self-signed', 'revoked'])('takes the CRL of %s', async (id) => {
    const folder = pki.folder(id)
    const without = await opensslErrors(folder, { ca: pki.ca, hostname })
    const added = id === 'revoked' ? ['23@0'] : []
    expect(await opensslErrors(folder, { ca: pki.ca, hostname, crl: 'file' })).toEqual([...without, ...added])
  })

  it.each(['self-signed', 'untrusted-root', 'expired-root'])('finds nothing in %s with its root.pem', async (id) => {
    const ca = join(pki.folder(id), 'root.pem')
    expect(await opensslErrors(pki.folder(id), { ca, hostname, crl: 'file' })).toEqual([])
  })

  it('has no root.pem where no anchor helps', () => {
    const without = ['good', 'expired', 'missing-intermediate', 'wrong-host', 'revoked', 'expired-intermediate']
    expect(without.filter((id) => hasFile(pki.folder(id), 'root.pem'))).toEqual([])
  })

  it('takes chain.pem as what missing-intermediate lacks', async () => {
    const folder = pki.folder('missing-intermediate')
    const args = ['verify', '-no-CApath', '-CAfile', pki.ca, '-untrusted', join(folder, 'chain.pem')]
    expect((await run('openssl', [...args, join(folder, 'leaf.pem')])).status).toBe(0)
  })
})
