import { describe, expect, it } from 'vitest'
import {
  correctClient,
  describeBaseline,
  describeCell,
  describeClient,
  describeCounts,
  describeEnd,
  furtherWords,
} from '../../../src/check/describe.ts'
import type { CheckCell, ClientEnd } from '../../../src/check/report.ts'
import { fineNames } from '../../../src/scenarios/fine-names.ts'
import type { StartTlsState } from '../../../src/verdicts/proof.ts'
import { cell } from './sample/cell.ts'
import { clean, sample } from './sample.ts'

/** A proof of which a sentence needs nothing but these words. */
const proof = (what: string, starttls?: StartTlsState): Pick<CheckCell, 'proof'> => ({
  proof: {
    ...{
      connection: 'c1',
      nth: 1,
      scenario: 'any',
      what,
      at: 1,
      from: 'client',
      phase: 'clear',
      fact: 'commands[0].line',
    },
    ...{ kind: 'bytes', text: 'anything', before: [], after: [], ...(starttls && { starttls }) },
  },
})

type Given = Pick<CheckCell, 'detail'> & Partial<Omit<CheckCell, 'client'>> & { readonly client?: Partial<ClientEnd> }

const told = ({ protocol = 'smtp', mode = 'starttls', scenario = 'starttls-stripped', ...rest }: Given): string =>
  describeCell(cell({ protocol, mode, scenario, ...rest }))

