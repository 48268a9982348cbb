import { join } from 'node:path'
import type { KeyType } from '../../src/scenarios/entry.ts'
import { writtenPki } from '../../test/certs/judges/folders.ts'
import { opensslErrors } from '../../test/certs/judges/openssl.ts'
import { run } from '../../test/certs/judges/run.ts'
import { anonymous, type Said } from './findings.ts'
import type { JudgeFacts } from './judge.ts'
import type { Row } from './recording.ts'
import { needsRevocation } from './targets.ts'

/** A written PKI, and what is asked of it. */
interface Folders {
  readonly pki: Pick<Awaited<ReturnType<typeof writtenPki>>, 'path' | 'ca' | 'folder'>
  readonly ids: readonly string[]
  readonly given: Row['given']
}

/** A judge of what a server would send, as it lies on the disk. */
export interface FileJudge extends JudgeFacts {
  /** What it says of each, in their order; nothing where it finds nothing. */
  check(folders: Folders): Promise<readonly (readonly Said[])[]>
}

const sources = join(import.meta.dirname, '../../test/certs/judges')

const opensslVerify: FileJudge = {
  id: 'openssl-verify',
  ecosystem: 'openssl',
  implementation: 'openssl',
  needs: ['openssl'],
  explained: false,
  version: { command: ['openssl', 'version'], pattern: /OpenSSL (\S+)/ },
  check: ({ pki, ids, given }) =>
    Promise.all(
      ids.map(async (id) => {
        const options = { ca: pki.ca, hostname: 'localhost', ...(given === 'crl' && ({ crl: 'file' } as const)) }
        return (await opensslErrors(pki.folder(id), options)).map((error) => {
          const [code = null, depth] = error.split('@')
          return { code, text: `error ${code} at ${depth} depth lookup` }
        })
      }),
    ),
}

const certtool: FileJudge = {
  id: 'certtool',
  ecosystem: 'gnutls',
  implementation: 'gnutls',
  needs: ['certtool'],
  explained: false,
  takesNoCrl: true,
  version: { command: ['certtool', '--version'], pattern: /certtool (\S+)/ },
  check: ({ pki, ids }) =>
    Promise.all(
      ids.map(async (id) => {
        const args = ['--verify', '--verify-hostname', 'localhost', '--load-ca-certificate', pki.ca]
        const { stdout, stderr } = await run('certtool', [...args, '--infile', join(pki.folder(id), 'fullchain.pem')])
        const verdict = /Chain verification output: (.*?) *$/m.exec(stdout)?.[1]
        if (verdict === undefined) throw new Error(`certtool: ${stdout}${stderr}`)
        return verdict.startsWith('Verified.') ? [] : [{ code: null, text: verdict }]
      }),
    ),
}

/** It checks no names here, and neither the dates nor the constraints of an anchor. */
const javaPkix: FileJudge = {
  id: 'java-pkix',
  ecosystem: 'java',
  implementation: 'java',
  needs: ['java'],
  explained: false,
  version: { command: ['java', '-version'], pattern: /version "(\S+)"/ },
  check: async ({ pki, ids, given }) => {
    const mode = given === 'crl' ? 'crl' : 'plain'
    const { stdout, stderr } = await run('java', [join(sources, 'Verify.java'), pki.path, mode, ...ids])
    return answersOf(ids, stdout, stderr)
  },
}

const goX509: FileJudge = {
  id: 'go-x509',
  ecosystem: 'go',
  implementation: 'go',
  needs: ['go'],
  explained: false,
  takesNoCrl: true,
  version: { command: ['go', 'version'], pattern: /go(\d\S*)/ },
  check: async ({ pki, ids }) => {
    const { stdout, stderr } = await run('go', ['run', join(sources, 'verify.go'), pki.path, ...ids])
    return answersOf(ids, stdout, stderr)
  },
}

export const fileJudges: readonly FileJudge[] = [opensslVerify, certtool, javaPkix, goX509]

/** One process for all: a line for each, its id and `OK` or what is wrong. */
function answersOf(ids: readonly string[], stdout: string, stderr: string): readonly (readonly Said[])[] {
  const lines = stdout.trimEnd().split('\n')
  if (lines.length !== ids.length) throw new Error(`${stdout}${stderr}`)
  return lines.map((line) => {
    const text = line.slice(line.indexOf(' ') + 1)
    return text === 'OK' ? [] : [{ code: null, text }]
  })
}

/** What a judge says of a written PKI with keys of a type, and with the CRLs where they are what it takes. */
export async function judgeFiles(judge: FileJudge, key: KeyType, only?: readonly string[]): Promise<readonly Row[]> {
  using pki = await writtenPki(key)
  const ids = pki.ids.filter((id) => only?.includes(id) ?? true)
  const withCrl = judge.takesNoCrl ? [] : ids.filter((id) => id === 'good' || needsRevocation(id))
  const asked = [
    { given: '', ids },
    { given: 'crl', ids: withCrl },
  ] as const
  const rows: Row[] = []
  for (const { given, ids } of asked) {
    if (ids.length === 0) continue
    const said = await judge.check({ pki, ids, given })
    for (const [index, scenario] of ids.entries()) rows.push(...rowsOfFile(judge, scenario, given, said[index] ?? []))
  }
  return rows
}

function rowsOfFile(judge: FileJudge, scenario: string, given: Row['given'], said: readonly Said[]): readonly Row[] {
  const common = { scenario, client: judge.id, given, series: [''], places: ['files'] }
  if (said.length === 0) return [{ ...common, outcome: 'accepted', code: '', text: '' }]
  return said.map(({ code, text }) => ({
    ...common,
    outcome: 'error',
    code: code ?? '',
    text: anonymous(text, { servername: 'localhost' }),
  }))
}
