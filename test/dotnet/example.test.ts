import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { type Cell, cellsOf, titled } from '../support/clients/cells.ts'
import { describeWith, type Finished, temporaryDirectory } from '../support/programs.ts'
import { compile, compileMonoClient, monoPrograms, monoTimeout, runMono } from './mono.ts'

vi.setConfig({ testTimeout: monoTimeout, hookTimeout: monoTimeout })

const scenarios = ['good', 'expired', 'wrong-host', 'self-signed', 'starttls-stripped'] as const
const cells = cellsOf(scenarios).filter(({ protocol }) => protocol !== 'smtp')

describeWith(monoPrograms, 'examples/dotnet/Program.cs under Mono', () => {
  const folder = temporaryDirectory()
  let program: string
  let servers: MailServers
  let old: MailServers
  beforeAll(async () => {
    // Mono says of its SmtpClient that it is obsolete.
    program = await compile('../../examples/dotnet/Program.cs', folder.path, '-nowarn:618')
    const smtp = { protocols: ['smtp'], modes: ['starttls'] } as const
    servers = await startMailServers({ scenarios, unconstrained: true })
    old = await startMailServers({ scenarios: ['good+tls10-only', 'expired+tls10-only'], unconstrained: true, ...smtp })
    const store = await compileMonoClient(folder.path)
    for (const { ca } of [servers, old]) await store.trust(ca.path)
  })
  afterAll(async () => {
    await Promise.all([servers?.close(), old?.close()])
    folder[Symbol.dispose]()
  })

  const play = (server: MailServer): Promise<Finished> =>
    runMono([program], {
      environment: {
        HOME: folder.path,
        MOCKMAIL_SERVERNAME: server.servername,
        MOCKMAIL_PORT: String(server.port),
        MOCKMAIL_PROTOCOL: server.protocol,
        MOCKMAIL_MODE: server.mode,
        MOCKMAIL_USER: server.user,
        MOCKMAIL_PASSWORD: server.password,
      },
    })

  const isGood = ({ scenario }: Cell): boolean => scenario === 'good'

  it.each(titled(cells.filter(isGood)))('logs in: %s', async (_, cell) => {
    const server = servers.endpoint(cell)
    expect(await play(server)).toMatchObject({ status: 0, stderr: '' })
    expect(await server.outcome()).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
  })

  it.each(titled(cells.filter((cell) => !isGood(cell))))('refuses, and says so: %s', async (_, cell) => {
    const server = servers.endpoint(cell)
    const { status, stderr } = await play(server)
    expect(status).toBe(1)
    expect(stderr).toMatch(
      cell.scenario === 'starttls-stripped'
        ? /^IOException: the server answered: (?:a BAD|-ERR)/
        : /^AuthenticationException: Ssl error:.*CERTIFICATE_VERIFY_FAILED/,
    )
    expect(await server.outcome()).toMatchObject({ outcome: 'refused', verdict: 'pass' })
  })

  it('sends a message to a server that speaks the TLS 1.0 of its SmtpClient, and none to one that has expired', async () => {
    const [good, expired] = [
      old.endpoint({ scenario: 'good+tls10-only' }),
      old.endpoint({ scenario: 'expired+tls10-only' }),
    ]
    expect(await play(good)).toMatchObject({ status: 0, stderr: '' })
    expect(good.messages).toHaveLength(1)
    expect(await play(expired)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/CERTIFICATE_VERIFY_FAILED/),
    })
    expect(expired.messages).toHaveLength(0)
  })

  it('says that SmtpClient has no implicit TLS', async () => {
    const server = servers.endpoint({ scenario: 'good', protocol: 'smtp', mode: 'implicit' })
    expect(await play(server)).toMatchObject({
      status: 1,
      stderr: 'NotSupportedException: SmtpClient has no implicit TLS\n',
    })
    expect(server.connections).toEqual([])
  })
})
