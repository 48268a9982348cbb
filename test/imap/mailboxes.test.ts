import { describe, expect, it } from 'vitest'
import { logIn, message } from './harness.ts'

const rest =
  '* LIST (\\Drafts \\HasNoChildren) "/" "Drafts"\r\n* LIST (\\Sent \\HasNoChildren) "/" "Sent"\r\n* LIST (\\Trash \\HasNoChildren) "/" "Trash"\r\n'
const inbox = '* LIST (\\HasNoChildren) "/" "INBOX"\r\n'

describe('LIST', () => {
  it('lists everything for * and the delimiter for an empty pattern', async () => {
    const client = await logIn()
    expect(await client.lines('a LIST "" *')).toBe(`${inbox}${rest}a OK LIST completed\r\n`)
    expect(await client.lines('b LIST "" ""')).toBe('* LIST (\\Noselect) "/" ""\r\nb OK LIST completed\r\n')
  })

  it('keeps % within one level and joins the reference', async () => {
    const client = await logIn()
    await client.lines('a CREATE Work/2026/May', 'b CREATE "Work/2026/June tax"')
    const list = async (args: string) =>
      (await client.lines(`x LIST ${args}`)).match(/"\/" ".*?"/g)?.map((name) => name.slice(5, -1)) ?? []
    expect(await list('"" %')).toEqual(['INBOX', 'Drafts', 'Sent', 'Trash', 'Work'])
    expect(await list('Work/ %')).toEqual(['Work/2026'])
    expect(await list('"" Work/%/%')).toEqual(['Work/2026/May', 'Work/2026/June tax'])
    expect(await list('"" W*6')).toEqual(['Work/2026'])
    expect(await list('"" *2026%')).toEqual(['Work/2026'])
    expect(await list('"" inbox')).toEqual(['INBOX'])
    expect(await list('"" sent')).toEqual([])
    expect(await list('"" (Sent "Wor%" {5+}\r\nINBOX)')).toEqual(['INBOX', 'Sent', 'Work'])
  })

  it('selects and returns what is asked for', async () => {
    const client = await logIn({ messages: [message('', 'x')] })
    await client.lines('a UNSUBSCRIBE Sent', 'b CREATE Work/2026', 'c SUBSCRIBE Gone')
    expect(await client.lines('d LIST (SPECIAL-USE) "" "*" RETURN (SUBSCRIBED)')).toBe(
      '* LIST (\\Drafts \\Subscribed \\HasNoChildren) "/" "Drafts"\r\n* LIST (\\Sent \\HasNoChildren) "/" "Sent"\r\n' +
        '* LIST (\\Trash \\Subscribed \\HasNoChildren) "/" "Trash"\r\nd OK LIST completed\r\n',
    )
    expect(await client.lines('e LIST (SUBSCRIBED) "" "*" RETURN (CHILDREN)')).toBe(
      '* LIST (\\Subscribed \\HasNoChildren) "/" "INBOX"\r\n* LIST (\\Drafts \\Subscribed \\HasNoChildren) "/" "Drafts"\r\n' +
        '* LIST (\\Trash \\Subscribed \\HasNoChildren) "/" "Trash"\r\n' +
        '* LIST (\\NonExistent \\Subscribed \\HasNoChildren) "/" "Gone"\r\ne OK LIST completed\r\n',
    )
    expect(await client.lines('f LIST "" INBOX RETURN (STATUS (MESSAGES UNSEEN))')).toBe(
      `${inbox}* STATUS "INBOX" (MESSAGES 1 UNSEEN 1)\r\nf OK LIST completed\r\n`,
    )
  })

  it.each([
    ['LIST', 'Expected a string'],
    ['LIST ""', 'Missing argument'],
    ['LIST (BOGUS) "" *', 'Unknown selection option'],
    ['LIST "" * RETURN (BOGUS)', 'Unknown return option'],
    ['LIST "" * BOGUS', 'Expected RETURN'],
    [`LIST "" ${'%'.repeat(600)}`, 'Pattern too long'],
    ['XLIST "" *', 'Unknown command'],
  ])('refuses what it does not know: %s', async (command, problem) => {
    const client = await logIn()
    expect(await client.lines(`a ${command}`)).toBe(`a BAD ${problem}\r\n`)
  })

  it('takes no longer for many wildcards', async () => {
    const client = await logIn()
    await client.lines(`a CREATE ${'a'.repeat(250)}`)
    expect(await client.lines(`b LIST "" "${'*a%'.repeat(160)}b"`)).toBe('b OK LIST completed\r\n')
  })

  it('shows a level without a mailbox only where its inferiors do not show', async () => {
    const client = await logIn()
    await client.lines('a CREATE Work/2026', 'b DELETE Work')
    expect(await client.lines('c LIST "" %')).toContain('* LIST (\\Noselect \\HasChildren) "/" "Work"\r\n')
    expect(await client.lines('d LIST "" *')).not.toContain('"Work"')
  })
})

