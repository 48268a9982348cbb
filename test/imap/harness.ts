import { bytesOf, type CommandResult, LateReply, piecesOf } from '../../src/servers/core/command-result.ts'
import type { AcceptedMessage, Capability, Credential, Link } from '../../src/servers/core/dialect.ts'
import { type DialogueEnd, type Responder, runDialogue } from '../../src/servers/core/dialogue.ts'
import { Input } from '../../src/servers/core/input.ts'
import { chunksOf } from '../../src/servers/core/pieces.ts'
import { imap } from '../../src/servers/imap/dialect.ts'
import type { ImapSession } from '../../src/servers/imap/session.ts'
import type { NewMessage } from '../../src/servers/mailbox/folder.ts'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'

/** What a link was told, in order. */
export interface Told {
  readonly shown: (readonly Capability[])[]
  readonly credentials: Credential[]
  /** Those that the server has said yes to. */
  readonly admitted: Credential[]
  readonly names: string[]
  readonly messages: AcceptedMessage[]
}

export interface Situation {
  readonly mode?: Link['mode']
  readonly secure?: boolean
  readonly loginOffered?: boolean
  readonly starttlsOffered?: boolean
  readonly mechanisms?: readonly string[]
  readonly store?: MailStore
  readonly messages?: readonly NewMessage[]
  /** Default: true, as on the first phase of a connection. */
  readonly greet?: boolean
}

/** How an answer is replaced, as a quirk would, before it is made. */
export type Replacement = (verb: string, send: CommandResult['send']) => string | undefined

/** A client in memory on a real dialogue: what it sends arrives at once, what the server says is kept. */
export class Client {
  readonly store: MailStore
  readonly told: Told = { shown: [], credentials: [], admitted: [], names: [], messages: [] }
  readonly session: ImapSession
  readonly end: Promise<DialogueEnd>
  readonly #input = new Input()
  #output: Buffer[] = []
  #hungry: (() => void) | undefined
  #over = false
  #answering = false
  #toPush: Parameters<Link['push']>[0] | undefined

  constructor(situation: Situation = {}, replace?: Replacement) {
    const { mode = 'starttls', secure = mode === 'implicit' } = situation
    const starttlsOffered = situation.starttlsOffered ?? (mode === 'starttls' && !secure)
    this.store = situation.store ?? new MailStore(situation.messages)
    const { told, store } = this
    const link: Link = {
      id: 'c1',
      mode,
      secure,
      starttlsOffered,
      loginOffered: situation.loginOffered ?? !starttlsOffered,
      mechanisms: situation.mechanisms ?? ['PLAIN', 'LOGIN'],
      sasl: {},
      scram: () => {},
      usesSasl: () => {},
      start: {},
      binding: () => undefined,
      servername: 'localhost',
      remoteAddress: '127.0.0.1',
      store,
      show: (capabilities) => {
        told.shown.push(capabilities)
        return capabilities
      },
      login: (credential) => {
        told.credentials.push(credential)
        return { right: credential.secret !== 'wrong', admit: () => told.admitted.push(credential) }
      },
      identify: (name) => told.names.push(name),
      envelope: () => undefined,
      accept: (message) => told.messages.push(message),
      push: (make) => {
        this.#toPush = make
        if (!this.#answering) this.#push()
      },
    }
    const responder: Responder = {
      heard: () => undefined,
      respond: async ({ request, result }) => {
        this.#answering = true
        try {
          return await answer(request?.verb ?? '', result)
        } finally {
          this.#answering = false
          this.#push()
        }
      },
    }
    const answer = async (verb: string, result: CommandResult): Promise<CommandResult['next']> => {
      const instead = replace?.(verb, result.send)
      if (instead !== undefined) {
        this.#output.push(Buffer.from(instead, 'latin1'))
        return 'command'
      }
      result.commit?.()
      for await (const chunk of chunksOf(piecesOf(result.send))) this.#output.push(chunk)
      return result.next
    }
    this.session = imap.open(link)
    this.#input.onHungry = () => this.#hungry?.()
    this.end = runDialogue(imap, this.session, this.#input, responder, { greet: situation.greet ?? true }).finally(
      () => {
        this.session.close()
        this.#over = true
        this.#hungry?.()
      },
    )
  }

  /** Sends bytes and resolves with what came until the server waits for more. */
  async send(bytes: string | Buffer): Promise<string> {
    const quiet = this.#quiet()
    this.#input.push(Buffer.from(bytes as string, 'latin1'))
    await quiet
    return this.read()
  }

  /** Sends command lines, each behind the answer to the one before. */
  async lines(...lines: readonly string[]): Promise<string> {
    let said = ''
    for (const line of lines) said += await this.send(`${line}\r\n`)
    return said
  }

  /** What came and was not read yet. */
  read(): string {
    const text = Buffer.concat(this.#output).toString('latin1')
    this.#output = []
    return text
  }

  /** The client ends its side. */
  async hangUp(): Promise<DialogueEnd> {
    this.#input.end()
    return this.end
  }

  #push(): void {
    const make = this.#toPush
    this.#toPush = undefined
    if (make) this.#output.push(bytesOf(new LateReply(make)))
  }

  #quiet(): Promise<void> {
    if (this.#over) return Promise.resolve()
    return new Promise((resolve) => {
      this.#hungry = () => {
        this.#hungry = undefined
        // What one change brings about is pushed a microtask later.
        setImmediate(resolve)
      }
    })
  }
}

/** A client that has read its greeting. */
export async function connect(situation?: Situation, replace?: Replacement): Promise<Client> {
  const client = new Client(situation, replace)
  await settle()
  client.read()
  return client
}

/** A client inside TLS that has logged in and, with a name, selected a mailbox. */
export async function logIn(situation?: Situation, mailbox?: string, replace?: Replacement): Promise<Client> {
  const client = await connect({ mode: 'implicit', ...situation }, replace)
  await client.lines('L LOGIN user secret', ...(mailbox ? [`L SELECT ${mailbox}`] : []))
  return client
}

/** Lets everything happen that is under way. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A message from lines, CRLF at the end of each. */
export const message = (...lines: readonly string[]): NewMessage => ({
  raw: Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'),
  internalDate: new Date('2026-02-02T09:00:00Z'),
})
