import { describe, expect, it, vi } from 'vitest'
import { startMailServer } from '../../src/index.ts'
import { expectationsOf } from '../../src/testing/expectations.ts'
import { watchedMatchers } from '../../src/testing/watched.ts'
import { handRunner } from '../support/hand-runner.ts'
import { connectRaw } from '../support/raw.ts'
import {
  type Assert,
  blind,
  type Client,
  careless,
  code,
  distrustful,
  imap,
  mute,
  openFile,
  plain,
  pop3,
  quick,
  strict,
  styles,
  toPass,
} from './controlled.ts'

describe.each(Object.entries(styles))('a refusal asserted by %s', (_, style) => {
  const run = async (client: Client, { good }: { readonly good: boolean }) => {
    const file = openFile()
    const control = good ? await file.row(client, 'good', toPass) : undefined
    const refusal = await file.row(client, 'expired', style)
    return { control, refusal, end: await file.over().catch((error: unknown) => error) }
  }

  it('counts of a strict client beside its control, and fails the file without one', async () => {
    expect(await run(strict, { good: true })).toEqual({ control: undefined, refusal: undefined, end: undefined })
    const { refusal, end } = await run(strict, { good: false })
    expect([refusal, code(end)]).toEqual([undefined, 'NO_CONTROL'])
  })

  it('does not count of a client that refuses everything', async () => {
    const { control, refusal, end } = await run(distrustful, { good: true })
    expect((control as Error).message).toContain('did not pass (fail): was refused')
    expect([refusal, code(end)]).toEqual([undefined, 'NO_CONTROL'])
  })

  it.each([
    ['connects to nothing', blind],
    ['says nothing', mute],
    ['looks at no certificate', careless],
  ])('fails of a client that %s, control or not', async (_, client) => {
    for (const good of [true, false]) {
      const { refusal } = await run(client, { good })
      expect(refusal).toBeInstanceOf(Error)
    }
  })
})

it('what was not negotiated needs a control as well', async () => {
  const file = openFile()
  await file.row(strict, 'expired', (expects) => expects.not.toHaveNegotiated({ version: 'TLSv1' }))
  await expect(file.over()).rejects.toMatchObject({ code: 'NO_CONTROL' })
})

