import { MockmailError } from '../errors.ts'
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

interface Closable {
  close(): Promise<void>
}

/** Everything is closed when the scope is over, not after each test: with `test.concurrent` another one may still use it. */
export function openMockMail({ afterAll }: Runner): MockMail {
  const open = new Set<Closable>()
  const starting = new Set<Promise<unknown>>()
  let over = false

  const keep = async <T extends Closable>(start: () => Promise<T>): Promise<T> => {
    if (!over) {
      const ready = await start()
      if (!over) {
        open.add(ready)
        return ready
      }
      await ready.close()
    }
    throw new MockmailError('CLOSED', 'The tests of this useMockMail() are over, so its servers are closed.')
  }

  /** A test may have timed out before its server is ready, or go on to ask for one: nothing of it may stay. */
  const kept = <T extends Closable>(start: () => Promise<T>): Promise<T> => {
    const keeping = keep(start)
    starting.add(keeping)
    const done = (): boolean => starting.delete(keeping)
    keeping.then(done, done)
    return keeping
  }

  afterAll(async () => {
    over = true
    await Promise.all([...open].map((ready) => ready.close()))
    await Promise.allSettled(starting)
  })
  return {
    start: (options) => kept(() => startMailServer(optionsOf(options))),
    startAll: (options) => kept(() => startMailServers(options)),
    cases: casesFor,
  }
}

/** What a case says of its expectation is no option of a server. */
function optionsOf(options: MailCase | StartOneOptions): StartOneOptions {
  const { expect, because, reasons, ...run } = options as StartOneOptions &
    Partial<Pick<MailCase, 'expect' | 'because' | 'reasons'>>
  return run
}