describe('the sentence of a cell', () => {
  it.each<readonly [string, Given]>([
    [
      'sent the password in clear although STARTTLS was missing',
      { detail: 'leak-credentials-clear', ...proof('the password', 'missing') },
    ],
    [
      'sent the token in clear although STARTTLS was refused',
      { detail: 'leak-credentials-clear', ...proof('the token', 'refused') },
    ],
    [
      'sent the password in clear although STARTTLS was offered',
      { detail: 'leak-credentials-clear', ...proof('the password', 'ignored') },
    ],
    [
      'sent the password in clear although STLS was granted',
      { detail: 'leak-credentials-clear', protocol: 'pop3', ...proof('the password', 'granted') },
    ],
    [
      'sent the password in clear before it asked for STLS',
      { detail: 'leak-credentials-clear', protocol: 'pop3', ...proof('the password', 'asked-later') },
    ],
    [
      'sent the password in clear without asking for STLS',
      { detail: 'leak-credentials-clear', protocol: 'pop3', ...proof('the password', 'not-asked') },
    ],
    ['sent the password in clear', { detail: 'leak-credentials-clear', proof: null }],
    [
      'sent the password in clear on a port for implicit TLS',
      { detail: 'leak-credentials-clear', mode: 'implicit', ...proof('the password') },
    ],
    [
      'sent the password in clear when it came back without TLS',
      {
        detail: 'leak-credentials-clear',
        scenario: 'expired',
        flags: ['retry-in-clear'],
        ...proof('the password', 'refused'),
      },
    ],
    [
      'sent a hash of the password in clear although STARTTLS was refused',
      { detail: 'leak-hash-clear', ...proof('a hash of the password', 'refused') },
    ],
    [
      'sent the message in clear although STARTTLS was missing',
      { detail: 'leak-message-clear', ...proof('the message', 'missing') },
    ],
    [
      'sent sender and recipients in clear although STARTTLS was missing',
      { detail: 'leak-message-clear', ...proof('sender and recipients', 'missing') },
    ],
    [
      'sent the user name in clear without asking for STLS',
      { detail: 'leak-identity-clear', protocol: 'pop3', ...proof('the user name', 'not-asked') },
    ],
    [
      'went on without TLS although STARTTLS was missing',
      { detail: 'downgraded-no-tls', ...proof('a command', 'missing') },
    ],
    [
      'went on without TLS before it asked for STARTTLS',
      { detail: 'downgraded-no-tls', ...proof('a command', 'asked-later') },
    ],
    [
      'sent the password to another host, to which the server had sent it',
      { detail: 'leak-credentials-untrusted-host', ...proof('the password') },
    ],
    ['went to another host, to which the server had sent it', { detail: 'followed-referral' }],
    [
      'showed a certificate of its own to a server whose certificate has expired',
      { detail: 'leak-identity-untrusted', scenario: 'expired' },
    ],
    [
      'used inside TLS what it had been told in clear: the mailbox 7XiYhgS7',
      { detail: 'acted-on-clear-state', ...proof('the mailbox 7XiYhgS7') },
    ],
    ['went on with a server that had not proved that it knows the password', { detail: 'acted-on-unverified-server' }],
    ['spoke its protocol to a server that had greeted it in another', { detail: 'acted-on-wrong-protocol' }],
    ['took what was cut off for all there is', { detail: 'accepted-truncation' }],
    ['reported success for what the server had not confirmed', { detail: 'accepted-unconfirmed' }],
    [
      "showed its user, as the server's word, what had come in clear: call 555",
      { detail: 'surfaced-clear-text', ...proof('call 555') },
    ],
    [
      'went on over TLS that had to be refused: a record was forged',
      { detail: 'accepted-bad-tls', because: 'a record was forged' },
    ],
    [
      'went on with a dialogue that it had to leave: it was greeted with 554',
      { detail: 'accepted-bad-dialogue', because: 'it was greeted with 554' },
    ],
    ['logged in by a weaker mechanism than both sides know', { detail: 'downgraded-mech' }],
    ['proved its password with too few rounds', { detail: 'downgraded-kdf' }],
    ['took what is malformed for what it should have been', { detail: 'tolerated-malformed' }],
    [
      'did the same again and again: the same command 10 times',
      { detail: 'looped', ...proof('the same command 10 times') },
    ],
    [
      'refused and reset the connection, and did its work on a port that is secure',
      { detail: 'safe-retry-secure', qualifier: 'rst' },
    ],
    ['agreed to an older TLS version than it should', { detail: 'downgraded-tls', scenario: 'tls10-only' }],
    [
      'sent the password to a server whose certificate has expired',
      { detail: 'leak-credentials-untrusted-tls', scenario: 'expired' },
    ],
    [
      'sent the password to a server whose certificate depends on one that has expired',
      { detail: 'leak-credentials-untrusted-tls', scenario: 'expired-intermediate' },
    ],
    [
      'sent the password to a server whose certificate is self-signed and is for another name',
      { detail: 'leak-credentials-untrusted-tls', scenario: 'self-signed+wrong-host@2nd' },
    ],
    [
      'sent the message to a server whose certificate leads to no trusted root',
      { detail: 'leak-message-untrusted-tls', scenario: 'untrusted-root', ...proof('the message') },
    ],
    [
      'sent sender and recipients to a server whose certificate is revoked',
      { detail: 'leak-message-untrusted-tls', scenario: 'revoked', ...proof('sender and recipients') },
    ],
    [
      'went on with a server whose certificate is not yet valid',
      { detail: 'accepted-bad-cert', scenario: 'not-yet-valid' },
    ],
    [
      'went on with a server that had to be refused: its key is 512 bits long',
      { detail: 'accepted-bad-cert', scenario: 'my-own', because: 'its key is 512 bits long' },
    ],
    ['completed the session', { detail: 'safe-continue', scenario: 'good' }],
    ['went on, as it may', { detail: 'safe-continue', scenario: 'auth-never' }],
    ['refused with the alert unknown_ca', { detail: 'safe-abort', qualifier: 'alert:unknown_ca' }],
    ['refused and closed the connection without a word', { detail: 'safe-abort', qualifier: 'silent-close' }],
    ['refused and reset the connection', { detail: 'safe-abort', qualifier: 'rst' }],
    ['refused and said goodbye inside TLS', { detail: 'safe-abort', qualifier: 'quit-in-tls' }],
    ['refused and said goodbye in clear', { detail: 'safe-abort', qualifier: 'quit-in-clear' }],
    [
      'refused and closed the connection after the handshake',
      { detail: 'safe-abort', qualifier: 'close-after-finished' },
    ],
    ['refused', { detail: 'safe-abort', qualifier: null }],
    [
      'refused with the alert unknown_ca, for another reason: unknown-issuer',
      { detail: 'safe-abort', qualifier: 'alert:unknown_ca', reason: 'unknown-issuer', flags: ['wrong-reason'] },
    ],
    ['refused, yet reported success', { detail: 'safe-abort', qualifier: null, flags: ['silent-success'] }],
    [
      'completed the session, yet reported failure, and left processes behind',
      { detail: 'safe-continue', scenario: 'good', flags: ['silent-failure', 'left-children'] },
    ],
    [
      'refused a server that is right in every respect (rst)',
      { detail: 'false-reject', scenario: 'good', qualifier: 'rst' },
    ],
    [
      'refused a server that it should accept (alert protocol_version)',
      { detail: 'false-reject', scenario: 'tls13-only', qualifier: 'alert:protocol_version' },
    ],
    ['was turned away by the server', { detail: 'turned-away', scenario: 'client-cert-required' }],
    ['was turned away by the server, which has no reason to do so', { detail: 'turned-away', scenario: 'good' }],
    ['hung until it was ended at the time limit', { detail: 'hung', client: { timedOut: true } }],
    ['hung until the server ended the connection', { detail: 'hung' }],
    ['never connected', { detail: 'not-reached', transcripts: [] }],
    ['left before it met what is special here', { detail: 'not-reached' }],
    ['was still connected when it was judged', { detail: 'inconclusive:still-open' }],
    ['cannot be judged: good failed', { detail: 'inconclusive:good-failed' }],
    [
      'does not work with the good server, so nothing can be said here',
      { detail: 'inconclusive:control-dirty', transcripts: [] },
    ],
    [
      'took what was injected in clear before the handshake for an answer inside TLS',
      { detail: 'acted-on-injected', scenario: 'starttls-injected' },
    ],
    [
      'speaks on without waiting for answers, injected or not, so nothing can be said here',
      { detail: 'inconclusive:twin-alike', scenario: 'starttls-injected' },
    ],
    ['crashed (SIGSEGV)', { detail: 'crashed', client: { signal: 'SIGSEGV' } }],
    ['refused a server that it should accept', { detail: 'safe-abort', scenario: 'tls13-only', qualifier: null }],
    ['followed a star', { detail: 'followed-a-star' as CheckCell['detail'] }],
  ])('is "%s"', (sentence, given) => {
    expect(told(given)).toBe(sentence)
  })

  it('has words for every fine name, with a proof and without', () => {
    for (const detail of fineNames) {
      expect(told({ detail, proof: null })).toMatch(/ /)
      expect(told({ detail, ...proof('it') })).not.toBe(detail.replaceAll('-', ' '))
    }
  })

  it('has words for every cell of the sample', () => {
    for (const one of sample.cells) expect(describeCell(one)).toMatch(/^[a-z][^.]+[^. ]$/)
  })
})

