import net from 'node:net'
import { expect } from 'vitest'
import type { MailServer } from '../../src/index.ts'
import { type BothWays, expectationsOf } from '../../src/testing/expectations.ts'
import { type MockMailOptions, openMockMail } from '../../src/testing/mock-mail.ts'
import { watchedMatchers } from '../../src/testing/watched.ts'
import { type HandRunner, handRunner } from '../support/hand-runner.ts'
import { connectRaw, connectTls } from '../support/raw.ts'

export const imap = { protocol: 'imap', mode: 'implicit' } as const
export const pop3 = { protocol: 'pop3', mode: 'implicit' } as const
export const plain = { protocol: 'pop3', mode: 'plain' } as const
export const quick = { settle: 20 } as const

export type Client = (server: MailServer) => Promise<unknown>

/** Logs in over TLS, with these options of `tls.connect`; rejects with the error of TLS. */
export const speaking =
  (options: object): Client =>
  (server) =>
    new Promise((resolve, reject) => {
      const socket = connectTls(server, options)
      socket.on('error', reject)
      socket.once('secureConnect', () => {
        const client = connectRaw(server, socket)
        client.send(server.protocol === 'imap' ? 'a LOGIN u p\r\nb LOGOUT\r\n' : 'USER u\r\nPASS p\r\nQUIT\r\n')
        void client.closed.then(resolve)
      })
    })

export const strict = speaking({})
export const careless = speaking({ rejectUnauthorized: false })
/** Trusts nobody, so that it refuses every server. */
export const distrustful = speaking({ ca: [] })
/** Connects to nothing. */
export const blind: Client = async () => {
  throw new Error('connect ECONNREFUSED')
}
/** Connects, and is gone before anything was said. */
export const mute: Client = (server) =>
  new Promise((resolve) => {
    const socket = net.connect(server.port, '127.0.0.1', () => socket.destroy())
    socket.once('close', resolve)
  })

export interface File extends HandRunner {
  readonly mail: ReturnType<typeof openMockMail>
  expect(received: unknown): BothWays
  /** One test as README has it: the client ends as it likes, and something is asserted of the server. */
  row(client: Client, scenario: string, assert: Assert, place?: typeof imap | typeof pop3): Promise<unknown>
}

export type Assert = (expects: BothWays, server: MailServer) => Promise<unknown>

export function openFile(options: MockMailOptions = {}, hand = handRunner()): File {
  const mail = openMockMail(hand.runner, { ...quick, ...options })
  const matchers = watchedMatchers(hand.runner)
  const expects = (received: unknown): BothWays => expectationsOf(matchers, received)
  return {
    ...hand,
    mail,
    expect: expects,
    row: (client, scenario, assert, place = imap) =>
      hand.test(async () => {
        const server = await mail.start({ ...place, scenario })
        await client(server).catch(() => {})
        await assert(expects(server), server)
      }),
  }
}

export const toPass: Assert = (expects) => expects.toPass()

/** What somebody may write of a server that is to be refused. */
export const styles: Readonly<Record<string, Assert>> = {
  'toPass()': toPass,
  'toHaveBeenRefused()': (expects) => expects.toHaveBeenRefused(),
  'not.toHaveBeenAccepted()': (expects) => expects.not.toHaveBeenAccepted(),
  'not.toHaveSeenCredentials()': (expects) => expects.not.toHaveSeenCredentials(),
  "toHaveOutcome('refused')": (expects) => expects.toHaveOutcome('refused'),
  "not.toHaveOutcome('leaked')": (expects) => expects.not.toHaveOutcome('leaked'),
  'verdict()': async (_, server) => expect(await server.verdict()).toBe('pass'),
  'outcome()': async (_, server) => expect((await server.outcome()).outcome).toBe('refused'),
}

export const code = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code ?? error
