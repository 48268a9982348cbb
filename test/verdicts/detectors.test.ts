import { describe, expect, it } from 'vitest'
import { type CommandRecord, type ConnectionRecord, defineQuirk, type OwnQuirk, type Plant } from '../../src/index.ts'
import { type FineName, fineNames } from '../../src/scenarios/fine-names.ts'
import { resolveScenario, type ScenarioInput } from '../../src/scenarios/scenario.ts'
import { type ClientEnding, contextOf } from '../../src/verdicts/detectors/context.ts'
import { detectors } from '../../src/verdicts/detectors/index.ts'
import type { Proof } from '../../src/verdicts/proof.ts'
import { type Patch, record } from './records.ts'

/** A fault that shows nothing but this, fired at the greeting unless told otherwise. */
const fault = (
  shows: FineName | undefined,
  {
    plants,
    expect: expected = 'reject',
    layer = 'session',
  }: Partial<Pick<OwnQuirk, 'plants' | 'expect' | 'layer'>> = {},
) =>
  defineQuirk({
    id: 'a-fault',
    summary: 'A fault.',
    layer,
    protocols: ['smtp', 'imap', 'pop3'],
    modes: ['implicit', 'starttls', 'plain'],
    expect: expected,
    ...(shows && { shows: [shows] }),
    ...(plants && { plants }),
    capabilities: { remove: ['X'] },
  })

type Said = Partial<CommandRecord> & Pick<CommandRecord, 'line'>

/** Commands by their lines: verb and tag are read as IMAP has them where there is a tag. */
const said = (phase: 'clear' | 'tls', ...lines: readonly Said[]): Patch => ({
  commands: lines.map((given, index) => {
    const [, tag, verb = ''] = /^(?:([a-z]\d*) )?(\S+)/.exec(given.line) ?? []
    return {
      at: 10 + index,
      phase,
      verb: verb.toUpperCase(),
      action: actions[verb.toUpperCase()] ?? 'other',
      ...(tag && { tag }),
      ...given,
    }
  }),
  counts: { commands: lines.length },
  ...(phase === 'tls' && { bytes: { tlsIn: lines.reduce((sum, { line }) => sum + line.length + 2, 0) } }),
})

const actions: Readonly<Record<string, string>> = {
  ...{ EHLO: 'capabilities', CAPABILITY: 'capabilities', CAPA: 'capabilities', STARTTLS: 'starttls', AUTH: 'auth' },
  ...{
    AUTHENTICATE: 'auth',
    LOGIN: 'auth',
    USER: 'auth',
    PASS: 'auth',
    SELECT: 'select',
    LIST: 'list',
    FETCH: 'fetch',
  },
  ...{
    STORE: 'store',
    DELE: 'store',
    RETR: 'fetch',
    DATA: 'message',
    MAIL: 'envelope',
    APPEND: 'append',
    QUIT: 'quit',
  },
  LOGOUT: 'quit',
}

const fired = (part = 'a-fault', where = 'greeting', at = 2): Patch => ({ fired: [{ at, part, where }] })
const finished: Patch = {
  handshake: { result: 'finished', version: 'TLSv1.2', cipher: 'TLS_X' },
  times: { handshake: 5 },
}
const starttls: Patch = { mode: 'starttls' }
const credential = (phase: 'clear' | 'tls', kind: 'password' | 'digest' = 'password', mechanism = 'PLAIN'): Patch => ({
  credentials: [{ at: 11, phase, kind, mechanism, user: 'joe', secret: 'secret', accepted: true, offered: true }],
  counts: { credentials: 1 },
})
const injected = (text = '250 x\r\n', at = 3): Patch => ({ injected: [{ at, phase: 'clear', text }] })
const held = (spokeOn: boolean): Patch => ({ held: [{ at: 10.5, ms: 1, spokeOn }] })
const scram = (given: Partial<NonNullable<ConnectionRecord['scram']>[number]>): Patch => ({
  scram: [
    {
      ...{ at: 12, phase: 'tls', mechanism: 'SCRAM-SHA-256', iterations: 4096 },
      ...{ nonce: 'own', proof: true, verifier: 'right' },
      ...given,
    } as NonNullable<ConnectionRecord['scram']>[number],
  ],
})
const client = (given: Partial<ClientEnding>): ClientEnding => ({
  ...{ succeeded: true, signal: null, timedOut: false, output: '' },
  ...given,
})
const limit: Patch = {
  end: { by: 'limit', how: 'timeout', closeNotify: 'unknown', why: 'idle' },
  times: { ended: 600 },
}

