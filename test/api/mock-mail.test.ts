import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type MockMail, openMockMail } from '../../src/testing/mock-mail.ts'

const pop3 = { protocol: 'pop3', mode: 'implicit' } as const

/** A scope that is over when the test says so. */
function openScope(): { readonly mail: MockMail; end(): Promise<void> } {
  const hooks: (() => Promise<void>)[] = []
  const mail = openMockMail({ afterAll: (hook) => void hooks.push(hook) })
  return {
    mail,
    async end() {
      for (const hook of hooks) await hook()
    },
  }
}

const listening = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length

const refused = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(undefined)).once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
  })

describe('the end of the scope', () => {
  it('closes what was started, one server or several', async () => {
    const { mail, end } = openScope()
    const one = await mail.start(pop3)
    const several = await mail.startAll({ protocols: ['imap'] })
    await end()
    const ports = [one, ...several.endpoints].map(({ port }) => port)
    expect(await Promise.all(ports.map(refused))).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED'])
  })

  it('waits for a server that is not ready yet, closes it, and tells the test that asked for it', async () => {
    const { mail, end } = openScope()
    const before = listening()
    const late = mail.start(pop3)
    const told = expect(late).rejects.toMatchObject({ code: 'CLOSED', message: /are over/ })
    await end()
    await told
    // Handles that were closed go a turn or two later.
    await expect.poll(listening).toBe(before)
  })

  it('refuses to start another', async () => {
    const { mail, end } = openScope()
    await end()
    await expect(mail.start(pop3)).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(mail.startAll()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('ends the client that hangs, and leaves no rejection of a wait that nobody came to look at', async () => {
    const { mail, end } = openScope()
    const server = await mail.start(pop3)
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const client = net.connect(server.port, '127.0.0.1')
      const ended = new Promise((resolve) => client.on('error', () => {}).once('close', resolve))
      await new Promise((resolve) => client.once('connect', resolve))
      const waiting = server.waitForMessage({}, { timeout: 60_000 })
      await end()
      await ended
      await turn()
      expect(unhandled).toEqual([])
      // Whoever looks after all is told.
      await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' })
    } finally {
      process.off('unhandledRejection', note)
    }
  })
})

describe('cases', () => {
  const { mail } = openScope()

  it('are refused where the filter has a word that does not exist', () => {
    const refusal = (filter: object): unknown => {
      try {
        return mail.cases(filter).length
      } catch (error) {
        return (error as { code?: string }).code
      }
    }
    expect(refusal({ protocol: 'pop3', mode: 'starttls', expect: 'reject', tag: 'core' })).toBeGreaterThan(5)
    expect(refusal({ protocol: 'smpt' })).toBe('UNKNOWN_PROTOCOL')
    expect(refusal({ mode: 'tls' })).toBe('UNKNOWN_MODE')
    expect(refusal({ scenarios: ['expird'] })).toBe('UNKNOWN_SCENARIO')
    expect(refusal({ expect: 'rejct' })).toBe('INVALID_OPTION')
    expect(refusal({ tag: 'nope' })).toBe('INVALID_OPTION')
    expect(refusal({ protcol: 'smtp' })).toBe('INVALID_OPTION')
  })
})
