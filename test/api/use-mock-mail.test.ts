import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { startMailServer } from '../../src/index.ts'
import { openMockMail } from '../../src/testing/mock-mail.ts'
import { useMockMail } from '../../src/testing/vitest.ts'
import { handRunner } from '../support/hand-runner.ts'
import { connectTls, tlsError } from '../support/raw.ts'
import { careful, failure } from './matched.ts'

const mail = useMockMail({ control: 'off' })
const pop3 = { protocol: 'pop3', mode: 'implicit' } as const
const quick = { settle: 20 } as const

describe('useMockMail({ settle })', () => {
  it('is the grace of every matcher that does not say another', async () => {
    const { runner, over } = handRunner()
    const timed = async (settle: number, own?: number): Promise<number> => {
      const server = await openMockMail(runner, { settle, control: 'off' }).start({ ...pop3, scenario: 'expired' })
      await careful(server)
      const before = performance.now()
      await expect(server).toHaveBeenRefused(own === undefined ? {} : { settle: own })
      return performance.now() - before
    }
    expect(await timed(700)).toBeGreaterThan(600)
    expect(await timed(1900, 10)).toBeLessThan(1800)
    await over()
  })
})

describe('useMockMail', () => {
  it.each(mail.cases({ protocol: 'pop3', expect: 'reject', scenarios: ['expired', 'self-signed', 'wrong-host'] }))(
    'starts a case: $scenario over $mode',
    async (one) => {
      const server = await mail.start(one)
      expect(server).toMatchObject({ scenario: one.scenario, protocol: 'pop3', mode: one.mode })
      expect(server.expectation).toMatchObject({ expect: 'reject', because: one.because })
    },
  )

  it('closes what it started when the scope is over, and only that', async () => {
    const { runner, over } = handRunner()
    const scope = openMockMail(runner)
    const [one, several] = [await scope.start(pop3), await scope.startAll({ protocols: ['imap'] })]
    await using mine = await startMailServer(pop3)
    await over()
    const answers = (port: number): Promise<boolean> =>
      new Promise((resolve) => {
        net
          .connect(port, '127.0.0.1')
          .on('error', () => resolve(false))
          .on('connect', function (this: net.Socket) {
            this.destroy()
            resolve(true)
          })
      })
    const ports = [one.port, ...several.endpoints.map(({ port }) => port), mine.port]
    expect(await Promise.all(ports.map(answers))).toEqual([false, false, false, true])
  })
})

describe('a good server that the client refuses', () => {
  it('is said to have roots that some libraries cannot read, and one that is broken is not', async () => {
    const refuse = async (scenario: string): Promise<string> => {
      await using server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario })
      await tlsError(connectTls(server, { checkServerIdentity: () => new Error('cannot read it') }))
      return failure(expect(server).toHaveBeenAccepted(quick))
    }
    expect(await refuse('good')).toContain('--unconstrained')
    expect(await refuse('wrong-host')).not.toContain('--unconstrained')
  })
})