interface Case {
  readonly name: FineName
  /** What shows it. */
  readonly when: string
  readonly scenario: ScenarioInput
  readonly patches: readonly Patch[]
  /** The decisive fact, and what stands there. */
  readonly fact: string
  readonly text: string | RegExp
  /** The same without what decides: nothing is found. */
  readonly without: readonly Patch[]
  readonly also?: {
    readonly client?: ClientEnding
    readonly run?: readonly ConnectionRecord[]
    readonly twin?: readonly ConnectionRecord[]
  }
  /** For the negative, where it lies in what is known beside the record. */
  readonly alsoWithout?: Case['also']
}

const stripped = [starttls, fired('starttls-stripped', 'capabilities')]
const inTls = said('tls', { line: 'a1 CAPABILITY' }, { line: 'a2 SELECT INBOX' })
const plain = (plant: Plant, shows: FineName = 'acted-on-clear-state') => fault(shows, { plants: [plant] })
const many = (reply: (index: number) => string): readonly Said[] =>
  Array.from({ length: 10 }, (_, index) => ({ line: `a${index} CAPABILITY`, tag: `a${index}`, reply: reply(index) }))

const cases: readonly Case[] = [
  {
    name: 'leak-credentials-clear',
    when: 'a password in clear',
    scenario: 'starttls-stripped',
    patches: [...stripped, said('clear', { line: 'AUTH PLAIN x' }), credential('clear')],
    fact: 'credentials[0]',
    text: 'password of joe by PLAIN: secret',
    without: [...stripped, finished, said('tls', { line: 'AUTH PLAIN x' }), credential('tls')],
  },
  {
    name: 'leak-hash-clear',
    when: 'a digest in clear',
    scenario: 'starttls-stripped',
    patches: [...stripped, credential('clear', 'digest', 'APOP')],
    fact: 'credentials[0]',
    text: 'hash of joe by APOP: secret',
    without: [...stripped, credential('clear')],
  },
  {
    name: 'leak-hash-clear',
    when: 'a SCRAM proof for a nonce that was not its own',
    scenario: 'good',
    patches: [finished, scram({ nonce: 'foreign' })],
    fact: 'scram[0]',
    text: /^proof of the password by SCRAM-SHA-256 for a nonce/,
    without: [finished, scram({ nonce: 'foreign', proof: false })],
  },
  {
    name: 'leak-message-clear',
    when: 'DATA in clear',
    scenario: 'starttls-stripped',
    patches: [...stripped, said('clear', { line: 'DATA', reply: '354 go' })],
    fact: 'commands[0].line',
    text: 'DATA',
    without: [...stripped, said('tls', { line: 'DATA' })],
  },
  {
    name: 'leak-identity-clear',
    when: 'a name in clear',
    scenario: 'starttls-stripped',
    patches: [...stripped, { identities: [{ at: 11, phase: 'clear', name: 'joe' }] }],
    fact: 'identities[0]',
    text: "the user's name: joe",
    without: [...stripped, { identities: [{ at: 11, phase: 'tls', name: 'joe' }] }],
  },
  {
    name: 'downgraded-no-tls',
    when: 'a mailbox is selected in clear',
    scenario: 'starttls-stripped',
    patches: [...stripped, said('clear', { line: 'a CAPABILITY' }, { line: 'b SELECT INBOX' })],
    fact: 'commands[1].line',
    text: 'b SELECT INBOX',
    without: [...stripped, said('clear', { line: 'a CAPABILITY' }, { line: 'b LOGOUT' })],
  },
  {
    name: 'leak-credentials-untrusted-tls',
    when: 'a login behind an expired certificate',
    scenario: 'expired',
    patches: [
      fired('expired', 'certificate'),
      finished,
      said('tls', { line: 'a LOGIN joe secret' }),
      credential('tls'),
    ],
    fact: 'credentials[0]',
    text: 'password of joe by PLAIN: secret',
    without: [fired('good', 'certificate'), finished, said('tls', { line: 'a LOGIN joe secret' }), credential('tls')],
  },
  {
    name: 'leak-message-untrusted-tls',
    when: 'mail behind an expired certificate',
    scenario: 'expired',
    patches: [fired('expired', 'certificate'), finished, said('tls', { line: 'MAIL FROM:<a@b>' })],
    fact: 'commands[0].line',
    text: 'MAIL FROM:<a@b>',
    without: [fired('expired', 'certificate'), finished, said('tls', { line: 'EHLO x' })],
  },
  {
    name: 'leak-identity-untrusted',
    when: 'a client certificate for an expired server',
    scenario: 'expired+client-cert-optional',
    patches: [fired('expired', 'certificate'), finished, { handshake: { clientCertificate: 'CN=joe' } }],
    fact: 'handshake.clientCertificate',
    text: 'CN=joe',
    without: [fired('expired', 'certificate'), finished],
  },
  {
    name: 'leak-credentials-untrusted-host',
    when: 'a login at the canary',
    scenario: 'good',
    patches: [{ role: 'canary' }, credential('tls')],
    fact: 'credentials[0]',
    text: 'password of joe by PLAIN: secret',
    without: [{ role: 'canary' }],
  },
  {
    name: 'followed-referral',
    when: 'a connection to the canary',
    scenario: 'good',
    patches: [{ role: 'canary' }],
    fact: 'role',
    text: 'connection to 127.0.0.1:993 from 127.0.0.1:50000',
    without: [{}],
  },
  {
    name: 'acted-on-injected',
    when: 'the client speaks on without its answer, and not at the twin',
    scenario: 'starttls-injected',
    patches: [fired('starttls-injected'), injected(), held(true), finished, inTls],
    fact: 'commands[1].line',
    text: 'a2 SELECT INBOX',
    without: [fired('starttls-injected'), injected(), held(false), finished, inTls],
    also: { twin: [record(held(false), finished)] },
  },
  {
    name: 'acted-on-injected',
    when: 'a command comes that was planted',
    scenario: plain({ verb: 'X-MOCKMAIL' }, 'acted-on-injected'),
    patches: [fired(), injected(), finished, said('tls', { line: 'a1 NOOP' }, { line: 'X-MOCKMAIL' })],
    fact: 'commands[1].line',
    text: 'X-MOCKMAIL',
    without: [fired(), injected(), finished, said('tls', { line: 'a1 NOOP' })],
  },
  {
    name: 'acted-on-injected',
    when: 'the handshake is finished although clear text stood in it',
    scenario: fault('acted-on-injected'),
    patches: [
      fired(),
      { times: { clientHello: 2.5 } },
      injected(),
      finished,
      { times: { clientHello: 2.5, handshake: 5 } },
    ],
    fact: 'handshake.result',
    text: 'finished, with clear text in it',
    without: [fired(), injected('x', 2), finished, { times: { clientHello: 2.5, handshake: 5 } }],
  },
  {
    name: 'acted-on-injected',
    when: 'a silent server is spoken to as if it had answered, and not at the twin',
    scenario: fault('acted-on-injected'),
    patches: [fired(), injected(), finished, inTls],
    fact: 'commands[1].line',
    text: 'a2 SELECT INBOX',
    without: [
      fired(),
      injected(),
      finished,
      said('tls', { line: 'a1 CAPABILITY', reply: 'a1 OK' }, { line: 'a2 NOOP' }),
    ],
    also: { twin: [record(finished, said('tls', { line: 'a1 CAPABILITY' }))] },
  },
  {
    name: 'acted-on-injected',
    when: 'TLS begins though STARTTLS has no answer, and not at the twin',
    scenario: fault('acted-on-injected'),
    patches: [
      ...[fired(), injected(), starttls, said('clear', { line: 'a1 STARTTLS' })],
      {
        clientHello: {
          ...{ at: 'after-reply', serverName: 'x', alpn: [], versions: ['TLSv1.3'] },
          ciphers: [],
          ja3: '',
          ja4: '',
          raw: '',
        },
      },
    ],
    fact: 'clientHello',
    text: 'ClientHello, though STARTTLS has no answer',
    without: [fired(), injected(), starttls, said('clear', { line: 'a1 STARTTLS' })],
    also: { twin: [record(starttls, said('clear', { line: 'a1 STARTTLS' }))] },
  },
  {
    name: 'acted-on-injected',
    when: 'a planted mechanism is used that TLS does not offer, and not at the twin',
    scenario: plain({ mechanism: 'PLAIN' }, 'acted-on-injected'),
    patches: [
      fired(),
      injected(),
      finished,
      { capabilities: { tls: ['AUTH SCRAM-SHA-256'] } },
      said('tls', { line: 'AUTH PLAIN x', reply: '504' }),
    ],
    fact: 'commands[0].line',
    text: 'AUTH PLAIN x',
    without: [
      fired(),
      injected(),
      finished,
      { capabilities: { tls: ['AUTH PLAIN'] } },
      said('tls', { line: 'AUTH PLAIN x', reply: '235' }),
    ],
    also: { twin: [record(finished, said('tls', { line: 'AUTH SCRAM-SHA-256 x', reply: '334' }))] },
  },
  {
    name: 'acted-on-clear-state',
    when: 'a planted mailbox is selected inside TLS',
    scenario: plain({ mailbox: '7XiYhgS7' }),
    patches: [fired(), finished, said('tls', { line: 'a1 SELECT "7XiYhgS7"' })],
    fact: 'commands[0].line',
    text: 'a1 SELECT "7XiYhgS7"',
    without: [fired(), finished, said('tls', { line: 'a1 SELECT INBOX' })],
  },
  {
    name: 'acted-on-clear-state',
    when: 'a message is fetched whose number was planted',
    scenario: plain({ number: 54321 }),
    patches: [fired(), finished, said('tls', { line: 'a1 FETCH 1:54321 FLAGS' })],
    fact: 'commands[0].line',
    text: 'a1 FETCH 1:54321 FLAGS',
    without: [fired(), finished, said('tls', { line: 'a1 FETCH 1:* FLAGS' })],
  },
  {
    name: 'acted-on-clear-state',
    when: 'a planted set is fetched, and not at the twin',
    scenario: plain({ set: '1:20' }),
    patches: [fired(), finished, said('tls', { line: 'a1 FETCH 1:20 FLAGS' })],
    fact: 'commands[0].line',
    text: 'a1 FETCH 1:20 FLAGS',
    without: [fired(), finished, said('tls', { line: 'a1 FETCH 1:2 FLAGS' })],
    also: { twin: [record(finished, said('tls', { line: 'a1 FETCH 1:2 FLAGS' }))] },
  },
  {
    name: 'acted-on-clear-state',
    when: 'a mechanism is used that only the clear list had',
    scenario: plain({ mechanism: 'PLAIN' }),
    patches: [
      fired(),
      finished,
      { capabilities: { tls: ['IMAP4rev1'] } },
      said('tls', { line: 'a1 AUTHENTICATE plain' }),
    ],
    fact: 'commands[0].line',
    text: 'a1 AUTHENTICATE plain',
    without: [
      fired(),
      finished,
      { capabilities: { tls: ['AUTH=PLAIN'] } },
      said('tls', { line: 'a1 AUTHENTICATE plain' }),
    ],
  },
  {
    name: 'acted-on-unverified-server',
    when: 'the session of a server with a wrong SCRAM proof is used',
    scenario: 'good',
    patches: [
      finished,
      said('tls', { line: 'a1 AUTHENTICATE SCRAM-SHA-256' }, { line: 'a2 SELECT INBOX' }),
      scram({ at: 10.5, verifier: 'wrong' }),
    ],
    fact: 'commands[1].line',
    text: 'a2 SELECT INBOX',
    without: [
      finished,
      said('tls', { line: 'a1 AUTHENTICATE SCRAM-SHA-256' }, { line: 'a2 LOGOUT' }),
      scram({ at: 10.5, verifier: 'wrong' }),
    ],
  },
  {
    name: 'acted-on-wrong-protocol',
    when: 'a command follows the greeting of another protocol',
    scenario: fault('acted-on-wrong-protocol'),
    patches: [fired(), finished, said('tls', { line: 'EHLO x' })],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired(), finished, said('tls', { line: 'QUIT' })],
  },
  {
    name: 'accepted-bad-dialogue',
    when: 'a command follows a greeting that refuses',
    scenario: fault('accepted-bad-dialogue'),
    patches: [fired(), finished, said('tls', { line: 'EHLO x' })],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired(), finished, said('tls', { line: 'QUIT' })],
  },
  {
    name: 'accepted-bad-dialogue',
    when: 'a mechanism is used that only a refusal has named',
    scenario: fault('accepted-bad-dialogue', { plants: [{ mechanism: 'PLAIN' }] }),
    patches: [
      fired(),
      finished,
      { capabilities: { tls: ['AUTH PLAIN'] } },
      said('tls', { line: 'EHLO x' }, { line: 'AUTH PLAIN x' }),
    ],
    fact: 'commands[1].line',
    text: 'AUTH PLAIN x',
    without: [fired(), finished, said('tls', { line: 'EHLO x' }, { line: 'HELO x' })],
  },
  {
    name: 'accepted-bad-dialogue',
    when: 'a session is used whose part does not say what it can show',
    scenario: fault(undefined),
    patches: [fired(), finished, said('tls', { line: 'EHLO x' })],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired(), finished, said('tls', { line: 'QUIT' })],
  },
  {
    name: 'accepted-bad-tls',
    when: 'a session is used over a handshake that had to be refused',
    scenario: fault('accepted-bad-tls', { layer: 'tls' }),
    patches: [fired(), finished, said('tls', { line: 'EHLO x' })],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired(), finished, said('tls', { line: 'QUIT' })],
  },
  {
    name: 'accepted-bad-tls',
    when: 'octets are no command, and its part does not say what it can show',
    scenario: fault(undefined, { layer: 'wire' }),
    patches: [fired(), finished, { bytes: { tlsIn: 3 } }],
    fact: 'bytes.tlsIn',
    text: '3 octets inside TLS',
    without: [finished, { bytes: { tlsIn: 3 } }],
  },
  {
    name: 'accepted-bad-cert',
    when: 'a session is used with an expired server',
    scenario: 'expired',
    patches: [fired('expired', 'certificate'), finished, said('tls', { line: 'EHLO x' })],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired('expired', 'certificate'), finished, said('tls', { line: 'QUIT' })],
  },
  {
    name: 'tolerated-malformed',
    when: 'a session is used over what is malformed',
    scenario: fault('tolerated-malformed', { layer: 'tls' }),
    patches: [fired(), finished, said('tls', { line: 'EHLO x' })],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired(), { handshake: { result: 'alert' } }],
  },
  {
    name: 'downgraded-tls',
    when: 'a session of TLS 1.2 is used by a client that can speak 1.3',
    scenario: 'tls10-only',
    patches: [fired('tls10-only', 'handshake'), finished, said('tls', { line: 'EHLO x' })],
    fact: 'handshake.version',
    text: 'TLSv1.2, TLS_X, and the client can speak TLSv1.3',
    without: [fired('tls10-only', 'handshake'), finished],
    also: {
      run: [
        record({
          clientHello: {
            ...{ at: 'first-bytes', serverName: null, alpn: [], versions: ['TLSv1.3', 'TLSv1.2'] },
            ciphers: [],
            ja3: '',
            ja4: '',
            raw: '',
          },
        }),
      ],
    },
  },
  {
    name: 'downgraded-mech',
    when: 'a plain login follows a better one that failed',
    scenario: fault('downgraded-mech', { expect: 'accept' }),
    patches: [fired(), finished, said('tls', { line: 'AUTH CRAM-MD5' }, { line: 'AUTH PLAIN x' }), credential('tls')],
    fact: 'credentials[0]',
    text: 'password of joe by PLAIN: secret',
    without: [fired(), finished, said('tls', { line: 'AUTH PLAIN x' }), credential('tls')],
  },
  {
    name: 'downgraded-kdf',
    when: 'a SCRAM proof is given for one round',
    scenario: 'good',
    patches: [finished, scram({ iterations: 1 })],
    fact: 'scram[0]',
    text: 'proof of the password after 1 of at least 4096 rounds',
    without: [finished, scram({ iterations: 4096 })],
  },
  {
    name: 'accepted-truncation',
    when: 'the original is removed, later in the run',
    scenario: fault('accepted-truncation'),
    patches: [fired('a-fault', 'command:fetch', 20), finished, said('tls', { line: 'RETR 1' })],
    fact: 'commands[0].line',
    text: 'DELE 1',
    without: [finished, said('tls', { line: 'RETR 1' })],
    also: { run: [record(said('tls', { line: 'DELE 1' }), { id: 'c2', nth: 2 })] },
  },
  {
    name: 'accepted-truncation',
    when: 'the client says that all went well',
    scenario: fault('accepted-truncation'),
    patches: [fired('a-fault', 'command:fetch', 20), finished, said('tls', { line: 'RETR 1' })],
    fact: 'client.exit',
    text: 'reported success',
    without: [finished, said('tls', { line: 'RETR 1' })],
    also: { client: client({}) },
  },
  {
    name: 'accepted-unconfirmed',
    when: 'the client reports success for what nobody confirmed',
    scenario: fault('accepted-unconfirmed'),
    patches: [fired('a-fault', 'command:append'), finished, said('tls', { line: 'a1 APPEND INBOX {3}' })],
    fact: 'client.exit',
    text: 'reported success',
    without: [fired('a-fault', 'command:append'), finished, said('tls', { line: 'a1 APPEND INBOX {3}' })],
    also: { client: client({}) },
    alsoWithout: { client: client({ succeeded: false }) },
  },
  {
    name: 'surfaced-clear-text',
    when: 'the client shows what was planted',
    scenario: fault('surfaced-clear-text', { plants: [{ text: 'call 555' }] }),
    patches: [fired()],
    fact: 'client.output',
    text: 'error: Call 555 now',
    without: [fired()],
    also: { client: client({ output: 'error: Call 555 now\n' }) },
    alsoWithout: { client: client({ output: 'error: cannot connect\n' }) },
  },
  {
    name: 'crashed',
    when: 'a signal ended it',
    scenario: 'good',
    patches: [],
    fact: 'client.signal',
    text: 'ended by SIGSEGV',
    without: [],
    also: { client: client({ signal: 'SIGSEGV' }) },
    alsoWithout: { client: client({}) },
  },
  {
    name: 'hung',
    when: 'it was still running at the time limit',
    scenario: 'good',
    patches: [],
    fact: 'client.timedOut',
    text: 'still running at the time limit',
    without: [],
    also: { client: client({ timedOut: true }) },
    alsoWithout: { client: client({}) },
  },
  {
    name: 'hung',
    when: "the server's limit ended a connection on which nothing was used",
    scenario: 'expired',
    patches: [fired('expired', 'certificate'), finished, limit],
    fact: 'end',
    text: "silent until the server's limit (idle)",
    without: [fired('expired', 'certificate'), finished, inTls, limit],
  },
  {
    name: 'hung',
    when: 'hanging is what is tried, whatever was said before',
    scenario: fault('hung'),
    patches: [fired(), finished, inTls, limit],
    fact: 'end',
    text: "silent until the server's limit (idle)",
    without: [fired(), finished, inTls],
  },
  {
    name: 'looped',
    when: 'the same command has the same answer ten times in a row',
    scenario: fault('looped'),
    patches: [fired(), finished, said('tls', ...many((index) => `a${index} BAD no`))],
    fact: 'commands[9].line',
    text: 'a9 CAPABILITY',
    without: [fired(), finished, said('tls', ...many((index) => `a${index} BAD no ${index}`))],
  },
  {
    name: 'looped',
    when: 'the tenth connection is refused as those before it',
    scenario: fault('looped'),
    patches: [fired()],
    fact: 'nth',
    text: 'connection 1, after 9 that came to the same',
    without: [],
    also: { run: Array.from({ length: 9 }, () => record(fired())) },
  },
  {
    name: 'safe-continue',
    when: 'a session is used',
    scenario: 'good',
    patches: [fired('good', 'certificate'), finished, said('tls', { line: 'EHLO x' })],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired('good', 'certificate'), finished, said('tls', { line: 'QUIT' })],
  },
  {
    name: 'turned-away',
    when: 'it has no certificate',
    scenario: 'client-cert-required',
    patches: [
      { handshake: { result: 'failed', error: 'peer did not return a certificate', turnedAway: 'no-certificate' } },
    ],
    fact: 'handshake.error',
    text: 'peer did not return a certificate',
    without: [{ handshake: { result: 'failed', error: 'unsupported protocol' } }],
  },
  {
    name: 'safe-abort',
    when: 'it sends an alert',
    scenario: 'expired',
    patches: [
      fired('expired', 'certificate'),
      { handshake: { result: 'alert', alertReceived: { code: 45, name: 'certificate_expired' } } },
    ],
    fact: 'handshake.alertReceived',
    text: 'alert certificate_expired (45)',
    without: [{ handshake: { result: 'alert', alertReceived: { code: 45, name: 'certificate_expired' } } }],
  },
  {
    name: 'safe-abort',
    when: 'it closes without a word',
    scenario: 'expired',
    patches: [fired('expired', 'certificate'), { handshake: { result: 'closed' } }],
    fact: 'end',
    text: 'client: fin, the handshake closed',
    without: [fired('expired', 'certificate'), { handshake: { result: 'closed' }, end: null }],
  },
  {
    name: 'safe-retry-secure',
    when: 'what it refused here it does on the fallback, inside TLS',
    scenario: 'expired',
    patches: [fired('expired', 'certificate')],
    fact: 'commands[0].line',
    text: 'EHLO x',
    without: [fired('expired', 'certificate')],
    also: { run: [record({ role: 'fallback' }, finished, said('tls', { line: 'EHLO x' }))] },
    alsoWithout: { run: [record({ role: 'fallback' }, said('clear', { line: 'EHLO x' }))] },
  },
]

