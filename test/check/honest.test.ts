import { describe, expect, it } from 'vitest'
import { checkClient, type MailServer } from '../../src/index.ts'
import { connectRaw, connectTls } from '../support/raw.ts'

/** Asks inside TLS what the server can do, logs in where that is offered, and leaves. */
async function session(server: MailServer): Promise<boolean> {
  const client = connectRaw(server, connectTls(server))
  const greeting = await client.until('\r\n')
  const offered = !greeting.includes('LOGINDISABLED')
  if (offered) client.send('a LOGIN joe secret\r\n')
  client.send('b LOGOUT\r\n')
  await client.closed
  return offered
}

describe('a client that says it could not log in', () => {
  it('is right where no login is offered, and told otherwise where one was', async () => {
    const places = { protocols: ['imap'], modes: ['implicit'] } as const
    const honest = async (server: MailServer): Promise<void> => {
      if (!(await session(server))) throw new Error('the server offers no way to log in')
    }
    const { cells } = await checkClient(honest, { ...places, scenarios: ['auth-never', 'tls12-only'] })
    const seen = cells.map(({ scenario, verdict, flags }) => [scenario, verdict, ...flags])
    expect(seen).toEqual([
      ['good', 'pass'],
      ['auth-never', 'pass'],
      ['tls12-only', 'pass'],
    ])
    const confused = async (server: MailServer): Promise<void> => {
      await session(server)
      if (server.scenario !== 'good') throw new Error('the server offers no way to log in')
    }
    const other = await checkClient(confused, { ...places, scenarios: ['auth-never', 'tls12-only'] })
    expect(
      other.cells.map(({ scenario, verdict, flags }) => [scenario, verdict, flags.includes('silent-failure')]),
    ).toEqual([
      ['good', 'pass', false],
      ['auth-never', 'pass', false],
      ['tls12-only', 'note', true],
    ])
  })
})
