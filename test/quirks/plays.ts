import type tls from 'node:tls'
import type { Mode, OutcomeWord, Protocol, Verdict } from '../../src/index.ts'
import type { PlayedId } from './row-ids.ts'
import type { Habits } from './scripted-client.ts'

/** What a test has ready for a client. */
export interface Props {
  /** A ClientHello as Node sends it. */
  readonly clientHello: Uint8Array
  /** A certificate of the run's PKI for the client, with its key. */
  readonly certificate: Pick<tls.ConnectionOptions, 'cert' | 'key'>
}

/** What is made of a client: by the outcome and, where it tells more, by one of its details. */
export interface Result {
  readonly outcome: OutcomeWord
  readonly verdict: Verdict
  readonly detail?: string
  readonly flags?: readonly string[]
}

/** A client, and what comes of it. */
export interface Play {
  /** What it does; stands in the transcript. */
  readonly does: string
  habits(props: Props): Habits
  readonly result: Result
  /** Of the same client on `good`. Default: it completes its session. */
  readonly onGood?: Result
  /** Where the quirk has shown, in words of the record, connection by connection. */
  readonly fired: readonly string[] | ((protocol: Protocol) => readonly string[])
  /** Modes in which it is played. Default: every mode of the quirk. */
  readonly modes?: readonly Mode[]
  /** The server gives up soon, and on `good` this has come by then. */
  readonly impatient?: true
  readonly answeredOnGood?: string
}

export const completed: Result = { outcome: 'accepted', verdict: 'pass', detail: 'safe-continue' }
const leftSafely: Result = { outcome: 'refused', verdict: 'pass', detail: 'safe-abort' }
const leftForNothing: Result = { outcome: 'refused', verdict: 'fail', detail: 'false-reject' }
const leaked: Result = { outcome: 'leaked', verdict: 'fail', detail: 'leak-credentials-clear' }
const downgraded: Result = { outcome: 'accepted', verdict: 'note', detail: 'downgraded-tls' }
const hung: Result = { outcome: 'hung', verdict: 'fail', detail: 'hung' }

/** Of a program from before RFC 8996: every version, and the signatures that OpenSSL forbids by default. */
const lenient: tls.ConnectionOptions = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }

const rightIs = (result: Result, ...fired: readonly string[]): Play => ({
  does: 'does everything right',
  habits: () => ({}),
  result,
  fired,
})

const neverHadTls = (...fired: readonly string[]): readonly Play[] => [
  rightIs(leftSafely, ...fired),
  { does: 'goes on in clear', habits: () => ({ goesOnInClear: true }), result: leaked, fired },
]

const oldVersion: readonly Play[] = [
  rightIs(leftSafely, 'handshake'),
  {
    does: 'allows every version of TLS',
    habits: () => ({ attempts: [lenient] }),
    result: downgraded,
    fired: ['handshake'],
  },
]

const oneVersion = (does: string, attempt: tls.ConnectionOptions): readonly Play[] => [
  rightIs(completed, 'handshake'),
  { does, habits: () => ({ attempts: [attempt] }), result: leftForNothing, fired: ['handshake'] },
]

const oldHello: readonly Play[] = [
  rightIs(leftSafely, 'client-hello'),
  {
    does: 'waits for the rest of the handshake',
    habits: ({ clientHello }) => ({ waitsForEver: clientHello }),
    result: hung,
    onGood: hung,
    fired: ['client-hello'],
    impatient: true,
    answeredOnGood: 'S: \\x16\\x03\\x03',
  },
]

/** Sends its password whatever the server says. */
const blind: Habits = { logsInUnasked: true, triesEverything: true }

/** Only SMTP's list is another. */
const ehloOrder = (protocol: Protocol): readonly string[] => (protocol === 'smtp' ? ['capabilities'] : [])