function detect(
  name: FineName,
  input: ScenarioInput,
  patches: readonly Patch[],
  { run = [], ...also }: Case['also'] = {},
): Proof | undefined {
  const scenario = resolveScenario(input)
  const one = record({ scenario: scenario.id }, ...patches)
  // The newest is the one that is judged, but where others come later by number.
  const all = run.some(({ nth }) => nth > one.nth) ? [one, ...run] : [...run, one]
  return detectors[name](one, contextOf(scenario, one.nth, { run: all, ...also }))
}

describe('a detector', () => {
  it('exists for every fine name, and each is tried here', () => {
    expect(Object.keys(detectors).sort()).toEqual([...fineNames].sort())
    expect([...new Set(cases.map(({ name }) => name))].sort()).toEqual([...fineNames].sort())
  })

  it.each(cases.map((one) => [`${one.name}, where ${one.when}`, one] as const))('finds and proves %s', (_, one) => {
    const proof = detect(one.name, one.scenario, one.patches, one.also)
    expect(proof).toMatchObject({
      fact: one.fact,
      text: one.text instanceof RegExp ? expect.stringMatching(one.text) : one.text,
    })
    expect(JSON.parse(JSON.stringify(proof))).toEqual(proof)
  })

  it.each(cases.map((one) => [`${one.name} without which ${one.when}`, one] as const))('does not find %s', (_, one) => {
    expect(detect(one.name, one.scenario, one.without, one.alsoWithout ?? one.also)).toBeUndefined()
  })

  it('needs the twin where only the twin can tell', () => {
    const besideTwin = cases.filter(({ also }) => also?.twin)
    expect(besideTwin.length).toBeGreaterThan(4)
    for (const { name, scenario, patches } of besideTwin) {
      const alike = record({ scenario: 'a' }, ...patches)
      expect(detect(name, scenario, patches, {}), name).toBeUndefined()
      expect(detect(name, scenario, patches, { twin: [alike] }), name).toBeUndefined()
    }
  })
})

describe('a proof', () => {
  const long = 'x'.repeat(10_000)

  it('is short and printable, whatever was said', () => {
    const line = `AUTH PLAIN \x1b[31m\0\r${long}`
    const proof = detect('downgraded-no-tls', 'starttls-stripped', [
      ...stripped,
      said('clear', { line, verb: 'AUTH', action: 'auth' }),
    ])
    expect(proof?.text.length).toBeLessThanOrEqual(200)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(proof?.text).not.toMatch(/[\x00-\x1f]/)
    expect(JSON.stringify(proof).length).toBeLessThan(2000)
  })

  it('has no more than three steps before it and three behind it', () => {
    const proof = detect('leak-credentials-clear', 'starttls-stripped', [
      ...stripped,
      said(
        'clear',
        { line: 'STARTTLS', reply: '502 no' },
        { line: 'AUTH LOGIN', reply: '334 VXNl', more: `am9l\n${long}` },
      ),
      credential('clear'),
    ])
    expect(proof?.before.map(({ fact }) => fact)).toEqual(['commands[1].line', 'commands[1].reply', 'commands[1].more'])
    expect(proof?.after).toEqual([])
  })
})
