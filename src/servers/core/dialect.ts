import type { ScramRecord } from '../../record/record.ts'
import type { Refusal } from '../../scenarios/effects.ts'
import type { CapabilityChange, SaslWords, StartWords } from '../../scenarios/quirk-words.ts'
import type { Action, Mode, Protocol } from '../../scenarios/vocabulary.ts'
import type { MailStore } from '../mailbox/mailbox.ts'
import type { CommandResult } from './command-result.ts'
import type { Pieces } from './pieces.ts'

/** One line of a capability list: `name` is neutral (`starttls`, `auth`) or the keyword, `text` what is sent. */
export interface Capability {
  readonly name: string
  readonly text: string
}

/** What a client presented to log in. */
export interface Credential {
  readonly kind: 'password' | 'bearer' | 'digest'
  readonly mechanism: string
  readonly user: string
  readonly secret: string
  /** For digests: whether the digest is the one that this password gives. */
  readonly matches?: (password: string) => boolean
  /** The server has to prove that it knows the password too, so that there is no right one but the run's. */
  readonly mutual?: true
}

/** A credential that has crossed. */
export interface Login {
  readonly right: boolean
  /** Records that the server said yes; for the commit of the reply that says so. */
  admit(): void
}

/** What a dialect may know and do about its connection. It never sees a socket. */
export interface Link {
  readonly id: string
  readonly mode: Mode
  /** Inside TLS. */
  readonly secure: boolean
  /** Whether logging in is allowed in this phase: inside TLS, in mode plain, or where STARTTLS is not on offer. */
  readonly loginOffered: boolean
  /** Whether STARTTLS/STLS can be had now: not inside TLS, not in mode plain. A quirk may still hide or refuse it. */
  readonly starttlsOffered: boolean
  /** SASL mechanisms that are offered, in order. */
  readonly mechanisms: readonly string[]
  /** How logins by SASL differ from right ones. */
  readonly sasl: SaslWords
  /** Records what a SCRAM exchange has come to. */
  scram(exchange: Omit<ScramRecord, 'at' | 'phase'>): void
  /** A login goes otherwise than it should: what changes it has shown. */
  usesSasl(): void
  /** What is there when the connection begins: only in its first phase. */
  readonly start: Pick<StartWords, 'state' | 'apop'>
  /** What binds a login to this TLS session, RFC 5929 and RFC 9266; undefined where there is none. */
  binding(kind: string): Buffer | undefined
  /** Name the server calls itself. */
  readonly servername: string
  readonly remoteAddress: string
  readonly store: MailStore
  /** Applies the quirks to a dialect's capabilities, records that they were shown, and returns what to send. */
  show(capabilities: readonly Capability[], where?: CapabilityChange['in']): readonly Capability[]
  /** Records a credential and says whether it is right. Call it before deciding anything, so that a leak is recorded. */
  login(credential: Credential): Login
  /** Records a user's name that crossed alone: USER, the first half of AUTH LOGIN. */
  identify(name: string): void
  /** Records sender and recipients that were accepted. */
  envelope(from: string, to: readonly string[]): void
  /** Records a message and, unless `stored` says otherwise, stores it for IMAP and POP3 clients. */
  accept(message: AcceptedMessage): void
  /**
   * Writes unasked, between commands or while a continuation waits (IMAP IDLE). What is made when the client has read all
   * that came before: of what is pushed meanwhile only the newest is made.
   */
  push(make: () => Pieces): void
}

export interface AcceptedMessage {
  readonly via: 'DATA' | 'APPEND'
  /** Dot-stuffing removed. */
  readonly raw: Buffer
  /**
   * `by-dialect`: APPEND names a folder, flags and a date, so the dialect stores it itself. `nowhere`: there is no room; it
   * has crossed all the same. Default: the INBOX does.
   */
  readonly stored?: 'by-dialect' | 'nowhere'
  readonly from?: string
  readonly to?: readonly string[]
}

/** One command line, taken apart as far as the table needs it. */
export interface Request {
  /** Upper case. */
  readonly verb: string
  /** Everything behind the verb and one space, latin1. */
  readonly args: string
  /** IMAP tag, else ''. */
  readonly tag: string
  /** The whole line without CRLF. */
  readonly line: Buffer
}

/** A command is data; the table checks the state before `run` is called. */
export interface Command<S extends Session> {
  readonly verb: string
  readonly action: Action
  /** States (the RFC's words, kebab-case) in which it is allowed. */
  readonly states: readonly S['state'][] | 'any'
  /** `RFC 2595 §4`. */
  readonly reference: string
  run(session: S, request: Request): CommandResult | Promise<CommandResult>
}

/** The dialogue of one TLS phase. After an upgrade a new one is opened, so nothing of the clear phase is left. */
export interface Session {
  readonly state: string
  readonly link: Link
  /** Takes over what was known before TLS, which a correct server forgets. */
  adopt?(earlier: Session): void
  /** Releases what the session holds (a mailbox subscription). Called once, when the phase or connection ends. */
  close?(): void
}

/** What an answer says that is not the dialect's to know. */
export interface SpelledAnswer {
  /** The tag of the command that it answers, where the protocol has tags. */
  readonly tag: string
  /** The list of capabilities. Default: the shortest that has a login in clear. */
  readonly capabilities?: readonly string[]
  /** A message that is fetched, CRLF at its end. */
  readonly message?: string
}

/** A mail protocol, as data. */
export interface Dialect<S extends Session = Session> {
  readonly protocol: Protocol
  /** Octets in a command line, CRLF included, before it is refused as too long. */
  readonly maxLine: number
  readonly commands: readonly Command<S>[]
  /** Loads what the dialect needs, once, before its first endpoint listens. */
  prepare?(): Promise<void>
  open(link: Link): S
  /** What the server says first. Only the first phase has a greeting. */
  greeting(session: S): CommandResult
  /** Takes a line apart, or answers it when it has no verb. */
  parse(session: S, line: Buffer): Request | CommandResult
  /**
   * What a line that is no command was meant to be, where it logs in or hands in mail: a password has crossed however badly
   * the line around it is made. It is recorded and changes nothing.
   */
  guess(line: Buffer): Request | undefined
  unknown(session: S, request: Request): CommandResult
  wrongState(session: S, request: Request): CommandResult
  tooLong(session: S): CommandResult
  /** Said before the server closes on its own: idle limit, shutdown. Empty where the protocol has nothing. */
  goodbye(session: S): string
  /** How a refusal is spelled, CRLF included: of a command, of nothing that was asked, or in place of the greeting. */
  refuse(refusal: Refusal, request: Request, inPlaceOf?: 'greeting'): string
  /** What of a status line is for programs; what stands behind it is for people. */
  readonly status: RegExp
  /** A right answer to a command that nobody has sent yet, CRLF included. */
  spell(action: Action, answer: SpelledAnswer): string
}