/** For each quirk and preset, a client that does everything right, and those that do what is wrong there. */
export const plays: Readonly<Record<PlayedId, readonly Play[]>> = {
  'starttls-stripped': neverHadTls('capabilities', 'command:starttls'),
  'starttls-refused': neverHadTls('command:starttls'),
  'starttls-required': [
    rightIs(completed),
    {
      does: 'logs in and sends in clear',
      habits: () => ({ skipsStarttls: true, ...blind }),
      result: { ...leaked, flags: ['login-refused-in-clear'] },
      onGood: leaked,
      fired: (protocol) =>
        ({
          smtp: ['command:auth', 'command:envelope', 'command:message'],
          imap: ['command:auth', 'command:select'],
          pop3: ['command:auth', 'command:list'],
        })[protocol],
    },
  ],
  'starttls-injected': [
    rightIs(completed, 'command:starttls', 'after-tls'),
    {
      does: 'leaves because of what came in clear',
      habits: () => ({ leavesAtSurplus: true }),
      result: leftSafely,
      fired: ['command:starttls'],
    },
    {
      does: 'takes what came in clear for an answer',
      habits: () => ({ keepsWhatCameInClear: true }),
      // Nobody has seen it where nothing is injected; test/quirks/injection.test.ts has.
      result: { outcome: 'not-reached', verdict: 'inconclusive', detail: 'inconclusive:needs-control' },
      fired: ['command:starttls', 'after-tls'],
    },
  ],
  'first-answer-held': [
    rightIs(completed, 'after-tls'),
    { does: 'does not wait for answers', habits: () => ({ hurries: true }), result: completed, fired: ['after-tls'] },
  ],
  'ehlo-required-after-tls': [
    rightIs(completed),
    {
      does: 'says HELO after STARTTLS',
      habits: () => ({ insteadOfAskingAgain: ['NOOP', 'RSET', 'HELP', 'HELO client.example'], triesEverything: true }),
      result: { ...completed, flags: ['no-re-ehlo'] },
      onGood: { ...completed, flags: ['no-re-ehlo'] },
      fired: [
        'command:noop',
        'command:reset',
        'command:other',
        'command:identify',
        'command:auth',
        'command:envelope',
        'command:message',
      ],
    },
  ],
  'plaintext-on-implicit': [
    rightIs(leftSafely, 'accept'),
    {
      does: 'goes on in clear',
      habits: () => ({ goesOnInClear: true, ...blind }),
      result: { ...leaked, flags: ['retry-in-clear'] },
      fired: ['accept', 'accept'],
    },
  ],
  'implicit-on-starttls': [
    { ...rightIs(leftSafely, 'accept'), habits: () => ({ patience: 500 }) },
    {
      does: 'tries TLS from the first byte',
      habits: () => ({ triesImplicitTls: true, patience: 500 }),
      result: completed,
      fired: ['accept'],
    },
    {
      does: 'waits for ever',
      habits: () => ({}),
      result: hung,
      fired: ['accept'],
      impatient: true,
      answeredOnGood: '-- TLSv1.3',
    },
  ],
  'auth-never': [
    { ...rightIs(completed, 'capabilities'), modes: ['implicit', 'starttls'] },
    {
      ...rightIs({ outcome: 'refused', verdict: 'pass', detail: 'safe-abort' }, 'capabilities'),
      modes: ['plain'],
    },
    {
      does: 'logs in although nothing is offered',
      habits: () => ({ logsInUnasked: true }),
      result: completed,
      fired: ['capabilities', 'command:auth'],
    },
    {
      does: 'logs in before TLS',
      habits: () => ({ skipsStarttls: true, ...blind }),
      result: leaked,
      onGood: leaked,
      fired: ['command:auth'],
      modes: ['starttls'],
    },
  ],
  'port-closed': [
    { ...rightIs({ outcome: 'not-reached', verdict: 'inconclusive', detail: 'not-reached' }), onGood: completed },
  ],
  'tls10-only': oldVersion,
  'tls11-only': oldVersion,
  'tls12-only': oneVersion('speaks TLS 1.3 only', { minVersion: 'TLSv1.3' }),
  'tls13-only': oneVersion('speaks TLS 1.2 at most', { maxVersion: 'TLSv1.2' }),
  'version-intolerant': [
    rightIs(leftSafely, 'client-hello'),
    {
      does: 'tries again without TLS 1.3',
      habits: () => ({ attempts: [{}, { maxVersion: 'TLSv1.2' }] }),
      result: downgraded,
      fired: ['client-hello', 'client-hello'],
    },
  ],
  'sslv3-only': oldHello,
  'sslv2-only': oldHello,
  'client-cert-required': [
    {
      ...rightIs(completed, 'handshake'),
      does: 'has a certificate',
      habits: ({ certificate }) => ({ attempts: [certificate] }),
    },
    {
      does: 'has none',
      // In TLS 1.3 the client has finished before it is turned away, and what it sees of that is a matter of timing.
      habits: () => ({ attempts: [{ maxVersion: 'TLSv1.2' }] }),
      result: { outcome: 'turned-away', verdict: 'pass' },
      fired: ['handshake'],
    },
    {
      does: 'has none and goes on in clear',
      habits: () => ({ attempts: [{ maxVersion: 'TLSv1.2' }], goesOnInClear: true, ...blind }),
      result: { ...leaked, flags: ['retry-in-clear'] },
      fired: ['handshake'],
      modes: ['starttls'],
    },
  ],
  'client-cert-optional': [
    rightIs(completed, 'handshake'),
    {
      does: 'leaves when it is asked for a certificate',
      habits: () => ({ leavesAfterHandshake: true }),
      result: leftForNothing,
      onGood: leftForNothing,
      fired: ['handshake'],
    },
  ],
  'exchange-like': [
    {
      ...rightIs(completed),
      fired: (protocol) => ['handshake', 'certificate', 'greeting', ...ehloOrder(protocol)],
      modes: ['implicit'],
    },
    {
      ...rightIs(completed),
      fired: (protocol) => ['greeting', ...ehloOrder(protocol), 'handshake', 'certificate'],
      modes: ['starttls'],
    },
    { ...rightIs(completed), fired: (protocol) => ['greeting', ...ehloOrder(protocol)], modes: ['plain'] },
    {
      does: 'logs in before TLS',
      habits: () => ({ skipsStarttls: true, ...blind }),
      result: { ...leaked, flags: ['login-refused-in-clear'] },
      onGood: leaked,
      fired: (protocol) => ['greeting', ...ehloOrder(protocol)],
      modes: ['starttls'],
    },
  ],
}
