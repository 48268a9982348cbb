import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { ensureBuilt, openWorkplace, run } from '../cli/mockmail.ts'
import { describeWith } from '../support/programs.ts'

const script = (name: string): string => join(import.meta.dirname, name)

/** A client that trusts what its machine trusts, and what it says where that does not hold our root. */
interface Stranger {
  readonly name: string
  readonly needs: readonly string[]
  /** The value of `--trust`. */
  readonly trust: string
  /** For `sh -c`, with the variables that `exec` sets. */
  readonly command: string
  readonly refuses: RegExp
  readonly alert: string
}

const target = '"$MOCKMAIL_SERVERNAME" "$MOCKMAIL_PORT" "$MOCKMAIL_USER" "$MOCKMAIL_PASSWORD"'
const noPath = /SunCertPathBuilderException: unable to find valid certification path to requested target/
const store = '-Djavax.net.ssl.trustStore="$MOCKMAIL_PKI/ca.p12" -Djavax.net.ssl.trustStorePassword=mockmail'

const strangers: readonly Stranger[] = [
  {
    name: 'java',
    needs: ['java'],
    trust: 'java',
    command: `java ${script('Session.java')} ${target}`,
    refuses: noPath,
    alert: 'certificate_unknown',
  },
  {
    name: 'python',
    needs: ['python3'],
    trust: 'python',
    command: `python3 ${script('session.py')} ${target}`,
    refuses: /SSLCertVerificationError: .*unable to get local issuer certificate/,
    alert: 'unknown_ca',
  },
  {
    name: 'node',
    needs: ['node'],
    trust: 'node',
    command: `node ${script('session.mjs')} ${target}`,
    refuses: /^UNABLE_TO_GET_ISSUER_CERT_LOCALLY: /m,
    alert: 'silent-close',
  },
  {
    name: 'openssl s_client',
    needs: ['openssl'],
    trust: 'openssl',
    command: String.raw`printf 'a LOGIN %s %s\r\nb LOGOUT\r\n' "$MOCKMAIL_USER" "$MOCKMAIL_PASSWORD" | openssl s_client -quiet -verify_return_error -verify_hostname "$MOCKMAIL_SERVERNAME" -connect "127.0.0.1:$MOCKMAIL_PORT" 2>&1 && echo logged in`,
    refuses: /verify error:num=20:unable to get local issuer certificate/,
    alert: 'unknown_ca',
  },
  {
    name: 'curl',
    needs: ['curl'],
    trust: 'openssl',
    command: 'curl -q -sS -u "$MOCKMAIL_USER:$MOCKMAIL_PASSWORD" -X NOOP "$MOCKMAIL_URL" 2>&1 && echo logged in',
    refuses: /curl: \(60\) SSL certificate problem: unable to get local issuer certificate/,
    alert: 'unknown_ca',
  },
]

/** What this machine may have set already. */
const nothingTrusted = {
  NODE_EXTRA_CA_CERTS: undefined,
  SSL_CERT_FILE: undefined,
  SSL_CERT_DIR: undefined,
  CURL_CA_BUNDLE: undefined,
  REQUESTS_CA_BUNDLE: undefined,
  JAVA_TOOL_OPTIONS: undefined,
}

/** Runs a command around `good`, and reads how the server saw its one connection end. */
async function exec(command: string, trust: readonly string[]) {
  using workplace = openWorkplace()
  const where = ['good', '--protocol', 'imap', '--mode', 'implicit']
  const log = join(workplace.path, 'log')
  const args = ['exec', ...where, '--quiet', '--log', log, ...trust, '--', 'sh', '-c', command]
  const { status, stdout, stderr } = await run(workplace, args, { environment: nothingTrusted })
  const [record, ...more] = readFileSync(log, 'utf8').trimEnd().split('\n')
  expect(more).toEqual([])
  const { credentials, handshake } = JSON.parse(record ?? '')
  return { status, said: stdout + stderr, logins: credentials.length, alert: handshake.alertReceived?.name }
}

beforeAll(ensureBuilt, 90_000)

for (const { name, needs, trust, command, refuses, alert } of strangers) {
  describeWith(needs, `${name} in exec`, () => {
    it(`logs in with --trust ${trust}`, async () => {
      const { status, said, logins } = await exec(command, ['--trust', trust])
      expect({ status, logins, said }).toMatchObject({ status: 0, logins: 1 })
      expect(said).toContain('logged in')
    })

    it(`refuses without --trust ${trust}`, async () => {
      const seen = await exec(command, [])
      expect(seen.status).not.toBe(0)
      expect(seen.logins).toBe(0)
      expect(seen.said).toMatch(refuses)
      if (alert !== 'silent-close') expect(seen.alert).toBe(alert)
    })
  })
}

describeWith(['java'], 'java in exec, where the path has blanks and quotes', () => {
  it.each(['a b', 'it\'s "here"'])('logs in with --trust java: %s', async (folder) => {
    using workplace = openWorkplace()
    const pki = join(workplace.path, folder)
    const command = `java ${script('Session.java')} ${target}`
    const where = ['good', '--protocol', 'imap', '--mode', 'implicit', '--quiet', '--pki', pki, '--trust', 'java']
    const { status, stdout } = await run(workplace, ['exec', ...where, '--', 'sh', '-c', command], {
      environment: nothingTrusted,
    })
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'logged in\n' })
  })
})

describeWith(['java'], 'java with ca.p12 as its truststore', () => {
  it('logs in without --trust', async () => {
    const { status, said, logins } = await exec(`java ${store} ${script('Session.java')} ${target}`, [])
    expect({ status, logins, said }).toEqual({ status: 0, logins: 1, said: 'logged in\n' })
  })
})

it('check --trust makes the client trust the roots too, and without it says what to try', async () => {
  const client = ['--', process.execPath, script('session.mjs'), '{servername}', '{port}', '{user}', '{password}']
  const place = ['check', 'expired', '--protocol', 'imap', '--mode', 'implicit']
  using workplace = openWorkplace()
  const trusting = await run(workplace, [...place, '--trust', 'node', ...client])
  expect(trusting.stdout).toMatch(/\npass: 0 of 2 failed, 2 passed\n$/)
  expect(trusting.status).toBe(0)
  const stranger = await run(workplace, [...place, ...client])
  expect(stranger.stdout).toContain(
    '\ntry: It refuses the good server (unknown-issuer): make it trust the roots in\n{ca}',
  )
  expect(stranger.stdout).toContain('\nfail: 1 of 2 failed, 1 inconclusive, 0 passed\n')
  expect(stranger.status).toBe(1)
})
