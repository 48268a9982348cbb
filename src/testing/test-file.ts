import { clock } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import { isControl, judgedWithControl } from '../verdicts/control.ts'
import type { ClientError } from '../verdicts/reasons/reasons.ts'
import type { Judgement } from '../verdicts/verdict.ts'
import { explain, used } from './explain.ts'
import { Pending } from './pending.ts'

/** A client that is to work with a good server: connects, logs in, and rejects when it cannot. */
export type Control = (server: MailServer) => unknown

/** One `useMockMail()`, as the file sees it. */
export interface Scope {
  readonly control: Control | 'off' | undefined
  /** A good server there, kept like every other of the scope. */
  good(place: Place): Promise<MailServer>
  /** Closes its servers. Idempotent. */
  close(): Promise<void>
}

export interface Place {
  readonly protocol: Protocol
  readonly mode: Mode
}

/** A server of a scope, and the tests that may have started it: none where it was started outside of them. */
interface Known {
  readonly scope: Scope
  readonly by: ReadonlySet<unknown>
}

/** Milliseconds in which a matcher that is not awaited may answer when the file is over. */
const longestAnswer = 2500

/** Milliseconds that a control may take. */
const longestControl = 10_000

/**
 * What the tests of one file have shown: where the client works, what it refused, and what was not awaited. All of it is
 * decided when the file is over, so that the order of its tests does not matter.
 */
export class TestFile {
  readonly pending = new Pending()
  /** Whether something will say that the file is over; else a refusal is decided at once. */
  ends = false
  over = false
  readonly #scopes = new Set<Scope>()
  readonly #servers = new Map<MailServer, Known>()
  readonly #seenBefore = new Map<unknown, ReadonlyMap<MailServer, number>>()
  readonly #controlled = new Set<string>()
  readonly #refusals = new Map<string, Set<string>>()
  readonly #tried = new Map<string, Promise<void>>()
  readonly #errors = new Map<MailServer, unknown>()

  join(scope: Scope): void {
    this.#scopes.add(scope)
  }