describe('LSUB', () => {
  it('lists subscriptions, also of mailboxes that are not there', async () => {
    const client = await logIn()
    await client.lines('a UNSUBSCRIBE Sent', 'b UNSUBSCRIBE Drafts', 'c SUBSCRIBE Lists/imap')
    expect(await client.lines('d LSUB "" "*"')).toBe(
      '* LSUB (\\HasNoChildren) "/" "INBOX"\r\n* LSUB (\\HasNoChildren) "/" "Trash"\r\n' +
        '* LSUB (\\HasNoChildren) "/" "Lists/imap"\r\nd OK LSUB completed\r\n',
    )
    expect(await client.lines('e LSUB "" "L%"')).toBe(
      '* LSUB (\\Noselect \\HasChildren) "/" "Lists"\r\ne OK LSUB completed\r\n',
    )
    expect(await client.lines('f LSUB "" ""')).toBe('* LSUB (\\Noselect) "/" ""\r\nf OK LSUB completed\r\n')
  })
})

describe('CREATE, RENAME and DELETE', () => {
  it('make, move and remove mailboxes', async () => {
    const client = await logIn()
    expect(
      await client.lines('a CREATE a/b/', 'b CREATE a/b', 'c RENAME a z/y', 'd SELECT a/b', 'e SELECT z/y/b'),
    ).toMatch(
      /^a OK CREATE completed\r\nb NO \[ALREADYEXISTS\] .*\r\nc OK RENAME completed\r\nd NO \[NONEXISTENT\] .*\r\n/,
    )
    expect([...client.store.folders].map(({ name }) => name)).toEqual([
      'INBOX',
      'Drafts',
      'Sent',
      'Trash',
      'z',
      'z/y',
      'z/y/b',
    ])
    expect(await client.lines('f DELETE z/y/b', 'g DELETE z/y/b')).toBe(
      'f OK DELETE completed\r\ng NO [NONEXISTENT] No such mailbox\r\n',
    )
  })

  it.each([
    ['CREATE ""', 'NO [CANNOT] A mailbox needs a name'],
    ['CREATE "a*"', 'NO [CANNOT] Wildcards are not allowed in a name'],
    ['CREATE a//b', 'NO [CANNOT] A level of the name is empty'],
    [`CREATE ${'x'.repeat(256)}`, 'NO [CANNOT] Name too long'],
    ['CREATE inbox', 'NO [ALREADYEXISTS] The mailbox exists already'],
    ['DELETE inbox', 'NO [CANNOT] INBOX cannot be deleted'],
    ['RENAME a b', 'NO [NONEXISTENT] No such mailbox'],
    ['RENAME Sent Trash', 'NO [ALREADYEXISTS] The mailbox exists already'],
    ['CREATE {4+}\r\na\r\nb', 'NO [CANNOT] Control characters are not allowed in a name'],
    ['STATUS Nowhere (MESSAGES)', 'NO [NONEXISTENT] No such mailbox'],
    ['STATUS INBOX (BOGUS)', 'BAD Unknown status item'],
    ['STATUS INBOX ()', 'BAD Unknown status item'],
  ])('refuse %s', async (command, answer) => {
    const client = await logIn()
    expect(await client.send(`a ${command}\r\n`)).toBe(`a ${answer}\r\n`)
  })

  it('move the messages of INBOX and leave it in place', async () => {
    const client = await logIn({ messages: [message('', 'x')] })
    expect(await client.lines('a RENAME INBOX old', 'b STATUS INBOX (MESSAGES)', 'c STATUS old (MESSAGES)')).toBe(
      'a OK RENAME completed\r\n* STATUS "INBOX" (MESSAGES 0)\r\nb OK STATUS completed\r\n* STATUS "old" (MESSAGES 1)\r\nc OK STATUS completed\r\n',
    )
  })

  it('have a limit', async () => {
    const client = await logIn()
    let answer = ''
    for (let index = 0; answer === '' || answer.startsWith('a OK'); index++)
      answer = await client.lines(`a CREATE m${index}`)
    expect(answer).toBe('a NO [LIMIT] Too many mailboxes\r\n')
  })
})

