import { readFileSync } from 'node:fs'
import type tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import {
  type ConnectionRecord,
  close,
  defineQuirk,
  inject,
  type MailServer,
  type OwnQuirk,
  type Proof,
  refuse,
  reply,
  type StartOneOptions,
  send,
  startMailServer,
  startMailServers,
} from '../../src/index.ts'
import { linesWith } from '../../src/record/transcript.ts'
import { oneLine } from '../../src/text/printable.ts'
import { isControl } from '../../src/verdicts/control.ts'
import { stepsOf } from '../../src/verdicts/proof.ts'
import { connectRaw, connectTls } from '../support/raw.ts'

const own = (quirk: Partial<OwnQuirk>) =>
  defineQuirk({
    ...{ id: 'a-fault', summary: 'A fault.', layer: 'session', protocols: ['smtp', 'imap', 'pop3'] },
    ...{ modes: ['implicit', 'starttls'], because: 'it is one' },
    ...quirk,
  } as OwnQuirk)

type Place = Pick<StartOneOptions, 'protocol' | 'mode'>

/** Says it inside TLS, behind the greeting where there is one, and leaves when the server has answered all of it. */
async function insideTls(server: MailServer, ...lines: readonly string[]): Promise<void> {
  const options: tls.ConnectionOptions = {}
  if (server.mode === 'starttls') {
    const client = connectRaw(server)
    await client.until('\r\n')
    client.send('a0 STARTTLS\r\n')
    await client.until('a0 OK')
    client.socket.removeAllListeners('data')
    options.socket = client.socket
  }
  const client = connectRaw(server, connectTls(server, options))
  if (server.mode === 'implicit') await client.until('\n')
  for (const line of lines) client.send(Buffer.from(line, 'latin1'))
  client.send(server.protocol === 'imap' ? 'z LOGOUT\r\n' : 'QUIT\r\n')
  await client.closed
}

/** What a fact's path leads to. */
function at(record: ConnectionRecord, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((key) => key !== '')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], record)
}

/** Every step stands where it says that it does, in that record; bytes as they are there. */
function standsIn(server: MailServer, proof: Proof | null): Proof {
  const record = server.connections.find(({ id }) => id === proof?.connection)
  if (!proof || !record) throw new Error('no proof')
  for (const step of stepsOf(proof)) {
    const found = at(record, step.fact)
    expect(found, step.fact).not.toBeUndefined()
    if (step.kind === 'bytes') expect(oneLine(String(found))).toContain(step.text.replace(/…$/, ''))
  }
  return proof
}

describe('what was planted in clear', () => {
  const planted = own({
    protocols: ['imap'],
    modes: ['starttls'],
    expect: 'either',
    shows: ['acted-on-clear-state'],
    plants: [{ mailbox: '7XiYhgS7Ü' }],
    at: { 'command:starttls': () => [inject('* LIST () "/" 7XiYhgS7&ANw-\r\n'), reply()] },
  })

  it.each([
    ['in modified UTF-7', 'a SELECT 7XiYhgS7&ANw-\r\n'],
    ['quoted', 'a SELECT "7XiYhgS7&ANw-"\r\n'],
    ['in another case', 'a status "7xiyhgs7&ANw-" (MESSAGES)\r\n'],
    ['in UTF-8', 'a SELECT "7XiYhgS7\xc3\x9c"\r\n'],
    ['as a literal', 'a SELECT {13+}\r\n7XiYhgS7&ANw-\r\n'],
  ])('proves that it was taken up inside TLS, %s', async (_, line) => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'starttls', scenario: planted })
    await insideTls(server, 'b LOGIN joe secret\r\n', line)
    const { outcome, detail, verdict, proof } = await server.outcome({ settle: 10 })
    expect([outcome, detail, verdict]).toEqual(['fooled', 'acted-on-clear-state', 'fail'])
    expect(standsIn(server, proof)).toMatchObject({ what: 'the mailbox 7XiYhgS7Ü', phase: 'tls', from: 'client' })
    expect(proof?.before[0]?.text).toContain('7XiYhgS7')
  })

  it('proves nothing where the client asks for what it knows', async () => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'starttls', scenario: planted })
    await insideTls(server, 'b LOGIN joe secret\r\n', 'a SELECT INBOX\r\n')
    expect(await server.outcome({ settle: 10 })).toMatchObject({ detail: 'safe-continue', verdict: 'pass' })
  })
})