  /** From now on every judgement of this server counts, whoever asks for it. */
  knows(server: MailServer, scope: Scope): void {
    this.#servers.set(server, { scope, by: new Set(this.pending.running) })
    server.onJudged((judgement) => this.#judged(server, judgement))
  }

  testBegins(test: unknown): void {
    this.pending.begins(test)
    this.#seenBefore.set(test, new Map([...this.#servers.keys()].map((server) => [server, server.counts.connections])))
  }

  /**
   * One that failed may have been ended while it waited.
   * @throws {MockmailError} NOT_AWAITED
   */
  testEnds(test: unknown, { failed }: { readonly failed: boolean }): void {
    this.#seenBefore.delete(test)
    const forgotten = this.pending.ends(test)
    if (forgotten.length > 0 && !failed) throw notAwaited(forgotten, 'when its test ended')
  }

  /** Closes the servers of every scope. */
  async close(): Promise<void> {
    await Promise.all([...this.#scopes].map((scope) => scope.close()))
  }

  /** When what holds now is decided. */
  get decided(): 'now' | 'later' {
    return this.ends && !this.over ? 'later' : 'now'
  }

  /** Whether it has begun and not ended: nested scopes tell of one test several times. */
  isRunning(test: unknown): boolean {
    return this.#seenBefore.has(test)
  }

  /** The dialogues of a test's own servers, and of shared ones that were dialled while it ran. */
  dialoguesOf(test: unknown, { butNot }: { readonly butNot: string }): readonly string[] {
    const before = this.#seenBefore.get(test)
    return [...this.#servers].flatMap(([server, { by }]) => {
      const count = server.counts.connections
      const its = by.has(test) || (by.size === 0 && count > (before?.get(server) ?? 0))
      if (!its || count === 0 || butNot.includes(server.url)) return []
      const outcome = server.judgedSoFar()
      return [explain(server, `came to ${outcome.outcome} (${outcome.verdict})`, outcome)]
    })
  }

  /**
   * An assertion holds of this run. One in which the client used no session needs a control, whatever was asked.
   * @throws {MockmailError} NO_CONTROL where nothing will say that the file is over
   */
  async holds(
    server: MailServer,
    outcome: Judgement,
    { decided }: { readonly decided: 'now' | 'later' },
  ): Promise<void> {
    if (isControl(server, outcome)) this.#controlled.add(nameOf(server))
    if (server.mode === 'plain' || used.has(outcome.outcome) || outcome.outcome === 'not-reached') return
    await this.#refused(server)
    if (decided === 'later') return
    const missing = this.#uncontrolled()
    if (missing) throw missing.error
  }

  /**
   * The end of the file.
   * @throws {MockmailError} NO_CONTROL, NOT_AWAITED
   */
  async end({ filtered }: { readonly filtered: boolean }): Promise<void> {
    if (this.over) return
    this.over = true
    const forgotten = this.pending.left()
    // What they may still reject with belongs to this file, and not to the one that its worker runs next.
    await this.pending.answered(longestAnswer)
    const missing = this.#uncontrolled()
    // Where one was tried and failed, it is not the filter that left it out.
    const excused = missing && filtered && !missing.tried
    const failures = [
      ...(forgotten.length > 0 ? [notAwaited(forgotten, 'when the tests of the file were over')] : []),
      ...(missing && !excused ? [missing.error] : []),
    ]
    if (excused) console.warn(`Not decided, as tests were filtered out: ${missing.error.message}`)
    this.#servers.clear()
    const [first, second] = failures
    if (first && second) throw new MockmailError(first.code, `${first.message}\n${second.message}`)
    if (first) throw first
  }

  async #judged(server: MailServer, outcome: Judgement): Promise<void> {
    if (isControl(server, outcome)) this.#controlled.add(nameOf(server))
    else if (judgedWithControl(outcome, { mode: server.mode, controlled: false }) !== outcome)
      await this.#refused(server)
  }

  async #refused(server: MailServer): Promise<void> {
    const scope = this.#servers.get(server)?.scope
    const off = scope ? scope.control === 'off' : [...this.#scopes].some(({ control }) => control === 'off')
    if (off) return
    const place = nameOf(server)
    this.#refusals.set(place, (this.#refusals.get(place) ?? new Set()).add(server.scenario))
    if (!this.#controlled.has(place)) this.#lookAround()
    if (!this.#controlled.has(place)) await this.#try(server, scope)
  }

  /** Asks a control that was given, once per protocol and mode. */
  #try(server: MailServer, own: Scope | undefined): Promise<void> {
    const place = nameOf(server)
    const scope = [own, ...this.#scopes].find((one) => typeof one?.control === 'function')
    if (!scope || typeof scope.control !== 'function') return Promise.resolve()
    const tried = this.#tried.get(place) ?? this.#run(scope, scope.control, server)
    this.#tried.set(place, tried)
    return tried
  }

  async #run(scope: Scope, control: Control, { protocol, mode }: Place): Promise<void> {
    const server = await scope.good({ protocol, mode })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((_, reject) => {
      timer = clock.setTimeout(() => reject(new Error(`still running after ${longestControl} ms`)), longestControl)
      timer.unref()
    })
    const acted = (async () => void (await control(server)))()
    await Promise.race([acted, late]).catch((error: unknown) => this.#errors.set(server, error))
    clock.clearTimeout(timer)
    await server.outcome()
  }

  /** Judges a scope's controls before its servers are given back: one that is lent tells of its connections when asked. */
  async gather(scope: Scope): Promise<void> {
    this.#lookAround()
    const unclear = [...this.#servers].filter(
      ([server, known]) => known.scope === scope && invites(server) && !this.#controlled.has(nameOf(server)),
    )
    await Promise.all(unclear.map(([server]) => server.outcome({ settle: 0 }).catch(() => undefined)))
  }

  /** Servers that a strict client uses, whether anything was asserted of them or not. */
  #lookAround(): readonly (readonly [MailServer, Judgement])[] {
    const inviting = [...this.#servers.keys()].filter(invites)
    const seen = inviting.map((server) => [server, server.judgedSoFar()] as const)
    for (const [server, outcome] of seen) if (isControl(server, outcome)) this.#controlled.add(nameOf(server))
    return seen
  }

  #uncontrolled(): { readonly error: MockmailError; readonly tried: boolean } | undefined {
    const seen = this.#lookAround()
    const missing = [...this.#refusals].filter(([place]) => !this.#controlled.has(place))
    if (missing.length === 0) return undefined
    const failed = missing.flatMap(([place]) => {
      const [last] = seen.filter(([server]) => nameOf(server) === place).slice(-1)
      return last ? [this.#failed(...last)] : []
    })
    const refusals = missing.map(([place, scenarios]) => `${[...scenarios].join(', ')} (${place})`).join('; ')
    const message = [
      `NO_CONTROL: nothing shows that the client works, and one that never works refuses everything. Judged as refused: ${refusals}.`,
      "Let a test of this file complete a session with 'good' there (mail.cases() without expect begins with it), or give useMockMail({ control: (server) => send(server) }), which is then pointed at 'good'. control: 'off' is for a file that has its control elsewhere.",
      ...failed,
    ]
    return { error: new MockmailError('NO_CONTROL', message.join('\n')), tried: failed.length > 0 }
  }

  #failed(server: MailServer, outcome: Judgement): string {
    const error = this.#errors.get(server)
    const said =
      error === undefined ? '' : `, the client said: ${error instanceof Error ? error.message : String(error)}`
    const what = server.connections.length === 0 ? 'nothing connected' : `came to ${outcome.outcome}`
    return explain(server, `was no control: ${what}${said}`, outcome, error as ClientError | undefined)
  }
}

const invites = ({ expectation }: MailServer): boolean => expectation.expect === 'accept'

const nameOf = ({ protocol, mode }: Place): string => `${protocol}/${mode}`

const notAwaited = (calls: readonly string[], when: string): MockmailError =>
  new MockmailError(
    'NOT_AWAITED',
    `NOT_AWAITED: ${calls.join(', ')} had not answered ${when}, so nothing was asserted: await it, as every matcher of mockmail settles first.`,
  )

// One worker may run several files without loading this module anew, and one file may have an ESM and a CommonJS copy of it.
const key = Symbol.for('mockmail.files')
const shared = globalThis as { [key]?: Map<string, TestFile> }

/** The file of that name; a new one when it is run again. */
export function openFile(name: string): TestFile {
  shared[key] ??= new Map()
  const known = shared[key].get(name)
  if (known && !known.over) return known
  const file = new TestFile()
  shared[key].set(name, file)
  return file
}

/** The file of that name as it is, be it over. */
export const fileNow = (name: string): TestFile => shared[key]?.get(name) ?? openFile(name)
