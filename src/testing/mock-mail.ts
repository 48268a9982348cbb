import type { WithChecked, WithCheckedList } from '../scenarios/checked.ts'
import type { ScenarioInput } from '../scenarios/scenario.ts'
import type { MailServer } from '../server.ts'
import type { MailServers, StartOneOptions, StartOptions } from '../start.ts'
import { startMailServer, startMailServers } from '../start.ts'
import { type CaseFilter, casesFor, type MailCase } from './cases.ts'

/** What `useMockMail()` returns: servers that close themselves when the file (or the `describe`) is over. */
export interface MockMail {
  /**
   * Starts one server, for a case or for the options of `startMailServer`.
   * @throws {MockmailError} as `startMailServer`
   */
  start<const Input extends ScenarioInput>(
    options: MailCase | (StartOneOptions & WithChecked<Input>),
  ): Promise<MailServer>
  /**
   * Starts several with one PKI.
   * @throws {MockmailError} as `startMailServers`
   */
  startAll<const Inputs extends readonly ScenarioInput[]>(
    options?: StartOptions & WithCheckedList<Inputs>,
  ): Promise<MailServers>
  /** Rows for `it.each`, computed from the catalogue. */
  cases<const Inputs extends readonly string[]>(filter?: CaseFilter & WithCheckedList<Inputs>): MailCase[]
}

/** What the runner lends. */
export interface Runner {
  afterAll(hook: () => Promise<void>): void
}

/** Everything is closed when the scope is over, not after each test: with `test.concurrent` another one may still use it. */
export function openMockMail({ afterAll }: Runner): MockMail {
  const open = new Set<{ close(): Promise<void> }>()
  const kept = <T extends { close(): Promise<void> }>(started: T): T => {
    open.add(started)
    return started
  }
  afterAll(async () => {
    const closing = [...open].map((started) => started.close())
    open.clear()
    await Promise.all(closing)
  })
  return {
    async start(options) {
      // What a case says of its expectation is no option of a server.
      const { expect, because, reasons, ...run } = options as StartOneOptions &
        Partial<Pick<MailCase, 'expect' | 'because' | 'reasons'>>
      return kept(await startMailServer(run))
    },
    startAll: async (options) => kept(await startMailServers(options)),
    cases: casesFor,
  }
}