describe('a fault of its own', () => {
  const imap: Place = { protocol: 'imap', mode: 'implicit' }
  const greeting = (text: string) => ({ at: { greeting: () => [send(text)] } })

  it.each<readonly [string, Partial<OwnQuirk>, Place, readonly string[], readonly string[], string]>([
    [
      'acted-on-wrong-protocol',
      { ...greeting('220 localhost ESMTP\r\n'), shows: ['acted-on-wrong-protocol'] },
      imap,
      ['a LOGIN joe secret\r\n'],
      [],
      'a LOGIN joe secret',
    ],
    [
      'accepted-bad-dialogue',
      { ...greeting('* BYE go away\r\n'), shows: ['accepted-bad-dialogue'] },
      imap,
      ['a CAPABILITY\r\n'],
      [],
      'a CAPABILITY',
    ],
    ['accepted-bad-dialogue', greeting('* BYE go away\r\n'), imap, ['a CAPABILITY\r\n'], [], 'a CAPABILITY'],
    [
      'tolerated-malformed',
      // A warning alert in clear before the ServerHello, RFC 8446 §6.
      {
        layer: 'tls',
        at: { 'client-hello': () => [send(Uint8Array.of(21, 3, 3, 0, 2, 1, 112)), reply()] },
        shows: ['tolerated-malformed'],
      },
      imap,
      ['a CAPABILITY\r\n'],
      [],
      'a CAPABILITY',
    ],
    [
      'accepted-bad-tls',
      {
        layer: 'tls',
        at: { 'client-hello': () => [send(Uint8Array.of(21, 3, 3, 0, 2, 1, 112)), reply()] },
        shows: ['accepted-bad-tls'],
      },
      imap,
      ['a CAPABILITY\r\n'],
      [],
      'a CAPABILITY',
    ],
    [
      'looped',
      { at: { 'command:capabilities': () => [refuse('not-implemented')] }, shows: ['looped'], expect: 'either' },
      imap,
      Array.from({ length: 10 }, (_, index) => `a${index} CAPABILITY\r\n`),
      Array.from({ length: 9 }, (_, index) => `a${index} CAPABILITY\r\n`),
      'a9 CAPABILITY',
    ],
    [
      'downgraded-mech',
      { capabilities: { add: ['X-FAULT'] }, shows: ['downgraded-mech'], expect: 'accept' },
      { protocol: 'smtp', mode: 'implicit' },
      ['EHLO x\r\nAUTH CRAM-MD5\r\n*\r\nAUTH PLAIN AGpvZQBzZWNyZXQ=\r\n'],
      ['EHLO x\r\nAUTH PLAIN AGpvZQBzZWNyZXQ=\r\n'],
      'password of joe by PLAIN: secret',
    ],
  ])('is found as %s, with its proof behind the fault', async (name, quirk, place, careless, strict, text) => {
    for (const [lines, found] of [
      [careless, true],
      [strict, false],
    ] as const) {
      await using server = await startMailServer({ ...place, scenario: own(quirk) })
      await insideTls(server, ...lines)
      const { detail, proof, verdict } = await server.outcome({ settle: 10 })
      if (!found) {
        expect(detail).not.toBe(name)
        continue
      }
      expect([detail, proof?.text]).toEqual([name, text])
      expect(verdict).not.toBe('pass')
      const [fired] = server.connections[0]?.fired.filter(({ part }) => part === 'a-fault') ?? []
      expect(standsIn(server, proof).at).toBeGreaterThanOrEqual(fired?.at ?? Number.NaN)
    }
  })

  it('is a truncation that was accepted where the original is removed later', async () => {
    const cut = own({
      protocols: ['pop3'],
      shows: ['accepted-truncation'],
      expect: 'either',
      at: {
        'command:fetch': ({ reply: whole, nth }) =>
          nth === 1 ? [send(whole.slice(0, whole.length / 2)), close('fin')] : undefined,
      },
    })
    await using server = await startMailServer({ protocol: 'pop3', mode: 'implicit', scenario: cut })
    const login = 'USER joe\r\nPASS secret\r\n'
    await insideTls(server, `${login}RETR 1\r\n`)
    expect(await server.verdict({ settle: 10 })).toBe('pass')
    await insideTls(server, `${login}DELE 1\r\n`)
    const { detail, proof } = await server.outcome({ settle: 10 })
    expect([detail, proof?.text, proof?.nth]).toEqual(['accepted-truncation', 'DELE 1', 2])
  })

  it('is the client certificate that a server got which had to be refused', async () => {
    await using servers = await startMailServers({
      ...{ scenarios: ['self-signed+client-cert-optional'], protocols: ['imap'], modes: ['implicit'] },
    })
    const [server] = servers.endpoints
    if (!server) throw new Error('nothing is served')
    const [key, cert] = ['leaf.key', 'fullchain.pem'].map((name) => readFileSync(`${servers.pki}/clients/good/${name}`))
    const client = connectRaw(server, connectTls(server, { rejectUnauthorized: false, key, cert }))
    await client.until('\r\n')
    client.socket.end()
    await client.closed
    const { detail, proof, verdict } = await server.outcome({ settle: 10 })
    expect([detail, verdict, proof?.fact]).toEqual(['leak-identity-untrusted', 'fail', 'handshake.clientCertificate'])
    expect(standsIn(server, proof).before.map(({ fact }) => fact)).toEqual(['handshake.certificate'])
  })
})

