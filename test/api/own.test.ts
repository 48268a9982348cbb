import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  type DefinedPart,
  defineCertificate,
  defineQuirk,
  type MailServer,
  reply,
  type ScenarioInput,
  send,
  startMailServer,
  startMailServers,
} from '../../src/index.ts'
import { connectRaw, connectTls, tlsError } from '../support/raw.ts'

const shortLived = defineCertificate({
  id: 'short-lived',
  summary: 'The leaf ended an hour ago.',
  leaf: { dates: { notBefore: { days: -2 }, notAfter: { days: -1 / 24 } } },
})

const elsewhere = defineCertificate({
  id: 'elsewhere',
  summary: 'The leaf is of another host.',
  leaf: { names: { dNSName: ['mx.example.org'] } },
  expect: 'either',
})

const greeter = defineQuirk({
  id: 'greeter',
  summary: 'A greeting of its own.',
  layer: 'session',
  protocols: ['pop3', 'imap'],
  modes: ['implicit', 'starttls'],
  expect: 'accept',
  at: { greeting: ({ protocol }) => [send(protocol === 'imap' ? '* OK own\r\n' : '+OK own\r\n')] },
})

const pop3 = { protocol: 'pop3', mode: 'implicit' } as const

const firedOn = ({ connections }: MailServer): readonly string[] =>
  connections.flatMap(({ fired }) => fired.map(({ part, where }) => `${part} ${where}`))

const greetingOf = async (server: MailServer): Promise<string> => {
  const client = connectRaw(server, connectTls(server, { rejectUnauthorized: false }))
  const seen = await client.until('\n')
  client.socket.destroy()
  return seen
}

describe('a certificate of one’s own', () => {
  it('is served, and has fired', async () => {
    await using server = await startMailServer({ ...pop3, scenario: shortLived })
    expect(server).toMatchObject({
      scenario: 'short-lived',
      expectation: { expect: 'reject', because: 'its definition says so' },
    })
    const ended = server.waitForConnection()
    expect((await tlsError(connectTls(server)))?.code).toBe('CERT_HAS_EXPIRED')
    expect((await ended).handshake.certificate?.id).toBe('short-lived')
    expect(firedOn(server)).toEqual(['short-lived certificate'])
    expect(await server.verdict({ settle: 20 })).toBe('pass')
  })

  it('joins another that sets another facet, and its folder has both names', async () => {
    await using servers = await startMailServers({
      scenarios: [[shortLived, 'wrong-host'], 'good'],
      protocols: ['pop3'],
      modes: ['implicit'],
    })
    const server = servers.endpoint({ scenario: [shortLived, 'wrong-host'] })
    expect(server.scenario).toBe('short-lived+wrong-host')
    const socket = connectTls(server, { rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { subjectaltname, valid_to } = socket.getPeerCertificate()
    socket.destroy()
    expect(subjectaltname).toBe('DNS:imap.example.com')
    expect(Date.parse(valid_to)).toBeLessThan(Date.now())
  })

  it('conflicts with one that sets the same facet', async () => {
    await expect(startMailServer({ ...pop3, scenario: [shortLived, 'expired'] })).rejects.toMatchObject({
      code: 'CONFLICT',
      message:
        "'short-lived' and 'expired' cannot be combined: both set leaf.dates. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.",
    })
    await using fine = await startMailServer({ ...pop3, scenario: [shortLived, elsewhere] })
    expect(fine.scenario).toBe('short-lived+elsewhere')
  })

  it('whose id is no folder’s name is refused, and nothing is left listening', async () => {
    const roots = defineCertificate({ id: 'roots', summary: 'x', leaf: { dates: { notAfter: { days: 1 } } } })
    const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
    await expect(startMailServer({ ...pop3, scenario: roots })).rejects.toMatchObject({
      code: 'INVALID_DEFINITION',
      exitCode: 2,
    })
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap')).toHaveLength(before)
  })
})

describe('a quirk of one’s own', () => {
  it('joins a certificate, and each fires for itself', async () => {
    await using server = await startMailServer({ ...pop3, scenario: [greeter, 'expired'] })
    expect(await greetingOf(server)).toBe('+OK own\r\n')
    expect(firedOn(server)).toEqual(['expired certificate', 'greeter greeting'])
    expect(server.expectation).toMatchObject({ expect: 'reject', because: 'the current time is after notAfter' })
  })

  it('joins a quirk of the catalogue that touches something else', async () => {
    await using server = await startMailServer({
      protocol: 'pop3',
      mode: 'starttls',
      scenario: [greeter, 'starttls-stripped'],
    })
    const client = connectRaw(server)
    client.send('CAPA\r\nSTLS\r\n')
    const seen = await client.until(/^\+OK own\r\n\+OK[\s\S]*\r\n\.\r\n-ERR .*\r\n/)
    expect(seen).not.toContain('\r\nSTLS\r\n')
    client.socket.destroy()
    await server.waitForConnection()
    expect(firedOn(server)).toEqual([
      'greeter greeting',
      'starttls-stripped capabilities',
      'starttls-stripped command:starttls',
    ])
  })

  it.each([
    ['the same moment', defineQuirk({ ...facts('rival'), at: { greeting: () => [reply()] } }), 'moment greeting'],
    ['a TLS parameter', undefined, 'TLS parameter maxVersion'],
  ])('conflicts over %s', async (_, rival, what) => {
    const scenario: readonly (string | DefinedPart)[] = rival
      ? [greeter, rival]
      : [defineQuirk({ ...facts('old'), tls: { maxVersion: 'TLSv1.2' } }), 'tls12-only']
    await expect(startMailServer({ ...pop3, scenario })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`cannot be combined: both set the ${what}.`),
    })
  })

  it('is served where it can be, and refused elsewhere', async () => {
    await using servers = await startMailServers({ scenarios: [greeter] })
    expect(servers.endpoints.map(({ protocol, mode }) => `${protocol}/${mode}`)).toEqual([
      'imap/implicit',
      'imap/starttls',
      'pop3/implicit',
      'pop3/starttls',
    ])
    expect(await greetingOf(servers.endpoint({ protocol: 'imap', mode: 'implicit' }))).toBe('* OK own\r\n')
    await expect(startMailServer({ protocol: 'smtp', mode: 'implicit', scenario: greeter })).rejects.toMatchObject({
      code: 'NOTHING_TO_SERVE',
      message: "'greeter' cannot show on smtp in mode implicit: greeter is of pop3, imap only.",
    })
  })

  it('that throws is told as its definition’s: the connection ends, others go on, and close() says so', async () => {
    const error = new Error('own bug')
    const buggy = defineQuirk({
      ...facts('buggy'),
      at: {
        quit: () => {
          throw error
        },
      },
    })
    const server = await startMailServer({ ...pop3, scenario: buggy })
    const other = connectRaw(server, connectTls(server))
    await other.until('+OK')
    const client = connectRaw(server, connectTls(server))
    client.send('QUIT\r\n')
    await client.closed
    other.send('CAPA\r\n')
    await other.until('.\r\n')
    other.socket.destroy()
    await expect(server.close()).rejects.toMatchObject({
      code: 'INVALID_DEFINITION',
      message: "What 'buggy' does at 'quit' threw Error: own bug.",
      cause: error,
    })
  })
})

