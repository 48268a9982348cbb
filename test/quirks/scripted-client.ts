import type tls from 'node:tls'
import type { MailServer } from '../../src/index.ts'
import { Wire } from './wire.ts'
import { type Words, words } from './words.ts'

/** Where clients differ. What is absent is as in a client that does everything right. */
export interface Habits {
  /** Goes on without TLS where it cannot be had; else it leaves. */
  readonly goesOnInClear?: true
  /** Logs in without a look at what is offered. */
  readonly logsInUnasked?: true
  /** Never asks for STARTTLS. */
  readonly skipsStarttls?: true
  /** What it says in place of asking again for capabilities after STARTTLS. */
  readonly insteadOfAskingAgain?: readonly string[]
  /** Goes on after a refusal. */
  readonly triesEverything?: true
  /** Takes what came behind the answer to STARTTLS for an answer inside TLS. */
  readonly keepsWhatCameInClear?: true
  /** Leaves where anything stands behind the answer to STARTTLS. */
  readonly leavesAtSurplus?: true
  /** Inside TLS asks twice what the server can do, without waiting for an answer in between. */
  readonly hurries?: true
  /** Leaves once the handshake is done. */
  readonly leavesAfterHandshake?: true
  /** Where the greeting is late, begins TLS at once. */
  readonly triesImplicitTls?: true
  /** Sends a ClientHello and waits for as long as the server likes. */
  readonly waitsForEver?: Uint8Array
  /** Options of its TLS attempts, one connection each. Default: one, that of Node. */
  readonly attempts?: readonly tls.ConnectionOptions[]
  /** Looks at a finished handshake, and goes on. */
  readonly inspects?: (socket: tls.TLSSocket) => void
  /** Milliseconds to wait for a greeting. Default: ten seconds. */
  readonly patience?: number
}

/** Plays a client against a server and returns what crossed, as the client saw it. */
export async function playClient(server: MailServer, habits: Habits = {}): Promise<string> {
  const log: string[] = []
  const attempts = habits.attempts ?? [{}]
  for (const [index, options] of attempts.entries()) {
    if (index > 0) log.push('-- another connection')
    if ((await new Session(server, habits, log).run(options)) !== 'no TLS') return log.join('\n')
  }
  if (habits.goesOnInClear) {
    log.push('-- another connection')
    await new Session(server, { ...habits, skipsStarttls: true }, log).runInClear()
  }
  return log.join('\n')
}

class Session {
  readonly #server: MailServer
  readonly #habits: Habits
  readonly #words: Words
  readonly #log: string[]

  constructor(server: MailServer, habits: Habits, log: string[]) {
    this.#server = server
    this.#habits = habits
    this.#words = words[server.protocol]
    this.#log = log
  }

  async run(options: tls.ConnectionOptions): Promise<'done' | 'no TLS'> {
    const wire = await Wire.open(this.#server.port, this.#log)
    if (!wire) return 'done'
    const { mode } = this.#server
    if (mode === 'implicit' && this.#habits.waitsForEver) return await this.#wait(wire, this.#habits.waitsForEver)
    if (mode === 'implicit' && !(await this.#secure(wire, options))) return 'no TLS'
    if (!(await this.#greeting(wire))) {
      if (!this.#habits.triesImplicitTls || !(await this.#secure(wire, options))) return this.#leave(wire)
      await this.#greeting(wire)
    }
    return await this.#afterGreeting(wire, options)
  }

  async runInClear(): Promise<void> {
    const wire = await Wire.open(this.#server.port, this.#log)
    if (!wire) return
    if (await this.#greeting(wire)) await this.#talk(wire)
    else this.#leave(wire)
  }

  async #afterGreeting(wire: Wire, options: tls.ConnectionOptions): Promise<'done' | 'no TLS'> {
    const { mode } = this.#server
    if (mode !== 'starttls' || wire.secure || this.#habits.skipsStarttls) return await this.#talk(wire)
    await this.#ask(wire, this.#words.capabilities)
    wire.say(this.#words.starttls)
    const reply = await wire.line()
    if (!('text' in reply)) return this.#leave(wire)
    const answer = reply.text
    if (this.#habits.leavesAtSurplus && wire.pending) return this.#leave(wire)
    if (!this.#habits.keepsWhatCameInClear) wire.discard()
    if (!this.#words.isPositive(answer)) {
      return this.#habits.goesOnInClear ? await this.#use(wire) : await this.#quit(wire)
    }
    if (this.#habits.waitsForEver) return await this.#wait(wire, this.#habits.waitsForEver)
    if (!(await this.#secure(wire, options))) return 'no TLS'
    const instead = this.#habits.insteadOfAskingAgain
    if (!instead) return await this.#talk(wire)
    for (const line of instead) await this.#ask(wire, line)
    return await this.#use(wire)
  }

  async #talk(wire: Wire): Promise<'done'> {
    if (this.#habits.leavesAfterHandshake) return this.#leave(wire)
    if (this.#habits.hurries) {
      const { capabilitiesInTls, endOfList } = this.#words
      wire.say(`${capabilitiesInTls}\r\n${capabilitiesInTls}`)
      await wire.reply((text) => (text.match(endOfList)?.length ?? 0) === 2)
      return await this.#use(wire)
    }
    const { capabilities, capabilitiesInTls } = this.#words
    const list = await this.#ask(wire, wire.secure ? capabilitiesInTls : capabilities)
    if (list === undefined) return this.#leave(wire)
    if (!this.#habits.logsInUnasked && !this.#words.offersLogin(list)) return await this.#quit(wire)
    return await this.#use(wire)
  }

  async #use(wire: Wire): Promise<'done'> {
    const { user, password } = this.#server
    for (const line of [...this.#words.login(user, password), ...this.#words.use]) {
      const answer = await this.#ask(wire, line)
      if (answer === undefined) return this.#leave(wire)
      if (this.#words.isPositive(answer)) continue
      // A refused DATA has no text behind it.
      if (!this.#habits.triesEverything || line === 'DATA') break
    }
    return await this.#quit(wire)
  }

  async #quit(wire: Wire): Promise<'done'> {
    await this.#ask(wire, this.#words.quit)
    return this.#leave(wire)
  }

  #leave(wire: Wire): 'done' {
    wire.leave()
    return 'done'
  }

  async #greeting(wire: Wire): Promise<boolean> {
    return 'text' in (await wire.reply((text) => this.#words.isWhole(text, ''), this.#habits.patience))
  }

  async #ask(wire: Wire, line: string): Promise<string | undefined> {
    wire.say(line)
    const answer = await wire.reply((text) => this.#words.isWhole(text, line))
    return 'text' in answer ? answer.text : undefined
  }

  async #secure(wire: Wire, options: tls.ConnectionOptions): Promise<boolean> {
    const failure = await wire.startTls({ ...this.#server.tls, ...options }, this.#habits.inspects)
    return failure === undefined
  }

  async #wait(wire: Wire, clientHello: Uint8Array): Promise<'done'> {
    wire.send(clientHello, 'ClientHello')
    await wire.reply(() => false)
    return this.#leave(wire)
  }
}
