import { describe, expect, it } from 'vitest'
import { LateReply } from '../../src/servers/core/command-result.ts'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { connect, logIn, message, type Replacement } from './harness.ts'

const no =
  (target: string): Replacement =>
  (verb, send) =>
    verb === target && send !== '' ? 'q NO by a quirk\r\n' : undefined
const mails = [message('Subject: 1', '', 'a'), message('Subject: 2', '', 'b')]

/** What a session and its store look like from outside. */
const stateOf = ({ session, store }: Awaited<ReturnType<typeof connect>>) => ({
  state: session.state,
  selected: session.view?.folder.name,
  knowsModseq: session.knowsModseq,
  names: [...store.folders].map(({ name }) => name),
  subscriptions: [...store.subscriptions],
  messages: [...store.folders].map(({ messages }) => messages.map(({ uid, flags }) => [uid, ...flags].join(' '))),
})

describe('a command whose reply is replaced', () => {
  it.each([
    'SELECT Sent',
    'SELECT Nowhere',
    'EXAMINE Sent',
    'CLOSE',
    'UNSELECT',
    'EXPUNGE',
    'UID EXPUNGE 1',
    'STORE 2 +FLAGS (\\Seen)',
    'UID STORE 2 FLAGS ()',
    'FETCH 2 BODY[]',
    'FETCH 2 (MODSEQ)',
    'COPY 1 Sent',
    'COPY 1 INBOX',
    'MOVE 1 Sent',
    'UID MOVE 1 Sent',
    'CREATE New',
    'DELETE Sent',
    'RENAME Sent Gone',
    'SUBSCRIBE New',
    'UNSUBSCRIBE Sent',
    'STATUS Sent (HIGHESTMODSEQ)',
    'SEARCH MODSEQ 1',
    'LOGOUT',
  ])('changes nothing: %s', async (command) => {
    const verb = /^(?:UID )?\w+/.exec(command)?.[0] ?? ''
    const situation = { messages: mails }
    const client = await logIn(situation, 'INBOX', no(verb))
    if (!['STORE', 'UID STORE'].includes(verb)) await client.lines('x STORE 1 +FLAGS.SILENT (\\Deleted)')
    if (/SELECT|EXAMINE/.test(verb)) await client.lines('x NOOP')
    const before = stateOf(client)
    expect(await client.lines(`q ${command}`)).toBe('q NO by a quirk\r\n')
    expect(stateOf(client)).toEqual(before)

    // Its twin without the quirk does.
    const twin = await logIn(situation, 'INBOX')
    if (!['STORE', 'UID STORE'].includes(verb)) await twin.lines('x STORE 1 +FLAGS.SILENT (\\Deleted)')
    else await twin.lines('x STORE 2 +FLAGS.SILENT (\\Flagged)')
    const untouched = stateOf(twin)
    await twin.lines(`q ${command}`)
    expect(stateOf(twin)).not.toEqual(untouched)
  })

  it('does not log in, and ENABLE does not enable', async () => {
    const client = await connect({ mode: 'implicit' }, no('LOGIN'))
    expect(await client.lines('q LOGIN u p')).toBe('q NO by a quirk\r\n')
    expect(client.session.state).toBe('not-authenticated')
    const enabling = await logIn({}, undefined, no('ENABLE'))
    await enabling.lines('q ENABLE CONDSTORE')
    expect(enabling.session.knowsModseq).toBe(false)
  })

  it('does not store, and the message that crossed is recorded', async () => {
    const client = await logIn({}, 'INBOX', no('APPEND'))
    expect(await client.send('q APPEND INBOX {5+}\r\nhello\r\n')).toBe('q NO by a quirk\r\n')
    expect(client.store.inbox.messages.length).toBe(0)
    expect(client.told.messages.length).toBe(1)
  })

  it('keeps news for the next command', async () => {
    const store = new MailStore(mails)
    let armed = true
    const client = await logIn({ store }, 'INBOX', (verb) =>
      verb === 'NOOP' && armed ? 'q NO by a quirk\r\n' : undefined,
    )
    store.inbox.remove(store.inbox.messages.slice(0, 1))
    expect(await client.lines('q NOOP')).toBe('q NO by a quirk\r\n')
    armed = false
    expect(await client.lines('r NOOP')).toBe('* 1 EXPUNGE\r\nr OK NOOP completed\r\n')
  })

  it('gives away no UID', async () => {
    let armed = true
    const client = await logIn({ messages: mails }, 'INBOX', (verb) =>
      verb === 'COPY' && armed ? 'q NO by a quirk\r\n' : undefined,
    )
    await client.lines('q COPY 1:2 Sent')
    armed = false
    const validity = client.store.folder('Sent')?.uidValidity
    expect(await client.lines('r COPY 1:2 Sent')).toBe(`r OK [COPYUID ${validity} 1:2 1:2] COPY completed\r\n`)
  })
})