describe('a run in which a definition throws', () => {
  it('is inconclusive, and its record names the part and the moment', async () => {
    const buggy = defineQuirk({
      ...facts('buggy'),
      at: {
        quit: () => {
          throw new Error('own bug')
        },
      },
    })
    const server = await startMailServer({ ...pop3, scenario: buggy })
    const client = connectRaw(server, connectTls(server))
    client.send('QUIT\r\n')
    await client.closed
    expect(await server.outcome({ settle: 20 })).toMatchObject({
      verdict: 'inconclusive',
      detail: 'inconclusive:defect',
    })
    expect(server.connections[0]?.defect).toContain("What 'buggy' does at 'quit' threw Error: own bug.")
    await expect(server.close()).rejects.toMatchObject({ code: 'INVALID_DEFINITION' })
  })
})

describe('two definitions of one id', () => {
  const rival = defineCertificate({ id: 'elsewhere', summary: 'x', leaf: { dates: { notAfter: { days: 1 } } } })
  const message = "Two different definitions have the id 'elsewhere'. Give each an id of its own."

  it.each<[string, readonly ScenarioInput[]]>([
    ['in two scenarios', [elsewhere, rival]],
    ['in one scenario', [[elsewhere, rival]]],
    ['within others', [[elsewhere, 'expired'], 'good', ['revoked', rival]]],
  ])('are refused %s, as one of them would vanish', async (_, scenarios) => {
    await expect(startMailServers({ scenarios, protocols: ['pop3'], modes: ['implicit'] })).rejects.toMatchObject({
      code: 'INVALID_DEFINITION',
      message,
    })
  })

  it('are no two where it is the same one', async () => {
    await using servers = await startMailServers({
      scenarios: [elsewhere, [elsewhere, 'expired']],
      protocols: ['pop3'],
      modes: ['implicit'],
    })
    expect(servers.endpoints.map(({ scenario }) => scenario)).toEqual(['elsewhere', 'elsewhere+expired'])
  })
})

function facts(id: string) {
  return {
    id,
    summary: 'A quirk of the test.',
    layer: 'session',
    protocols: ['smtp', 'imap', 'pop3'],
    modes: ['implicit', 'starttls'],
  } as const
}
