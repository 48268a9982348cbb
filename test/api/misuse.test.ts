import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkClient, MockmailError, startMailServer, startMailServers } from '../../src/index.ts'
import { imap, isFree, occupy } from './ports.ts'

describe('misuse', () => {
  it.each([
    [
      'an unknown scenario',
      { scenarios: ['expried'] },
      'UNKNOWN_SCENARIO',
      "There is no scenario 'expried'. Did you mean 'expired'? 'mockmail list' shows them all.",
    ],
    [
      'a conflict',
      { scenarios: ['expired+not-yet-valid'] },
      'CONFLICT',
      "'expired' and 'not-yet-valid' cannot be combined: both set leaf.dates. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.",
    ],
    [
      'an unknown protocol',
      { protocols: ['impa'] },
      'UNKNOWN_PROTOCOL',
      "There is no protocol 'impa'. Did you mean 'imap'? Allowed: smtp, imap, pop3.",
    ],
    [
      'an unknown mode',
      { modes: ['tls'] },
      'UNKNOWN_MODE',
      "There is no mode 'tls'. Did you mean 'starttls'? Allowed: implicit, starttls, plain.",
    ],
    [
      'nothing to serve',
      { scenarios: ['starttls-stripped'], modes: ['implicit'] },
      'NOTHING_TO_SERVE',
      "'starttls-stripped' cannot show on smtp, imap, pop3 in mode implicit: starttls-stripped is of mode starttls only.",
    ],
    [
      'no scenario',
      { scenarios: [] },
      'NOTHING_TO_SERVE',
      'Nothing of what was asked for can show in mode implicit, starttls.',
    ],
    ['an empty scenario', { scenarios: [[]] }, 'UNKNOWN_SCENARIO', "An empty list names no scenario. 'good' is one."],
    [
      'a mistyped option',
      { protocol: ['imap'] },
      'INVALID_OPTION',
      "startMailServers has no option 'protocol'. Did you mean 'protocols'? Allowed: host, servernames, key, now, pki, unconstrained, user, idleTimeout, handshakeTimeout, keylog, scenarios, protocols, modes, port, portBase, portOffset, api.",
    ],
    [
      'a scenario for a list',
      { scenarios: 'good' },
      'INVALID_OPTION',
      "scenarios: 'good' is not allowed. Allowed: a list.",
    ],
    [
      'a scenario that is none',
      { scenarios: [5] },
      'INVALID_OPTION',
      "'5' names no scenario. Allowed: an id, several joined by +, what defineCertificate or defineQuirk returned, or a list of these; 'mockmail list' shows the ids.",
    ],
    [
      'no protocol at all',
      { protocols: [undefined] },
      'UNKNOWN_PROTOCOL',
      "There is no protocol 'undefined'. Allowed: smtp, imap, pop3.",
    ],
    ['a user that is no text', { user: 5 }, 'INVALID_OPTION', "user: '5' is not allowed. Allowed: name:password."],
    [
      'a port for several',
      { port: 4000 },
      'INVALID_OPTION',
      'Port 4000 is for a single endpoint, and 6 would be started. A port base (--port-base, portBase) serves several.',
    ],
    [
      'a port and a base',
      { port: 1, portBase: 2 },
      'INVALID_OPTION',
      'Only one of port, port base and port offset can be given, not 2.',
    ],
    [
      'a port that is none',
      { protocols: ['imap'], modes: ['plain'], port: 1.5 },
      'INVALID_OPTION',
      "port: '1.5' is not allowed. Allowed: a whole number from 0 to 65535.",
    ],
    [
      'a base that is none',
      { portBase: 0 },
      'INVALID_OPTION',
      "portBase: '0' is not allowed. Allowed: a whole number from 1 to 65535.",
    ],
    [
      'a user without a password',
      { user: 'me' },
      'INVALID_OPTION',
      "user: 'me' is not allowed. Allowed: name:password.",
    ],
    [
      'a key of no type',
      { key: 'dsa' },
      'INVALID_OPTION',
      "key: 'dsa' is not allowed. Did you mean 'rsa'? Allowed: ec, rsa.",
    ],
    [
      'a date that is none',
      { now: new Date(Number.NaN) },
      'INVALID_OPTION',
      "now: 'Invalid Date' is not allowed. Allowed: an instant such as 2030-01-31 or 2030-01-31T12:00:00Z, from 1960 to 9980.",
    ],
    [
      'a name that is none',
      { servernames: ['a b'] },
      'INVALID_OPTION',
      "servernames: 'a b' is not allowed. Allowed: a host name in ASCII, a wildcard name such as *.example.com, or an IP address.",
    ],
    [
      'no time',
      { idleTimeout: 0 },
      'INVALID_OPTION',
      "idleTimeout: '0' is not allowed. Allowed: a number of milliseconds above 0.",
    ],
  ])('is refused: %s', async (_, options, code, message) => {
    const starting = startMailServers(options as Parameters<typeof startMailServers>[0])
    await expect(starting).rejects.toMatchObject({ name: 'MockmailError', code, message, exitCode: 2 })
    await expect(starting).rejects.toBeInstanceOf(MockmailError)
  })

  it.each([
    ['no protocol', { mode: 'implicit' }, 'UNKNOWN_PROTOCOL'],
    ['no mode', { protocol: 'imap' }, 'UNKNOWN_MODE'],
    ['nothing', undefined, 'INVALID_OPTION'],
    ['a list of scenarios by another name', { ...imap, scenarios: ['good'] }, 'INVALID_OPTION'],
  ])('of one server is refused: %s', async (_, options, code) => {
    const starting = (startMailServer as (options: unknown) => Promise<unknown>)(options)
    await expect(starting).rejects.toMatchObject({ name: 'MockmailError', code })
  })

  it('of checkClient is refused: a command in place of a function', async () => {
    const checking = (checkClient as (act: unknown) => Promise<unknown>)('curl')
    await expect(checking).rejects.toMatchObject({ name: 'MockmailError', code: 'INVALID_OPTION' })
  })
})

describe('what the machine refuses', () => {
  it('is a port in use, and everything around it is closed again', async () => {
    await using taken = await occupy()
    await expect(startMailServer({ ...imap, port: taken.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      exitCode: 1,
      cause: { code: 'EADDRINUSE' },
    })
    await using server = await startMailServer(imap)
    await expect(startMailServer({ ...imap, port: server.port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    const block = await startMailServers({ protocols: ['pop3'], portBase: true })
    const [first = 0, second = 0] = block.endpoints.map(({ port }) => port)
    await block.endpoints[0]?.close()
    await expect(startMailServers({ protocols: ['pop3'], portBase: first })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Port ${second} on 127.0.0.1 is in use. Another port, or none, finds a free one.`,
    })
    expect(await isFree(first)).toBe(true)
    await block.close()
    const again = await startMailServers({ protocols: ['pop3'], portBase: first })
    expect(again.endpoints.map(({ port }) => port)).toEqual([first, second])
    await again.close()
  })

  it('is an address that is not ours', async () => {
    await expect(startMailServer({ ...imap, host: '203.0.113.9' })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: 'Cannot listen on 203.0.113.9: it is not an address of this machine.',
      cause: { code: 'EADDRNOTAVAIL' },
    })
  })

  it('is a folder that holds no roots', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'api-test-'))
    try {
      mkdirSync(join(folder, 'roots/x'), { recursive: true })
      await expect(startMailServer({ ...imap, pki: folder })).rejects.toMatchObject({
        code: 'PKI_UNUSABLE',
        exitCode: 1,
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
