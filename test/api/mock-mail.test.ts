import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type MockMail, openMockMail } from '../../src/testing/mock-mail.ts'
import { handRunner } from '../support/hand-runner.ts'

const pop3 = { protocol: 'pop3', mode: 'implicit' } as const

/** A scope that is over when the test says so. */
function openScope(): { readonly mail: MockMail; end(): Promise<void> } {
  const { runner, over } = handRunner()
  return { mail: openMockMail(runner), end: over }
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
  const places = ['pop3/implicit', 'pop3/starttls']
  const rows = (filter: object): readonly string[] =>
    mail.cases(filter).map(({ scenario, protocol, mode }) => `${scenario} ${protocol}/${mode}`)

  it('begin with good of each protocol and mode, once, whatever is asked for', () => {
    const good = places.map((place) => `good ${place}`)
    expect(rows({ protocol: 'pop3' }).slice(0, 2)).toEqual(good)
    expect(rows({ protocol: 'pop3' }).filter((row) => row.startsWith('good '))).toEqual(good)
    expect(rows({ protocol: 'pop3', scenarios: ['expired', 'good'] })).toEqual([
      ...good,
      ...places.map((place) => `expired ${place}`),
    ])
    expect(rows({ protocol: 'pop3', mode: 'plain', scenarios: ['auth-never'] }).slice(0, 1)).toEqual([
      'good pop3/plain',
    ])
    expect(rows({ tag: 'validity', protocol: 'smtp', mode: 'starttls' }).slice(0, 2)).toEqual([
      'good smtp/starttls',
      'expired smtp/starttls',
    ])
  })

  it('are exactly the filter where it says what to expect', () => {
    expect(rows({ protocol: 'pop3', scenarios: ['good', 'expired'], expect: 'reject' })).toEqual(
      places.map((place) => `expired ${place}`),
    )
    expect(rows({ protocol: 'pop3', scenarios: ['expired', 'good'], expect: 'accept' })).toEqual(
      places.map((place) => `good ${place}`),
    )
  })

  it('have a title that is a plain string, and start as they are', async () => {
    const [, expired] = mail.cases({ protocol: 'imap', mode: 'implicit', scenarios: ['expired'] })
    if (!expired) throw new Error('There is no row of expired.')
    expect(expired.title).toBe('expired over imap/implicit')
    const { runner, over } = handRunner()
    const server = await openMockMail(runner).start(expired)
    expect(server).toMatchObject({ scenario: 'expired', protocol: 'imap', mode: 'implicit' })
    await over()
  })

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

describe('the options', () => {
  it('are refused where they do not exist, or are no such thing', () => {
    const refusal = (options: object): unknown => {
      try {
        return typeof openMockMail(handRunner().runner, options).start
      } catch (error) {
        return `${(error as { code?: string }).code}: ${(error as Error).message}`
      }
    }
    expect(refusal({ control: 'off', settle: 0 })).toBe('function')
    expect(refusal({ control: () => {} })).toBe('function')
    expect(refusal({ contrl: 'off' })).toMatch(/^INVALID_OPTION: .*Did you mean 'control'\?/)
    expect(refusal({ control: 'on' })).toMatch(/^INVALID_OPTION: .*'on'.* a function .*, or 'off'/)
    expect(refusal({ settle: -1 })).toMatch(/^INVALID_OPTION: .*milliseconds, 0 or more/)
    expect(refusal({ settle: '20' })).toMatch(/^INVALID_OPTION: /)
  })
})