describe('SELECT and STATUS', () => {
  const unseen = message('', 'x')
  const seen = { ...unseen, flags: ['\\Seen', '$Label'] }

  it('describe the mailbox', async () => {
    const client = await logIn({ messages: [seen, unseen] })
    const { uidValidity } = client.store.inbox
    expect(await client.lines('a STATUS inbox (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN SIZE DELETED)')).toBe(
      `* STATUS "inbox" (MESSAGES 2 RECENT 2 UIDNEXT 3 UIDVALIDITY ${uidValidity} UNSEEN 1 SIZE 10 DELETED 0)\r\na OK STATUS completed\r\n`,
    )
    expect(await client.lines('b SELECT inbox')).toBe(
      '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)\r\n* 2 EXISTS\r\n* 2 RECENT\r\n' +
        '* OK [UNSEEN 2] First unseen message\r\n' +
        '* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label \\*)] Flags that are kept\r\n' +
        `* OK [UIDNEXT 3] Next UID\r\n* OK [UIDVALIDITY ${uidValidity}] UIDs are valid\r\n` +
        '* OK [HIGHESTMODSEQ 3] Highest mod-sequence\r\nb OK [READ-WRITE] SELECT completed\r\n',
    )
  })

  it('show a message as recent to one session only, and EXAMINE leaves it recent', async () => {
    const client = await logIn({ messages: [unseen] })
    expect(await client.lines('a EXAMINE INBOX')).toContain('* 1 RECENT\r\n')
    expect(await client.lines('b SELECT INBOX')).toContain('* 1 RECENT\r\n')
    expect(await client.lines('c FETCH 1 FLAGS')).toBe('* 1 FETCH (FLAGS (\\Recent))\r\nc OK FETCH completed\r\n')
    expect(await client.lines('d SELECT INBOX')).toContain('* 0 RECENT\r\n')
  })

  it('leave nothing selected when they fail, and tell that a mailbox was closed', async () => {
    const client = await logIn({ messages: [unseen] }, 'INBOX')
    expect(await client.lines('a SELECT Sent')).toMatch(
      /^\* OK \[CLOSED\] The other mailbox is closed now\r\n\* FLAGS /,
    )
    expect(await client.lines('b SELECT Nowhere', 'c CHECK')).toBe(
      '* OK [CLOSED] The other mailbox is closed now\r\nb NO [NONEXISTENT] No such mailbox\r\nc BAD Command not allowed in this state\r\n',
    )
  })

  it('keep the mailbox when they are not understood', async () => {
    const client = await logIn({ messages: [unseen] }, 'INBOX')
    expect(await client.lines('a SELECT INBOX (BOGUS)', 'b CHECK')).toBe(
      'a BAD Unknown parameter\r\nb OK CHECK completed\r\n',
    )
  })

  it('EXAMINE changes nothing', async () => {
    const client = await logIn({ messages: [unseen] })
    expect(await client.lines('a EXAMINE INBOX')).toContain('a OK [READ-ONLY] EXAMINE completed\r\n')
    const readOnly = 'NO [NOPERM] Mailbox is read-only\r\n'
    expect(await client.lines('b STORE 1 +FLAGS (\\Seen)', 'c EXPUNGE', 'd MOVE 1 Sent')).toBe(
      `b ${readOnly}c ${readOnly}d ${readOnly}`,
    )
    expect(await client.lines('e FETCH 1 BODY[TEXT]')).toBe(
      '* 1 FETCH (BODY[TEXT] {3}\r\nx\r\n)\r\ne OK FETCH completed\r\n',
    )
    expect(client.store.inbox.messages[0]?.flags.size).toBe(0)
  })

  it('NAMESPACE says that there is one, with a slash', async () => {
    const client = await logIn()
    expect(await client.lines('a NAMESPACE')).toBe('* NAMESPACE (("" "/")) NIL NIL\r\na OK NAMESPACE completed\r\n')
  })
})
