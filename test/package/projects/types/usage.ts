// What a user writes, and what the compiler must say to it. Compiled as ESM, as CommonJS, and the old way.
import {
  type CheckedScenario,
  type ConnectionRecord,
  defineCertificate,
  formatTranscript,
  type MailServer,
  type MailServers,
  MockmailError,
  type ReceivedMessage,
  type ScenarioId,
  type StartOneOptions,
  scenarios,
  startMailServer,
  startMailServers,
  type Verdict,
} from 'mockmail'

export async function right(computed: string, names: readonly string[]): Promise<void> {
  const server: MailServer = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
  const port: number = server.port
  const verdict: Verdict = await server.verdict()
  const records: readonly ConnectionRecord[] = server.connections
  const message: ReceivedMessage = await server.waitForMessage({ to: /example/ })
  const subject: string | undefined = (await message.parsed()).subject
  const transcript: string = formatTranscript(records[0]?.transcript ?? [])
  console.log(port, verdict, subject, transcript, scenarios[0]?.id)
  await server.close()

  const one = { protocol: 'smtp', mode: 'starttls' } as const
  await startMailServer(one)
  await startMailServer({ ...one, scenario: 'self-signed+wrong-host' })
  await startMailServer({ ...one, scenario: 'wrong.host' })
  await startMailServer({ ...one, scenario: 'expired@2nd+tls12-only' })
  await startMailServer({ ...one, scenario: 'expired+expired-intermediate' })
  await startMailServer({ ...one, scenario: 'chain-length:8@2nd+wrong-host' })
  await startMailServer({ ...one, scenario: 'deep-chain-120+expired' })
  await startMailServer({ ...one, scenario: ['self-signed', 'wrong-host'] })
  await startMailServer({ ...one, scenario: computed })
  const own = defineCertificate({ id: 'my-own', summary: 'Mine.', leaf: { names: { dNSName: ['example.org'] } } })
  await startMailServer({ ...one, scenario: own })
  await startMailServer({ ...one, scenario: ['expired', own] })
  const options: StartOneOptions = { ...one, scenario: computed }
  await startMailServer(options)
  for (const scenario of ['good', 'expired']) await startMailServer({ ...one, scenario })

  const servers: MailServers = await startMailServers({
    scenarios: ['good', 'expired+wrong-host', ['self-signed', 'wrong-host'], own],
    protocols: ['imap'],
  })
  await startMailServers()
  await startMailServers({ scenarios: names })
  servers.endpoint({ scenario: 'expired+wrong-host', protocol: 'imap' })
  servers.endpoint({ scenario: server.scenario })

  const id: ScenarioId = 'expired'
  const valued: ScenarioId = 'chain-length:120'
  const checked: CheckedScenario<'expired+wrong-host'> = 'expired+wrong-host'
  console.log(id, valued, checked, new MockmailError('CONFLICT', 'no').code)
}

export async function wrong(): Promise<void> {
  const one = { protocol: 'smtp', mode: 'starttls' } as const
  // @ts-expect-error there is no such scenario
  await startMailServer({ ...one, scenario: 'expird' })
  // @ts-expect-error there is no such part
  await startMailServer({ ...one, scenario: 'expired+wrong-hosts' })
  // @ts-expect-error both set the dates
  await startMailServer({ ...one, scenario: 'expired+not-yet-valid' })
  // @ts-expect-error both set the dates, whatever suite the name is from
  await startMailServer({ ...one, scenario: 'T_4+not-yet-valid' })
  // @ts-expect-error both set the TLS versions
  await startMailServer({ ...one, scenario: 'tls12-only+tls13-only' })
  // @ts-expect-error nothing would be left of the second
  await startMailServer({ ...one, scenario: 'self-signed+expired-intermediate' })
  // @ts-expect-error there is no such value
  await startMailServer({ ...one, scenario: 'chain-length:9' })
  // @ts-expect-error there is no parameter
  await startMailServer({ ...one, scenario: 'expired:1d' })
  // @ts-expect-error twice the same, whatever its value
  await startMailServer({ ...one, scenario: 'chain-length:8+deep-chain-30' })
  // @ts-expect-error a mistyped key
  defineCertificate({ id: 'my-own', summary: 'Mine.', leaf: { dates: { notAftr: { days: 1 } } } })
  // @ts-expect-error twice the same
  await startMailServer({ ...one, scenario: 'expired+expired' })
  // @ts-expect-error nothing behind the plus
  await startMailServer({ ...one, scenario: 'expired+' })
  // @ts-expect-error no protocol
  await startMailServer({ protocol: 'http', mode: 'starttls' })
  // @ts-expect-error there is no such scenario
  const unknown: ScenarioId = 'expird'
  const servers = await startMailServers()
  // @ts-expect-error there is no such scenario
  servers.endpoint({ scenario: 'expird' })
  // @ts-expect-error servers are started, not made
  console.log(unknown, servers.endpoints[0]?.constructor.prototype.nothing, new servers.endpoints[0]())
}
