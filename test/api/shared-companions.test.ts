import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Host, openHost } from '../../src/control/host.ts'
import type { MailServer } from '../../src/index.ts'
import { openSharedMockMail } from '../../src/testing/mock-mail.ts'
import { handRunner } from '../support/hand-runner.ts'
import { connectRaw, connectTls } from '../support/raw.ts'

const quick = { settle: 20 } as const

let host: Host

beforeAll(async () => {
  host = await openHost({})
})
afterAll(() => host.close())

describe('a server of the shared fleet', () => {
  it('brings the canary to which a client is referred, judges by it, and has it empty in the next run', async () => {
    const { runner, over } = handRunner()
    const mail = openSharedMockMail(runner, host.fleet, "'a module'", { control: 'off' })
    const server = await mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'referral' })
    const [canary] = server.companions as [MailServer]
    const [first, sent] = [connectTls(server), connectRaw(server, connectTls(canary, { rejectUnauthorized: false }))]
    const client = connectRaw(server, first)
    client.send('a LOGIN u p\r\n')
    expect(await client.until(/^a .*\r\n/m)).toContain(`a NO [REFERRAL ${canary.url}]`)
    sent.send('a LOGIN u p\r\n')
    await sent.until(/^a OK/m)
    for (const one of [client, sent]) one.socket.end()
    await Promise.all([client.closed, sent.closed])
    expect(await server.outcome(quick)).toMatchObject({ detail: 'leak-credentials-untrusted-host', verdict: 'fail' })
    server.reset()
    expect(await server.outcome(quick)).toMatchObject({ detail: 'not-reached' })
    const again = connectRaw(canary, connectTls(canary))
    again.send('a LOGIN u p\r\n')
    await again.until(/^a OK/m)
    again.socket.end()
    await again.closed
    expect(await server.outcome(quick)).toMatchObject({ verdict: 'fail' })
    await over()
  })
})