describe('the words beside the sentence', () => {
  it('say what a correct client does', () => {
    expect(correctClient({ expect: 'reject', because: 'it is expired' })).toBe('refuses: it is expired')
    expect(correctClient({ expect: 'accept', because: 'all is well' })).toBe('goes on: all is well')
    expect(correctClient({ expect: 'either', because: 'nothing says' })).toBe('may refuse or go on: nothing says')
  })

  it.each<readonly [string, Partial<ClientEnd>]>([
    ['exit 0, reported success', { exit: 0 }],
    ['exit 60: certificate has expired', { exit: 60, error: 'certificate\r\n  has expired\n' }],
    ['exit 2', { exit: 2, error: 'exit status 2' }],
    ['ended by SIGSEGV', { exit: null, signal: 'SIGSEGV', error: 'ended by SIGSEGV' }],
    ['ended by SIGABRT: out of memory', { exit: null, signal: 'SIGABRT', error: 'out of memory' }],
    [
      'ran out of time: still running after 500 ms',
      { exit: null, error: 'still running after 500 ms', timedOut: true },
    ],
    ['ran out of time: connecting', { exit: null, signal: 'SIGKILL', error: 'connecting', timedOut: true }],
    ['reported success', { exit: null }],
    ['self-signed certificate', { exit: null, error: 'self-signed certificate' }],
  ])('say how the client ended: %s', (words, end) => {
    expect(describeEnd({ exit: null, signal: null, error: null, output: '', timedOut: false, ...end })).toBe(words)
  })

  it('say so where the client was not started at all', () => {
    const unjudged = { scenario: 'expired', protocol: 'smtp', mode: 'implicit', client: { exit: null } } as const
    expect(describeClient(cell({ ...unjudged, detail: 'inconclusive:control-dirty' }))).toBe('was not started')
    expect(describeClient(cell(unjudged))).toBe('reported success')
  })

  it('leave out what the client wrote where it is its error', () => {
    const end = { exit: null, signal: null, timedOut: false }
    expect(furtherWords({ ...end, error: 'no TLS', output: 'no TLS\n' })).toBe('')
    expect(furtherWords({ ...end, error: 'no TLS', output: 'hello\nno TLS\n' })).toBe('hello\nno TLS')
  })

  it('say what the baseline expects, and nothing where it expects the same', () => {
    const [changed] = sample.cells.filter(({ baseline }) => baseline !== null)
    expect(changed && describeBaseline(changed)).toBe(
      'the baseline expects pass, refused (refused since release 4.1, see #812)',
    )
    expect(describeBaseline(cell({ scenario: 'expired', protocol: 'smtp', mode: 'implicit' }))).toBeNull()
  })

  it('count, and leave out what there is none of', () => {
    expect(describeCounts(sample)).toBe(
      '14 of 45 failed, 3 inconclusive, 6 noted, 22 passed, 1 as the baseline expects, 2 not as it expects',
    )
    expect(describeCounts(clean)).toBe('0 of 21 failed, 21 passed')
  })
})
