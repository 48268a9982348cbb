import type { SharedFleet } from '../control/host.ts'
import { type StartServersOptions, startMailServers } from '../control/start.ts'
import { MockmailError } from '../errors.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import { checkOptionNames, invalid } from '../fleet/options.ts'
import type { MailServers, StartOneOptions } from '../fleet/start.ts'
import { startMailServer } from '../fleet/start.ts'
import type { WithChecked, WithCheckedList } from '../scenarios/checked.ts'
import type { ScenarioInput } from '../scenarios/scenario.ts'
import { type CaseFilter, casesFor, type MailCase } from './cases.ts'
import { endWhole, type Runner, watchTests } from './runner.ts'
import { borrowFrom } from './shared/borrowed.ts'
import type { Scope } from './test-file.ts'

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
    options?: StartServersOptions & WithCheckedList<Inputs>,
  ): Promise<MailServers>
  /** Rows for `it.each`, computed from the catalogue. */
  cases<const Inputs extends readonly string[]>(filter?: CaseFilter & WithCheckedList<Inputs>): MailCase[]
}

/** {@link MockMail} with servers of the process that shares its fleet among all workers. */
export interface SharedMockMail extends MockMail {
  /** The roots that a client should trust, the same in every worker of the run. */
  readonly ca: {
    readonly pem: string
    /** `ca.pem` in the directory of the PKI's files. */
    readonly path: string
  }
}

/** Options of `useMockMail()`. */
export interface MockMailOptions {
  /**
   * Take servers of the fleet that the runner's global setup has started, in place of starting them here: one CA for the
   * whole run, and none to be started where one is free. Default false.
   */
  readonly shared?: boolean
  /**
   * A client that shows on a good server that it works: connects, logs in, and rejects when it cannot. Called at most once
   * per protocol and mode, before the first refusal there is judged, where no test has shown it; so a file whose tests are
   * filtered, or that has a single server, is judged too. `'off'`: refusals count without. Default: the file's own tests show it.
   */
  readonly control?: ((server: MailServer) => unknown) | 'off'
  /** Milliseconds without a new connection before a run is judged, where the matcher does not say. Default 250. */
  readonly settle?: number
}

/** Where servers come from. */
interface Source {
  start(options: StartOneOptions): Promise<MailServer>
  startAll(options?: StartServersOptions): Promise<MailServers>
  /** Gives back what only was lent, before the rest is closed. */
  end?(): Promise<void>
}

const ownServers: Source = {
  start: (options) => startMailServer(options),
  startAll: (options) => startMailServers(options),
}

interface Closable {
  close(): Promise<void>
}

/**
 * Everything is closed when the scope is over, not after each test: with `test.concurrent` another one may still use it.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function openMockMail(runner: Runner, options: MockMailOptions = {}, source: Source = ownServers): MockMail {
  checkOptions(options)
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

  const closeAll = async (): Promise<void> => {
    await source.end?.()
    await Promise.all([...open].map((ready) => ready.close()))
    await Promise.allSettled(starting)
  }
  let closed: Promise<void> | undefined

  const file = watchTests(runner)
  const known = (server: MailServer): MailServer => {
    server.settleBy(options.settle)
    file.knows(server, scope)
    return server
  }
  const scope: Scope = {
    control: options.control,
    good: async (place) => known(await kept(() => source.start({ ...place, scenario: 'good' }))),
    close() {
      over = true
      closed ??= closeAll()
      return closed
    },
  }
  file.join(scope)

  runner.afterScope(async ({ over }) => {
    await file.gather(scope)
    // Where one hook fails, vitest runs no other of the same file or describe.
    if (over === 'file') return endWhole(file, runner)
    try {
      if (over === 'last scope') await file.end({ filtered: runner.filtered() })
    } finally {
      await scope.close()
    }
  })
  return {
    start: async (wanted) => known(await kept(() => source.start(optionsOf(wanted)))),
    async startAll(wanted) {
      const servers = await kept(() => source.startAll(wanted))
      servers.endpoints.forEach(known)
      return servers
    },
    cases: casesFor,
  }
}

/** @throws {MockmailError} INVALID_OPTION */
function checkOptions(options: MockMailOptions): void {
  checkOptionNames('useMockMail', options, ['shared', 'control', 'settle'])
  const { control, settle } = options
  if (control !== undefined && control !== 'off' && typeof control !== 'function') {
    throw invalid('control', control, "a function that is given a good server, or 'off'")
  }
  if (settle !== undefined && !(Number.isFinite(settle) && settle >= 0)) {
    throw invalid('settle', settle, 'milliseconds, 0 or more')
  }
}

/**
 * {@link openMockMail} with the servers of a shared fleet.
 * @param setup the module that starts it
 * @throws {MockmailError} NO_SHARED_FLEET when no global setup has started one
 */
export function openSharedMockMail(
  runner: Runner,
  fleet: SharedFleet | undefined,
  setup: string,
  options: MockMailOptions = {},
): SharedMockMail {
  if (!fleet) {
    throw new MockmailError(
      'NO_SHARED_FLEET',
      `useMockMail({ shared: true }) needs the fleet that a global setup starts: globalSetup: ${setup} in the configuration of the runner.`,
    )
  }
  const borrowed = borrowFrom(fleet)
  return { ...openMockMail(runner, options, borrowed), ca: borrowed.ca }
}

/** What a case says of its expectation is no option of a server. */
function optionsOf(options: MailCase | StartOneOptions): StartOneOptions {
  const { title, expect, because, reasons, ...run } = options as StartOneOptions &
    Partial<Pick<MailCase, 'title' | 'expect' | 'because' | 'reasons'>>
  return run
}
