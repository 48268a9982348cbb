import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Detail, type MailServers, type Protocol, startMailServers, type Verdict } from '../../src/index.ts'
import { presets, quirks } from '../../src/scenarios/registry.ts'
import { titled } from '../support/clients/cells.ts'
import type { Said, SessionClient } from '../support/clients/client.ts'
import { curl } from '../support/clients/curl.ts'
import { imapflow, nodemailer } from '../support/clients/node.ts'
import { python } from '../support/clients/python.ts'
import { cellsFor, mail } from '../support/clients/sessions.ts'
import { describeWith } from '../support/programs.ts'
import { type PlayedId, rowIds } from './row-ids.ts'

/** An error, the same over every protocol or not; or a session that goes well. */
type Sentence = RegExp | 'all is well' | Readonly<Partial<Record<Protocol, RegExp | 'all is well'>>>

/** What is said of a quirk by each of these clients, told to verify, to trust the run's root, and to insist on TLS. */
interface Row {
  readonly curl: Sentence
  readonly python: Sentence
  /** nodemailer and imapflow. */
  readonly node: Sentence
  readonly result: Result | ((sentence: RegExp | 'all is well' | undefined) => Result)
}

type Result = readonly [Detail, Verdict]

const fine: Row = {
  ...{ curl: 'all is well', python: 'all is well', node: 'all is well' },
  result: ['safe-continue', 'pass'],
}

/** By default OpenSSL stumbles over the version, or over the signatures of old times; a matter of the distribution. */
const tooOld: Row = {
  curl: /^curl: \(35\) .*(?:legacy sigalg disallowed or unsupported|alert protocol version|unsupported protocol)/,
  python: /^SSLError: \[SSL: TLSV1_ALERT_PROTOCOL_VERSION\]/,
  node: /:tlsv1 alert protocol version:/,
  result: ['safe-abort', 'pass'],
}

const notTls: Row = {
  curl: /^curl: \(35\) OpenSSL\/.*:wrong version number$/,
  python: /^SSLError: \[SSL: WRONG_VERSION_NUMBER\] wrong version number/,
  node: /^(?:ESOCKET|ERR_SSL_WRONG_VERSION_NUMBER): .*:wrong version number:/,
  result: ['safe-abort', 'pass'],
}

