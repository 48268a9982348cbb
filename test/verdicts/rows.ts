import type { ConnectionRecord } from '../../src/index.ts'
import { command, finished, held, injected, login, mail, quirk, served, starttls } from './records.ts'

export type Patch = { readonly [K in keyof ConnectionRecord]?: Partial<ConnectionRecord[K]> | ConnectionRecord[K] }

export type Row = readonly [
  what: string,
  scenario: string,
  patches: readonly Patch[],
  expected: readonly [outcome: string, detail: string, verdict: string, qualifier?: string | null],
]

export const rows: readonly Row[] = [
  ['logs in to a good server', 'good', [served('good'), finished, login('tls')], ['accepted', 'safe-continue', 'pass']],
  [
    'refuses a good server',
    'good',
    [served('good'), finished],
    ['refused', 'false-reject', 'fail', 'close-after-finished'],
  ],
  ['never gets to a good server’s certificate', 'good', [], ['not-reached', 'not-reached', 'inconclusive']],
  [
    'closes in the handshake, with no alert (Node, TLS 1.3)',
    'expired',
    [served('expired'), { handshake: { result: 'closed' } }],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'finishes and closes, with no alert (GnuTLS, Node, TLS 1.2)',
    'expired',
    [served('expired'), finished],
    ['refused', 'safe-abort', 'pass', 'close-after-finished'],
  ],
  [
    'finishes and resets (isync)',
    'expired',
    [served('expired'), finished, { end: { how: 'rst' } }],
    ['refused', 'safe-abort', 'pass', 'rst'],
  ],
  [
    'sends an alert (Python, curl, Go)',
    'expired',
    [served('expired'), { handshake: { result: 'alert', alertReceived: { code: 45, name: 'certificate_expired' } } }],
    ['refused', 'safe-abort', 'pass', 'alert:certificate_expired'],
  ],
  [
    'says nothing but QUIT inside TLS',
    'expired',
    [served('expired'), finished, command('tls', 'QUIT', 'quit')],
    ['refused', 'safe-abort', 'pass', 'quit-in-tls'],
  ],
  [
    'says EHLO inside TLS',
    'expired',
    [served('expired'), finished, command('tls', 'EHLO', 'capabilities')],
    ['accepted', 'accepted-bad-cert', 'fail'],
  ],
  [
    'sends bytes that are no command inside TLS',
    'expired',
    [served('expired'), finished, { bytes: { tlsIn: 3 } }],
    ['accepted', 'accepted-bad-cert', 'fail'],
  ],
  [
    'logs in to an expired server',
    'expired',
    [served('expired'), finished, login('tls')],
    ['leaked', 'leak-credentials-untrusted-tls', 'fail'],
  ],
  [
    'sends mail to an expired server without logging in',
    'expired',
    [served('expired'), finished, mail('tls')],
    ['leaked', 'leak-message-untrusted-tls', 'fail'],
  ],
  [
    'goes away before the certificate',
    'expired',
    [{ handshake: { result: 'closed' } }],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'resumes a session, so that no certificate is sent',
    'expired',
    [finished, { handshake: { resumed: true } }, command('tls', 'NOOP', 'noop')],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'stays silent until the limit',
    'expired',
    [served('expired'), finished, { end: { by: 'limit', how: 'timeout' } }],
    ['hung', 'hung', 'fail'],
  ],
  [
    'is still there',
    'expired',
    [served('expired'), finished, { end: null }],
    ['not-reached', 'inconclusive:still-open', 'inconclusive'],
  ],
  [
    'logs in to a revoked server',
    'revoked',
    [served('revoked'), finished, login('tls')],
    ['leaked', 'leak-credentials-untrusted-tls', 'note'],
  ],
  [
    'sends a password in clear to a revoked server',
    'revoked',
    [starttls, login('clear')],
    ['leaked', 'leak-credentials-clear', 'fail'],
  ],
  [
    'sees no STARTTLS and closes',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped')],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'sees no STARTTLS and quits',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), command('clear', 'QUIT', 'quit')],
    ['refused', 'safe-abort', 'pass', 'quit-in-clear'],
  ],
  [
    'logs in without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), login('clear')],
    ['leaked', 'leak-credentials-clear', 'fail'],
  ],
  [
    'logs in without even asking what there is',
    'starttls-stripped',
    [starttls, login('clear')],
    ['leaked', 'leak-credentials-clear', 'fail'],
  ],
  [
    'sends a digest without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), login('clear', 'digest')],
    ['leaked', 'leak-hash-clear', 'fail'],
  ],
  [
    'sends mail without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), mail('clear')],
    ['leaked', 'leak-message-clear', 'fail'],
  ],
  [
    'selects a mailbox without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), command('clear', 'SELECT', 'select')],
    ['accepted', 'downgraded-no-tls', 'fail'],
  ],
  [
    'names the user without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), { identities: [{ at: 3, phase: 'clear', name: 'u' }] }],
    ['accepted', 'leak-identity-clear', 'note'],
  ],
  [
    'tries to send mail without STARTTLS, and is refused',
    'starttls-required',
    [starttls, quirk('starttls-required'), command('clear', 'MAIL', 'envelope')],
    ['leaked', 'leak-message-clear', 'fail'],
  ],
  [
    'selects a mailbox without asking for STARTTLS',
    'good',
    [starttls, command('clear', 'SELECT', 'select')],
    ['accepted', 'downgraded-no-tls', 'fail'],
  ],
  [
    'asks to log in without TLS, and is refused',
    'expired',
    [starttls, { commands: [{ at: 3, phase: 'clear', verb: 'AUTH', action: 'auth', line: 'AUTH LOGIN' }] }],
    ['accepted', 'downgraded-no-tls', 'fail'],
  ],
  [
    'asks in which ways it could log in',
    'expired',
    [starttls, { commands: [{ at: 3, phase: 'clear', verb: 'AUTH', action: 'auth', line: 'AUTH' }] }],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'names the user without asking for STARTTLS, and gives up',
    'good',
    [starttls, { identities: [{ at: 3, phase: 'clear', name: 'u' }] }],
    ['accepted', 'leak-identity-clear', 'note'],
  ],
  [
    'waits for its answer where one is injected',
    'starttls-injected',
    [starttls, quirk('starttls-injected'), injected, held(false), finished, command('tls', 'EHLO', 'capabilities')],
    ['accepted', 'safe-continue', 'pass'],
  ],
  [
    'leaves where an answer is injected',
    'starttls-injected',
    [starttls, quirk('starttls-injected'), injected],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'speaks on without its answer where one is injected',
    'starttls-injected',
    [starttls, quirk('starttls-injected'), injected, held(true), finished, login('tls')],
    ['not-reached', 'inconclusive:needs-control', 'inconclusive'],
  ],
  [
    'speaks on without its answer where none is injected',
    'first-answer-held',
    [starttls, quirk('first-answer-held'), held(true), finished, login('tls')],
    ['accepted', 'safe-continue', 'pass'],
  ],
  [
    'does not come as far as the capabilities',
    'starttls-stripped',
    [starttls],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'logs in where nothing was promised',
    'good',
    [{ mode: 'plain' }, login('clear')],
    ['accepted', 'safe-continue', 'pass'],
  ],
  [
    'speaks TLS 1.0',
    'tls10-only',
    [quirk('tls10-only'), finished, login('tls')],
    ['accepted', 'downgraded-tls', 'note'],
  ],
  [
    'does not speak TLS 1.0',
    'tls10-only',
    [quirk('tls10-only'), { handshake: { result: 'failed' } }],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'has no certificate of its own',
    'client-cert-required',
    [quirk('client-cert-required'), { handshake: { result: 'failed', turnedAway: 'no-certificate' } }],
    ['turned-away', 'turned-away', 'pass'],
  ],
]
