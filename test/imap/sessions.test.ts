import { describe, expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { logIn, message, settle } from './harness.ts'

const mail = (subject: string) => message(`Subject: ${subject}`, '', 'x')

async function twoSessions(count = 4) {
  const store = new MailStore(Array.from({ length: count }, (_, index) => mail(String(index + 1))))
  const one = await logIn({ store }, 'INBOX')
  const other = await logIn({ store }, 'INBOX')
  return { store, one, other }
}

describe('several sessions on one mailbox', () => {
  it('keep their own numbers until they are told', async () => {
    const { one, other } = await twoSessions()
    expect(await other.lines('a STORE 2 +FLAGS.SILENT (\\Deleted)', 'b EXPUNGE')).toContain('* 2 EXPUNGE\r\n')
    // Not while FETCH, STORE or SEARCH by number is answered.
    expect(await one.lines('c FETCH 2:3 UID', 'd SEARCH ALL', 'e STORE 4 FLAGS.SILENT ()')).toBe(
      '* 2 FETCH (UID 2)\r\n* 3 FETCH (UID 3)\r\nc OK FETCH completed\r\n' +
        '* SEARCH 1 2 3 4\r\nd OK SEARCH completed\r\ne OK STORE completed\r\n',
    )
    expect(await one.lines('f NOOP', 'g FETCH 2:3 UID')).toBe(
      '* 2 EXPUNGE\r\nf OK NOOP completed\r\n* 2 FETCH (UID 3)\r\n* 3 FETCH (UID 4)\r\ng OK FETCH completed\r\n',
    )
  })

  it('are told of expunged messages with UID commands, from the end', async () => {
    const { one, other } = await twoSessions()
    await other.lines('a STORE 1,3 +FLAGS.SILENT (\\Deleted)', 'b CLOSE')
    expect(await one.lines('c UID FETCH 4 FLAGS')).toBe(
      '* 4 FETCH (UID 4 FLAGS (\\Recent))\r\n* 3 EXPUNGE\r\n* 1 EXPUNGE\r\nc OK FETCH completed\r\n',
    )
  })

  it('are told of new messages and of flags with any command', async () => {
    const { one, other, store } = await twoSessions(2)
    await other.lines('a STORE 1 +FLAGS.SILENT (\\Answered)')
    store.inbox.add(mail('5'))
    store.inbox.add(mail('6'))
    expect(await one.lines('b FETCH 2 UID')).toBe(
      '* 2 FETCH (UID 2)\r\n* 1 FETCH (FLAGS (\\Answered \\Recent))\r\n* 4 EXISTS\r\n* 4 RECENT\r\nb OK FETCH completed\r\n',
    )
    // The first session that is told claims them.
    expect(await other.lines('c NOOP', 'd FETCH 4 FLAGS')).toBe(
      '* 4 EXISTS\r\n* 0 RECENT\r\nc OK NOOP completed\r\n* 4 FETCH (FLAGS ())\r\nd OK FETCH completed\r\n',
    )
  })

  it('never hear of a message that came and went', async () => {
    const { one, store } = await twoSessions(1)
    store.inbox.remove([store.inbox.add(mail('brief'))])
    expect(await one.lines('a NOOP')).toBe('a OK NOOP completed\r\n')
  })

  it('tell removals before arrivals', async () => {
    const { one, store } = await twoSessions(2)
    store.inbox.add(mail('3'))
    store.inbox.remove(store.inbox.messages.slice(0, 1))
    expect(await one.lines('a SEARCH ALL')).toBe(
      '* SEARCH 1 2\r\n* 3 EXISTS\r\n* 3 RECENT\r\na OK SEARCH completed\r\n',
    )
    expect(await one.lines('b NOOP', 'c FETCH 1:* UID')).toBe(
      '* 1 EXPUNGE\r\nb OK NOOP completed\r\n* 1 FETCH (UID 2)\r\n* 2 FETCH (UID 3)\r\nc OK FETCH completed\r\n',
    )
  })

  it('still serve a message that another session removed', async () => {
    const { one, other } = await twoSessions(2)
    await other.lines('a STORE 1 +FLAGS.SILENT (\\Deleted)', 'b EXPUNGE')
    expect(await one.lines('c FETCH 1 BODY[TEXT]')).toContain('* 1 FETCH (BODY[TEXT] {3}\r\nx\r\n)')
    expect(await one.lines('d STORE 1 FLAGS (\\Seen)', 'e MOVE 1 Trash')).toBe(
      'd OK STORE completed\r\n* 1 EXPUNGE\r\ne OK MOVE of no message completed\r\n',
    )
  })

  it('go on in a mailbox that was renamed or deleted', async () => {
    const store = new MailStore()
    store.create('Work')?.add(mail('1'))
    const one = await logIn({ store }, 'Work')
    store.delete('Work')
    expect(await one.lines('a FETCH 1 UID', 'b CLOSE', 'c SELECT Work')).toBe(
      '* 1 FETCH (UID 1)\r\na OK FETCH completed\r\nb OK CLOSE completed\r\nc NO [NONEXISTENT] No such mailbox\r\n',
    )
  })

  it('leave no subscription behind', async () => {
    const { one, other, store } = await twoSessions(1)
    await one.lines('a LOGOUT')
    await other.hangUp()
    await one.end
    // Would throw or push if anyone still listened.
    store.inbox.add(mail('2'))
    await settle()
    expect([one.read(), other.read()]).toEqual(['', ''])
    expect([one.session.view, other.session.view]).toEqual([undefined, undefined])
  })
})

describe('flags that another session changed', () => {
  // RFC 3501 §7.4.2: a FETCH response is about a message that there is.
  it.each([
    ['EXPUNGE', '* 2 EXPUNGE\r\na OK EXPUNGE completed\r\n'],
    ['UID EXPUNGE 2', '* 2 EXPUNGE\r\na OK EXPUNGE completed\r\n'],
  ])('are not told of a message that this one removes: %s', async (command, told) => {
    const { one, other } = await twoSessions(3)
    await other.lines('x STORE 2 FLAGS.SILENT (\\Deleted \\Flagged)')
    expect(await one.lines(`a ${command}`, 'b NOOP')).toBe(`${told}b OK NOOP completed\r\n`)
  })

  it('are not told of a message that this one moves, nor of an empty mailbox', async () => {
    const { one, other, store } = await twoSessions(1)
    await other.lines('x STORE 1 FLAGS.SILENT (\\Flagged)')
    const validity = store.folder('Trash')?.uidValidity
    expect(await one.lines('a MOVE 1 Trash', 'b NOOP')).toBe(
      `* OK [COPYUID ${validity} 1 1] Moved\r\n* 1 EXPUNGE\r\na OK MOVE completed\r\nb OK NOOP completed\r\n`,
    )
  })

  // RFC 3501 §6.4.6: the new value, and whatever the suffix says, what others have changed.
  it.each([
    ['STORE 1 +FLAGS (\\Seen)', '* 1 FETCH (FLAGS (\\Flagged \\Seen \\Recent))\r\n', 'STORE'],
    ['STORE 1 +FLAGS.SILENT (\\Seen)', '* 1 FETCH (FLAGS (\\Flagged \\Seen \\Recent))\r\n', 'STORE'],
    ['UID STORE 1 +FLAGS (\\Seen)', '* 1 FETCH (UID 1 FLAGS (\\Flagged \\Seen \\Recent))\r\n', 'STORE'],
    ['UID STORE 1 -FLAGS.SILENT (\\Seen)', '* 1 FETCH (UID 1 FLAGS (\\Flagged \\Recent))\r\n', 'STORE'],
    ['FETCH 1 BODY[TEXT]', '* 1 FETCH (BODY[TEXT] {3}\r\nx\r\n FLAGS (\\Flagged \\Seen \\Recent))\r\n', 'FETCH'],
    ['FETCH 1 FLAGS', '* 1 FETCH (FLAGS (\\Flagged \\Recent))\r\n', 'FETCH'],
  ])('are told once, as they are then: %s', async (command, told, verb) => {
    const { one, other } = await twoSessions(2)
    await other.lines('x STORE 1 FLAGS.SILENT (\\Flagged)')
    expect(await one.lines(`a ${command}`, 'b NOOP')).toBe(`${told}a OK ${verb} completed\r\nb OK NOOP completed\r\n`)
  })

  // RFC 7162 §3.1: a mod-sequence only grows.
  it.each([
    ['STORE 1 +FLAGS (\\Seen)', '* 1 FETCH (UID 1 MODSEQ (5) FLAGS (\\Flagged \\Seen))\r\n', 'STORE'],
    ['UID STORE 1 +FLAGS.SILENT ($x)', '* 1 FETCH (UID 1 MODSEQ (5) FLAGS (\\Flagged $x))\r\n', 'STORE'],
    [
      'UID FETCH 1 BODY[TEXT]',
      '* 1 FETCH (UID 1 BODY[TEXT] {3}\r\nx\r\n FLAGS (\\Flagged \\Seen) MODSEQ (5))\r\n',
      'FETCH',
    ],
  ])('are told once with the newest MODSEQ: %s', async (command, told, verb) => {
    const { one, other } = await twoSessions(2)
    await one.lines('x SELECT INBOX (CONDSTORE)')
    await other.lines('x STORE 1 FLAGS.SILENT (\\Flagged)')
    expect(await one.lines(`a ${command}`, 'b NOOP')).toBe(`${told}a OK ${verb} completed\r\nb OK NOOP completed\r\n`)
  })
})

describe('IDLE', () => {
  it('pushes what happens, expunges included, and ends with DONE', async () => {
    const { one, other, store } = await twoSessions(2)
    expect(await one.send('IDLE IDLE\r\n')).toBe('+ idling\r\n')
    store.inbox.add(mail('3'))
    await settle()
    expect(one.read()).toBe('* 3 EXISTS\r\n* 3 RECENT\r\n')
    await other.lines('a STORE 1 +FLAGS (\\Deleted)')
    expect(one.read()).toBe('* 1 FETCH (FLAGS (\\Deleted \\Recent))\r\n')
    await other.lines('b EXPUNGE')
    expect(one.read()).toBe('* 1 EXPUNGE\r\n')
    expect(await one.send('done\r\n')).toBe('IDLE OK IDLE terminated\r\n')
    store.inbox.add(mail('4'))
    await settle()
    expect(one.read()).toBe('')
    expect(await one.lines('c NOOP')).toBe('* 3 EXISTS\r\n* 3 RECENT\r\nc OK NOOP completed\r\n')
  })

  it('pushes what one change brings about in one piece', async () => {
    const { one, store } = await twoSessions(3)
    await one.send('a IDLE\r\n')
    store.inbox.remove(store.inbox.messages)
    await settle()
    expect(one.read()).toBe('* 3 EXPUNGE\r\n* 2 EXPUNGE\r\n* 1 EXPUNGE\r\n')
  })

  it('tells at its beginning what was not told yet', async () => {
    const { one, store } = await twoSessions(1)
    store.inbox.add(mail('2'))
    expect(await one.send('a IDLE\r\n')).toBe('+ idling\r\n* 2 EXISTS\r\n* 2 RECENT\r\n')
  })

  it('is ended by anything else with BAD', async () => {
    const { one } = await twoSessions(1)
    expect(await one.send('a IDLE\r\nb NOOP\r\n')).toBe('+ idling\r\na BAD Expected DONE\r\n')
    expect(await one.lines('c NOOP')).toBe('c OK NOOP completed\r\n')
  })

  it('is ended by a line that is too long', async () => {
    const { one, store } = await twoSessions(1)
    await one.send('a IDLE\r\n')
    expect(await one.send(`${'x'.repeat(70_000)}\r\n`)).toBe('* BAD Line too long\r\n')
    store.inbox.add(mail('2'))
    await settle()
    expect(one.read()).toBe('')
  })

  it('needs no mailbox', async () => {
    const client = await logIn()
    expect(await client.lines('a IDLE', 'DONE')).toBe('+ idling\r\na OK IDLE terminated\r\n')
  })
})

describe('CONDSTORE', () => {
  const modseqs = async () => {
    const { one, other, store } = await twoSessions(3)
    await one.lines('x ENABLE CONDSTORE', 'x SELECT INBOX (CONDSTORE)')
    return { one, other, store }
  }

  it('adds UID and MODSEQ to what a client is told once it has shown that it knows them', async () => {
    const { one, other } = await modseqs()
    await other.lines('a STORE 2 +FLAGS (\\Seen)')
    expect(await one.lines('b NOOP')).toBe('* 2 FETCH (UID 2 MODSEQ (5) FLAGS (\\Seen))\r\nb OK NOOP completed\r\n')
    expect(await one.lines('c STORE 1 +FLAGS.SILENT (\\Flagged)')).toBe(
      '* 1 FETCH (UID 1 MODSEQ (6))\r\nc OK STORE completed\r\n',
    )
  })

  it('stores only what has not changed since', async () => {
    const { one, other } = await modseqs()
    await other.lines('a STORE 2 +FLAGS (\\Seen)')
    expect(await one.lines('b STORE 1:3 (UNCHANGEDSINCE 4) +FLAGS (\\Flagged)')).toBe(
      '* 1 FETCH (UID 1 MODSEQ (6) FLAGS (\\Flagged))\r\n* 3 FETCH (UID 3 MODSEQ (7) FLAGS (\\Flagged))\r\n' +
        '* 2 FETCH (UID 2 MODSEQ (5) FLAGS (\\Seen))\r\nb OK [MODIFIED 2] STORE failed for some\r\n',
    )
    expect(await one.lines('c UID STORE 1:3 (UNCHANGEDSINCE 0) FLAGS ()')).toBe(
      'c OK [MODIFIED 1:3] STORE failed for some\r\n',
    )
  })

  it('gives a message that does not change no new mod-sequence', async () => {
    const { one } = await modseqs()
    expect(await one.lines('a STORE 1 -FLAGS (\\Seen)')).toBe(
      '* 1 FETCH (UID 1 MODSEQ (2) FLAGS ())\r\na OK STORE completed\r\n',
    )
  })

  it('fetches what has changed since', async () => {
    const { one } = await modseqs()
    await one.lines('a STORE 3 +FLAGS.SILENT (\\Seen)')
    expect(await one.lines('b FETCH 1:* (FLAGS) (CHANGEDSINCE 4)', 'c UID FETCH 1:* FLAGS (CHANGEDSINCE 5)')).toBe(
      '* 3 FETCH (FLAGS (\\Seen) MODSEQ (5))\r\nb OK FETCH completed\r\nc OK FETCH completed\r\n',
    )
  })

  it('names the mod-sequence that reading brings about', async () => {
    const { one } = await modseqs()
    expect(await one.lines('a FETCH 1 (MODSEQ BODY[TEXT])', 'b FETCH 1 MODSEQ', 'c STATUS INBOX (HIGHESTMODSEQ)')).toBe(
      '* 1 FETCH (MODSEQ (5) BODY[TEXT] {3}\r\nx\r\n FLAGS (\\Seen))\r\na OK FETCH completed\r\n' +
        '* 1 FETCH (MODSEQ (5))\r\nb OK FETCH completed\r\n* STATUS "INBOX" (HIGHESTMODSEQ 5)\r\nc OK STATUS completed\r\n',
    )
  })

  it.each(['STATUS Sent (HIGHESTMODSEQ)', 'FETCH 1 MODSEQ', 'SEARCH MODSEQ 1', 'UID FETCH 1 FLAGS (CHANGEDSINCE 9)'])(
    'is enabled by %s',
    async (command) => {
      const { one } = await twoSessions(1)
      await one.lines(`a ${command}`)
      expect(await one.lines('b STORE 1 FLAGS.SILENT (\\Seen)')).toContain('MODSEQ')
    },
  )
})