const rows: Readonly<Record<PlayedId, Row>> = {
  'starttls-stripped': {
    curl: { smtp: /STARTTLS not supported\.$/, imap: /STARTTLS not available\.$/, pop3: /STLS not supported\.$/ },
    python: {
      smtp: /^SMTPNotSupportedError: STARTTLS extension not supported by server\.$/,
      imap: /^abort: TLS not supported by server$/,
      pop3: /^error_proto: -ERR STLS not supported by server$/,
    },
    node: {
      smtp: /^ETLS: Error upgrading connection with STARTTLS: 502 5\.5\.1 Command not implemented$/,
      imap: /^Server does not support STARTTLS$/,
    },
    result: ['safe-abort', 'pass'],
  },
  'starttls-refused': {
    curl: { smtp: /^curl: \(64\) STARTTLS denied, code 454$/, imap: /STARTTLS denied$/, pop3: /STARTTLS denied$/ },
    python: {
      smtp: /^SMTPResponseException: \(454, b'4\.7\.0 TLS not available due to temporary reason'\)$/,
      imap: /^error: Couldn't establish TLS session$/,
      pop3: /^error_proto: b'-ERR \[SYS\/TEMP\] temporarily unavailable'$/,
    },
    node: {
      smtp: /^ETLS: Error upgrading connection with STARTTLS: 454 4\.7\.0 TLS not available due to temporary reason$/,
      imap: /^Server does not support STARTTLS$/,
    },
    result: ['safe-abort', 'pass'],
  },
  'starttls-required': fine,
  'starttls-injected': {
    curl: /^curl: \(8\) Weird server reply$/,
    python: 'all is well',
    // nodemailer discards it, imapflow says what it takes it for.
    node: { smtp: 'all is well', imap: /^STARTTLS_INJECTION: Server sent data after the STARTTLS response/ },
    result: (sentence) => [sentence === 'all is well' ? 'safe-continue' : 'safe-abort', 'pass'],
  },
  'first-answer-held': fine,
  'ehlo-required-after-tls': fine,
  'plaintext-on-implicit': notTls,
  'implicit-on-starttls': {
    curl: /^curl: \(56\) response reading failed/,
    python: {
      smtp: /^SMTPServerDisconnected: Connection unexpectedly closed$/,
      imap: /^abort: socket error: EOF$/,
      pop3: /^error_proto: -ERR EOF$/,
    },
    node: { smtp: /^ECONNECTION: Connection closed unexpectedly$/, imap: /^ClosedAfterConnectText: Unexpected close$/ },
    // They wait longer than the server of this test.
    result: ['hung', 'fail'],
  },
  'auth-never': {
    // To send mail, curl and nodemailer take a server that offers no login for one that needs none.
    curl: { smtp: 'all is well', imap: /^curl: \(67\) Login denied$/, pop3: /^curl: \(67\) Login denied$/ },
    python: {
      smtp: /^SMTPNotSupportedError: SMTP AUTH extension not supported by server\.$/,
      imap: /^error: LOGIN command error: BAD \[b'Unknown command'\]$/,
      pop3: /^error_proto: b'-ERR command not implemented'$/,
    },
    node: { smtp: 'all is well', imap: /^Login is disabled$/ },
    result: ['safe-continue', 'pass'],
  },
  'port-closed': {
    curl: /^curl: \(7\) Failed to connect to localhost port \d+ after \d+ ms: Couldn't connect to server$/,
    python: /^ConnectionRefusedError: \[Errno 111\] Connection refused$/,
    node: /^(?:ESOCKET|ECONNREFUSED): connect ECONNREFUSED (?:127\.0\.0\.1|::1):\d+$/,
    result: ['not-reached', 'inconclusive'],
  },
  'tls10-only': tooOld,
  'tls11-only': tooOld,
  'tls12-only': fine,
  'tls13-only': fine,
  'version-intolerant': {
    curl: /^curl: \(35\) OpenSSL SSL_connect: SSL_ERROR_SYSCALL/,
    python: /^SSLEOFError: \[SSL: UNEXPECTED_EOF_WHILE_READING\]/,
    node: /: Client network socket disconnected before secure TLS connection was established$/,
    result: ['safe-abort', 'pass'],
  },
  'sslv3-only': {
    curl: /^curl: \(35\) OpenSSL\/.*:unsupported protocol$/,
    python: /^SSLError: \[SSL: UNSUPPORTED_PROTOCOL\] unsupported protocol/,
    node: /^(?:ESOCKET|ERR_SSL_UNSUPPORTED_PROTOCOL): .*:unsupported protocol:/,
    result: ['safe-abort', 'pass'],
  },
  'sslv2-only': notTls,
  'client-cert-required': {
    curl: /^curl: \(56\) .*:tlsv13 alert certificate required/,
    python: /^SSLError: \[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED\]/,
    node: /:tlsv13 alert certificate required:/,
    result: ['turned-away', 'pass'],
  },
  'client-cert-optional': fine,
  'exchange-like': fine,
}

const scenarios = Object.keys({ ...quirks, ...presets }).filter(
  (id) => !rowIds.some((row) => row === id),
) as readonly PlayedId[]

it('has a row for every quirk and preset', () => {
  expect(Object.keys(rows).sort()).toEqual([...scenarios].sort())
})

const describeProgram = (client: SessionClient, words: 'curl' | 'python' | 'node'): void =>
  describeWith(client.needs, client.name, () => {
    const cells = cellsFor(client, scenarios)
    const said = new Map<unknown, Said>()
    let servers: MailServers
    beforeAll(async () => {
      const shown = [...new Set(cells.map(({ scenario }) => scenario))]
      servers = await startMailServers({ scenarios: shown, protocols: client.protocols, handshakeTimeout: 1500 })
      const targets = cells.map((cell) => servers.endpoint(cell))
      const all = await client.playAll(targets, { ca: servers.ca.path, mail })
      for (const [index, cell] of cells.entries()) said.set(cell, all[index] as Said)
    }, 100_000)
    afterAll(() => servers.close())

    it.each(titled(cells))('says of %s what is in the table, and our verdict agrees', async (_, cell) => {
      const { [words]: sentence, result } = rows[cell.scenario as keyof typeof rows]
      const expected = sentence instanceof RegExp || sentence === 'all is well' ? sentence : sentence[cell.protocol]
      const { ok, said: heard } = said.get(cell) as Said
      if (expected === 'all is well') expect({ ok, heard }).toMatchObject({ ok: true })
      else {
        expect(heard.trim()).toMatch(expected as RegExp)
        expect(ok).toBe(false)
      }
      const [detail, verdict] = typeof result === 'function' ? result(expected) : result
      expect(await servers.endpoint(cell).outcome({ settle: 20 })).toMatchObject({ detail, verdict })
    })
  })

describeProgram(curl, 'curl')
describeProgram(python, 'python')
describeProgram(nodemailer, 'node')
describeProgram(imapflow, 'node')