describe('what happens before an answer is written is told with it', () => {
  const meanwhile = async (verb: string, happen: (store: MailStore) => void) => {
    const store = new MailStore(mails)
    let armed = false
    const client = await logIn({ store }, 'INBOX', (asked, send) => {
      if (armed && asked === verb && send !== '') {
        armed = false
        happen(store)
      }
      return undefined
    })
    armed = true
    return client
  }
  const late = message('Subject: late', '', 'x')

  it('by SELECT', async () => {
    const client = await meanwhile('SELECT', ({ inbox }) => {
      inbox.add(late)
      inbox.remove(inbox.messages.slice(0, 1))
    })
    expect(await client.lines('s SELECT INBOX')).toContain('* 2 EXISTS\r\n')
    expect(await client.lines('a NOOP', 'b FETCH 1:* UID')).toBe(
      'a OK NOOP completed\r\n* 1 FETCH (UID 2)\r\n* 2 FETCH (UID 3)\r\nb OK FETCH completed\r\n',
    )
  })

  it('by APPEND, whose message has the next number', async () => {
    const client = await meanwhile('APPEND', ({ inbox }) => inbox.add(late))
    const { uidValidity } = client.store.inbox
    expect(await client.send('a APPEND INBOX {5+}\r\nhello\r\n')).toBe(
      `* 4 EXISTS\r\n* 4 RECENT\r\na OK [APPENDUID ${uidValidity} 4] APPEND completed\r\n`,
    )
  })

  it('by NOOP', async () => {
    const client = await meanwhile('NOOP', ({ inbox }) => {
      inbox.remove(inbox.messages.slice(0, 1))
      for (const left of inbox.messages) inbox.changeFlags(left, ['\\Draft'])
    })
    expect(await client.lines('a NOOP', 'b NOOP')).toBe(
      '* 1 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Draft \\Recent))\r\na OK NOOP completed\r\nb OK NOOP completed\r\n',
    )
  })

  it('by FETCH and STORE, which keep what others have set', async () => {
    const flag = ({ inbox }: MailStore) => {
      for (const one of inbox.messages) inbox.changeFlags(one, ['\\Flagged'])
    }
    const reader = await meanwhile('FETCH', flag)
    expect(await reader.lines('a FETCH 2 BODY[TEXT]')).toBe(
      '* 2 FETCH (BODY[TEXT] {3}\r\nb\r\n FLAGS (\\Flagged \\Seen \\Recent))\r\n' +
        '* 1 FETCH (FLAGS (\\Flagged \\Recent))\r\na OK FETCH completed\r\n',
    )
    const writer = await meanwhile('STORE', flag)
    expect(await writer.lines('b STORE 1 +FLAGS.SILENT (\\Seen)')).toBe(
      '* 1 FETCH (FLAGS (\\Flagged \\Seen \\Recent))\r\n* 2 FETCH (FLAGS (\\Flagged \\Recent))\r\nb OK STORE completed\r\n',
    )
  })
})

describe('what happens between two pieces of an answer', () => {
  it.each([
    ['STORE', 'STORE 1:2 +FLAGS (\\Seen)'],
    ['STORE', 'STORE 1:2 +FLAGS.SILENT (\\Seen)'],
    ['UID STORE', 'UID STORE 1:2 -FLAGS (\\Seen)'],
    ['FETCH', 'FETCH 1:2 (FLAGS BODY[])'],
    ['UID FETCH', 'UID FETCH 1:2 (BODY[TEXT])'],
    ['NOOP', 'NOOP'],
  ])('is told in the end, wherever it happens: %s in %s', async (verb, command) => {
    for (let place = 0; place < 12; place++) {
      const store = new MailStore(mails)
      const { inbox } = store
      const change = (flag: string) => inbox.messages[0] && inbox.changeFlags(inbox.messages[0], [flag])
      const client = await logIn({ store }, 'INBOX', (asked, send) => {
        if (asked !== verb || !(send instanceof LateReply)) return undefined
        let said = ''
        let nth = 0
        for (const piece of send.pieces()) {
          if (nth++ === place) change('late')
          said += piece.toString('latin1')
        }
        return said
      })
      change('early')
      const said = await client.lines(`a ${command}`, 'b CHECK')
      const told = [...said.matchAll(/^\* 1 FETCH \(.*?FLAGS \(([^)]*)\)/gms)].map(([, flags]) => flags)
      const flags = [...(inbox.messages[0]?.flags ?? [])]
      // Told, or done by the client itself and not changed since.
      if (told.length > 0 || flags.includes('late')) expect(told.at(-1)).toBe([...flags, '\\Recent'].join(' '))
    }
  })
})
