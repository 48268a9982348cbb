import { isIPv6 } from 'node:net'
import type { Refusal } from '../../scenarios/effects.ts'
import type { Action } from '../../scenarios/vocabulary.ts'
import { reply } from '../core/command-result.ts'
import type { Dialect, Request, SpelledAnswer } from '../core/dialect.ts'
import { guesser } from '../core/guess.ts'
import { multiline, refuseOverheard, smtpCommands } from './commands.ts'
import { maxLine } from './limits.ts'
import { SmtpSession } from './session.ts'

// smtp-server takes 10 ms to import, which a run without SMTP does not pay.
let loaded: typeof import('./engine.ts') | undefined

/** SMTP, RFC 5321: smtp-server's dialogue, with the core's STARTTLS and AUTH. */
export const smtp: Dialect<SmtpSession> = {
  protocol: 'smtp',
  maxLine,
  commands: smtpCommands,
  async prepare() {
    loaded ??= await import('./engine.ts')
    // Node compiles its pattern for addresses at the first use, which takes longer than a greeting may.
    isIPv6('::1')
  },
  open(link) {
    if (!loaded) throw new Error('smtp.prepare() has to come before smtp.open()')
    return new SmtpSession(link, new loaded.Engine(link))
  },
  greeting: ({ engine }) => engine.greeting(),
  parse(session, line) {
    const [, verb, args = ''] = command.exec(line.toString('latin1')) ?? []
    if (verb === undefined) return session.engine.command(line)
    return { verb: verb.toUpperCase(), args, tag: '', line }
  },
  guess: guesser(['AUTH', 'MAIL', 'RCPT', 'BDAT'], '[^A-Z]*'),
  unknown: ({ engine }, { line }) => engine.command(line),
  wrongState(session, request) {
    // The states are computed from what the engine knows, so it refuses what the table refuses.
    if (request.verb !== 'AUTH') return session.engine.command(request.line)
    return refuseOverheard(
      session,
      request,
      session.state === 'session-initiation'
        ? '503 5.5.1 Error: send HELO/EHLO first\r\n'
        : '503 5.5.1 AUTH is not permitted during a mail transaction\r\n',
    )
  },
  tooLong: () => reply('500 5.5.2 Line too long\r\n'),
  goodbye: ({ link }) => `421 4.3.2 ${link.servername} Service not available, closing transmission channel\r\n`,
  refuse,
  status: /^\d{3}(?=[ -]|\r)/,
  spell,
}

/** A verb, RFC 5321 §2.4, and what is behind it. */
const command = /^([A-Z][A-Z0-9-]{0,31})(?: (.*))?$/is

/** What a correct server would say, in as few words as it can. */
function spell(action: Action, { capabilities = ['AUTH PLAIN LOGIN'], message = '' }: SpelledAnswer): string {
  if (action === 'capabilities') return multiline(['injected.example.com', ...capabilities])
  return `${spellings[action] ?? '250 2.0.0 OK'}${message === '' ? '' : ` ${message}`}\r\n`
}

const spellings: Readonly<Partial<Record<Action, string>>> = {
  starttls: '220 2.0.0 Ready to start TLS',
  auth: '235 2.7.0 Authentication successful',
  message: '354 End data with <CR><LF>.<CR><LF>',
  quit: '221 2.0.0 Bye',
}

function refuse(refusal: Refusal, { verb }: Request, inPlaceOf?: 'greeting'): string {
  // RFC 5321 §3.1: the one code for a server that serves nobody.
  if (inPlaceOf === 'greeting') return '554 5.3.2 No SMTP service here\r\n'
  if (verb === '' && refusal === 'unavailable') return unavailable['STARTTLS'] ?? ''
  switch (refusal) {
    case 'not-implemented':
      return '502 5.5.1 Command not implemented\r\n'
    case 'unavailable':
      return unavailable[verb] ?? '451 4.3.0 Temporarily unavailable\r\n'
    case 'bad-sequence':
      return '503 5.5.1 Bad sequence of commands\r\n'
    case 'tls-required':
      return '530 5.7.0 Must issue a STARTTLS command first\r\n'
    case 'auth-failed':
      return '535 5.7.8 Authentication credentials invalid\r\n'
  }
}

/** 454 belongs to STARTTLS, RFC 3207 §4, and AUTH, RFC 4954 §6. */
const unavailable: Readonly<Record<string, string>> = {
  STARTTLS: '454 4.7.0 TLS not available due to temporary reason\r\n',
  AUTH: '454 4.7.0 Temporary authentication failure\r\n',
}
