import type { CommandResult } from '../core/command-result.ts'
import type { Link, Session } from '../core/dialect.ts'
import type { Engine } from './engine.ts'

/** RFC 5321 §3: before EHLO or HELO, between mail transactions, and in one as far as MAIL or RCPT. */
export type SmtpState = 'session-initiation' | 'no-transaction' | 'mail' | 'rcpt'

/** One TLS phase of an SMTP session. What was said in it is the engine's to know. */
export class SmtpSession implements Session {
  readonly link: Link
  readonly engine: Engine
  #reported: unknown

  constructor(link: Link, engine: Engine) {
    this.link = link
    this.engine = engine
  }

  get state(): SmtpState {
    if (!this.engine.hostNameAppearsAs) return 'session-initiation'
    const { mailFrom, rcptTo } = this.engine.session.envelope
    if (!mailFrom) return 'no-transaction'
    return rcptTo.length === 0 ? 'mail' : 'rcpt'
  }

  get authenticated(): boolean {
    return Boolean(this.engine.session.user)
  }

  /** Sender and recipients of the open transaction. */
  get envelope(): { readonly from: string; readonly to: readonly string[] } | undefined {
    const { mailFrom, rcptTo } = this.engine.session.envelope
    return mailFrom ? { from: mailFrom.address, to: rcptTo.map(({ address }) => address) } : undefined
  }

  /** RFC 4954 §4: after a success no further AUTH. */
  authenticate(user: string): void {
    this.engine.session.user = user
  }

  /** Answers a line and, where it ends a mail transaction, records what had been accepted in it: once for each MAIL. */
  endTransaction(line: Buffer): CommandResult {
    this.reportEnvelope()
    return this.engine.command(line)
  }

  reportEnvelope(): void {
    const { envelope } = this
    const { mailFrom } = this.engine.session.envelope
    if (!envelope || this.#reported === mailFrom) return
    this.#reported = mailFrom
    this.link.envelope(envelope.from, envelope.to)
  }

  adopt(earlier: SmtpSession): void {
    this.engine.adopt(earlier.engine)
  }

  /** A transaction that nobody ended still happened. */
  close(): void {
    this.reportEnvelope()
  }
}