describe('the lines of a dialogue that prove an outcome', () => {
  it('are found by their octets, in a pipeline too', async () => {
    await using server = await startMailServer({ protocol: 'smtp', mode: 'starttls', scenario: 'starttls-stripped' })
    const client = connectRaw(server)
    await client.until('\r\n')
    client.send('EHLO x\r\nAUTH LOGIN\r\nam9l\r\nc2VjcmV0\r\nNOOP\r\nQUIT\r\n')
    await client.closed
    const { proof } = await server.outcome({ settle: 10 })
    const [record] = server.connections
    if (!record || !proof) throw new Error('nothing recorded')
    const lines = linesWith(record, stepsOf(standsIn(server, proof)))
    const text = record.transcript.flatMap(({ from, text }) =>
      text
        .split('\r\n')
        .filter((line) => line !== '')
        .map((line) => `${from === 'client' ? 'C' : 'S'}: ${line}`),
    )
    expect(lines.map((line) => text[line])).toEqual(['C: AUTH LOGIN', 'C: c2VjcmV0', 'S: 334 VXNlcm5hbWU6'])
  })
})

describe('a run', () => {
  it('is no refusal as long as another connection is open that may yet do wrong', async () => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
    const refusing = connectTls(server)
    await new Promise((resolve) => refusing.once('error', resolve))
    expect(await server.outcome({ settle: 10 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
    const open = connectRaw(server)
    await new Promise((resolve) => open.socket.once('connect', resolve))
    expect(await server.outcome({ settle: 10 })).toMatchObject({
      ...{ outcome: 'not-reached', detail: 'inconclusive:still-open', verdict: 'inconclusive', proof: null },
    })
    open.socket.end()
    await open.closed
    expect(await server.verdict({ settle: 10 })).toBe('pass')
  })

  it('is a control only where the client spoke the protocol', async () => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'good' })
    await insideTls(server, 'GET / HTTP/1.1\r\n')
    const junk = await server.outcome({ settle: 10 })
    expect([junk.detail, isControl(server, junk)]).toEqual(['safe-continue', true])
    server.reset()
    const client = connectRaw(server, connectTls(server))
    await client.until('\r\n')
    client.send('GET / HTTP/1.1\r\n\r\n')
    client.socket.end()
    await client.closed
    const outcome = await server.outcome({ settle: 10 })
    expect([outcome.detail, isControl(server, outcome)]).toEqual(['safe-continue', false])
  })
})