describe('a control', () => {
  const refused: Assert = (expects) => expects.toHaveBeenRefused()

  it('counts whatever the order, and although nothing is asserted of it', async () => {
    const file = openFile()
    expect(await file.row(strict, 'expired', refused)).toBeUndefined()
    expect(await file.row(strict, 'good', async () => {})).toBeUndefined()
    await file.over()
  })

  it('counts on its own protocol and mode only', async () => {
    const file = openFile()
    await file.row(strict, 'good', toPass, imap)
    await file.row(strict, 'expired', refused, pop3)
    await expect(file.over()).rejects.toMatchObject({
      code: 'NO_CONTROL',
      message: expect.stringMatching(/Judged as refused: expired \(pop3\/implicit\)\.\n/),
    })
  })

  it('counts for every useMockMail() of the file, whichever scope is over first', async () => {
    const hand = handRunner()
    const [first, second] = [openFile({}, hand), openFile({}, hand)]
    await first.row(strict, 'expired', refused)
    await second.row(strict, 'good', toPass)
    await hand.over()
    const other = handRunner()
    await openFile({}, other).row(strict, 'expired', refused)
    openFile({}, other)
    await expect(other.over()).rejects.toMatchObject({ code: 'NO_CONTROL' })
  })

  it('may be any server that a strict client uses, and not one that it need not', async () => {
    const file = openFile()
    await file.row(strict, 'tls13-only', toPass)
    await file.row(strict, 'expired', refused)
    await file.over()
  })

  it('is not needed in mode plain, nor where the client used the session', async () => {
    const file = openFile()
    const server = await file.mail.start(plain)
    connectRaw(server).send('QUIT\r\n')
    await server.waitForConnection()
    await file.expect(server).toHaveBeenRefused()
    await file.row(careless, 'expired', (expects) => expects.toHaveSeenCredentials())
    await file.over()
  })

  it('is not needed where it is off', async () => {
    const file = openFile({ control: 'off' })
    expect(await file.row(distrustful, 'expired', refused)).toBeUndefined()
    await file.over()
  })

  it('is not asked for twice, and a file that is run again needs its own', async () => {
    const hand = handRunner()
    const first = openFile({}, hand)
    await first.row(strict, 'good', toPass)
    await first.row(strict, 'expired', refused)
    await hand.over()
    await hand.over()
    const again = handRunner()
    const second = openFile({}, { ...again, runner: { ...again.runner, file: hand.runner.file } })
    await second.row(strict, 'expired', refused)
    await expect(second.over()).rejects.toMatchObject({ code: 'NO_CONTROL' })
  })

  it('that was tried and failed is told with its dialogue', async () => {
    const file = openFile()
    await file.row(distrustful, 'good', async () => {})
    await file.row(distrustful, 'expired', refused)
    const error = await file.over().catch((reason: Error) => reason)
    expect((error as Error).message.replace(/:\d{4,5}/, ':PORT')).toBe(
      'NO_CONTROL: nothing shows that the client works, and one that never works refuses everything. Judged as refused: expired (imap/implicit).\n' +
        "Let a test of this file complete a session with 'good' there (mail.cases() without expect begins with it), or give useMockMail({ control: (server) => send(server) }), which is then pointed at 'good'. control: 'off' is for a file that has its control elsewhere.\n" +
        'good (imap/implicit, imaps://localhost:PORT): was no control: came to refused [false-reject, silent-close].\n' +
        'A strict client would accept: the chain ends at a trusted root, the dates hold and the name matches.\n' +
        'Connection 1: TLS: closed (socket hang up); ended by client, fin\n' +
        '  (no bytes of the protocol)\n' +
        'The client has to trust the roots of this run: server.tls in the options of one in Node, server.tls.ca (PEM) for any other.\n' +
        'If the client trusts the roots, its TLS library may not read their name constraints: --unconstrained makes roots without any.',
    )
  })

  it('is only told to be missing where the runner left tests out, unless one was tried and failed', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      const file = openFile({}, handRunner({ filtered: true }))
      await file.row(strict, 'expired', refused)
      await file.over()
      expect(warned.mock.calls).toEqual([
        [
          expect.stringMatching(
            /^Not decided, as tests were filtered out: NO_CONTROL: nothing shows that the client works/,
          ),
        ],
      ])
      const tried = openFile({ control: distrustful }, handRunner({ filtered: true }))
      await tried.row(strict, 'expired', refused)
      await expect(tried.over()).rejects.toMatchObject({ code: 'NO_CONTROL' })
      expect(warned).toHaveBeenCalledTimes(1)
    } finally {
      warned.mockRestore()
    }
  })

  it('is asked for at once where nothing will say that the file is over', async () => {
    await using server = await startMailServer({ ...imap, scenario: 'expired' })
    await strict(server).catch(() => {})
    const loose = handRunner()
    const expects = (received: unknown) => expectationsOf(watchedMatchers(loose.runner), received)
    await expect(expects(server).toHaveBeenRefused(quick)).rejects.toMatchObject({ code: 'NO_CONTROL' })
    await using good = await startMailServer(imap)
    await strict(good)
    await expects(good).toPass(quick)
    await expects(server).toHaveBeenRefused(quick)
  })
})

describe('useMockMail({ control })', () => {
  const refused: Assert = (expects) => expects.toHaveBeenRefused()

  it('is pointed at good once per protocol and mode, before the first refusal there is judged', async () => {
    const seen: string[] = []
    const file = openFile({
      control: async (server) => {
        seen.push(`${server.scenario} ${server.protocol}`)
        await strict(server)
      },
    })
    await file.row(careless, 'expired', (expects) => expects.toHaveBeenAccepted())
    expect(seen).toEqual([])
    await Promise.all([
      file.row(strict, 'expired', refused),
      file.row(strict, 'self-signed', refused),
      file.row(strict, 'expired', refused, pop3),
    ])
    expect(seen.sort()).toEqual(['good imap', 'good pop3'])
    await file.over()
  })

  it('is not called where a test has shown it', async () => {
    const control = vi.fn()
    const file = openFile({ control })
    await file.row(strict, 'good', async () => {})
    await file.row(strict, 'expired', refused)
    await file.over()
    expect(control).not.toHaveBeenCalled()
  })

  it.each([
    ['rejects', blind, /nothing connected, the client said: connect ECONNREFUSED/],
    ['refuses good too', distrustful, /came to refused, the client said: .*[\s\S]*Connection 1: TLS: closed/],
    ['does nothing', async () => {}, /was no control: nothing connected \[not-reached\]/],
  ])('fails the file when it %s, and says why', async (_, client, why) => {
    const file = openFile({ control: client })
    expect(await file.row(strict, 'expired', refused)).toBeUndefined()
    await expect(file.over()).rejects.toMatchObject({ code: 'NO_CONTROL', message: expect.stringMatching(why) })
  })

  it('also shows what plain code asks for', async () => {
    const file = openFile({ control: strict })
    expect(await file.row(strict, 'expired', async (_, server) => expect(await server.verdict()).toBe('pass'))).toBe(
      undefined,
    )
    await file.over()
  })
})
