import { describe, expect, it } from 'vitest'
import { logIn, message } from './harness.ts'

const three = [message('Subject: 1', '', 'a'), message('Subject: 2', '', 'bb'), message('Subject: 3', '', 'ccc')]
const flagsOf = (client: Awaited<ReturnType<typeof logIn>>) =>
  client.store.inbox.messages.map(({ flags }) => [...flags].join(' '))

describe('STORE', () => {
  it('sets, adds and removes flags', async () => {
    const client = await logIn({ messages: three })
    await client.lines('a EXAMINE INBOX', 'a SELECT INBOX', 'a SELECT INBOX')
    expect(
      await client.lines(
        'a STORE 1:2 FLAGS (\\seen Work)',
        'b STORE 2 +FLAGS \\Flagged \\Seen',
        'c STORE 2 -FLAGS (WORK)',
      ),
    ).toBe(
      '* 1 FETCH (FLAGS (\\Seen Work))\r\n* 2 FETCH (FLAGS (\\Seen Work))\r\na OK STORE completed\r\n' +
        '* 2 FETCH (FLAGS (\\Seen Work \\Flagged))\r\nb OK STORE completed\r\n' +
        '* 2 FETCH (FLAGS (\\Seen \\Flagged))\r\nc OK STORE completed\r\n',
    )
    expect(flagsOf(client)).toEqual(['\\Seen Work', '\\Seen \\Flagged', ''])
  })

  it('is silent on demand, tells UIDs for UIDs, and passes over UIDs that are not there', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    await client.lines('x SELECT INBOX')
    expect(
      await client.lines('a STORE 1 FLAGS.SILENT (\\Seen)', 'b UID STORE 2,99 FLAGS ()', 'c UID STORE 99 FLAGS ()'),
    ).toBe('a OK STORE completed\r\n* 2 FETCH (UID 2 FLAGS ())\r\nb OK STORE completed\r\nc OK STORE completed\r\n')
    expect(flagsOf(client)).toEqual(['\\Seen', '', ''])
  })

  it.each([
    ['STORE 4 FLAGS ()', 'BAD No such message'],
    ['STORE 0 FLAGS ()', 'BAD Invalid sequence set'],
    ['STORE 4294967296 FLAGS ()', 'BAD Invalid sequence set'],
    ['STORE 1,,2 FLAGS ()', 'BAD Invalid sequence set'],
    ['STORE a FLAGS ()', 'BAD Expected a sequence set'],
    ['STORE 1 FLAG ()', 'BAD Expected FLAGS'],
    ['STORE 1 FLAGS (\\Bogus)', 'BAD Unknown system flag'],
    ['STORE 1 FLAGS ("x")', 'BAD Expected a flag'],
    [
      `STORE 1 FLAGS (${Array.from({ length: 101 }, (_, index) => `k${index}`).join(' ')})`,
      'NO [LIMIT] Too many flags',
    ],
  ])('refuses %s', async (command, answer) => {
    const client = await logIn({ messages: three }, 'INBOX')
    expect(await client.lines(`a ${command}`)).toBe(`a ${answer}\r\n`)
  })
})

describe('EXPUNGE', () => {
  it('tells what is gone from the end, so that numbers stay right', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    await client.lines('x STORE 1,3 +FLAGS.SILENT (\\Deleted)')
    expect(await client.lines('a EXPUNGE', 'b FETCH 1 UID')).toBe(
      '* 3 EXPUNGE\r\n* 1 EXPUNGE\r\na OK EXPUNGE completed\r\n* 1 FETCH (UID 2)\r\nb OK FETCH completed\r\n',
    )
  })

  it('with UIDs touches only those', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    await client.lines('x STORE 1:3 +FLAGS.SILENT (\\Deleted)')
    expect(await client.lines('a UID EXPUNGE 2,7:9')).toBe('* 2 EXPUNGE\r\na OK EXPUNGE completed\r\n')
    expect(client.store.inbox.messages.map(({ uid }) => uid)).toEqual([1, 3])
  })

  it('is silent in CLOSE, and UNSELECT does without', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    await client.lines('x STORE 1 +FLAGS.SILENT (\\Deleted)')
    expect(await client.lines('a UNSELECT')).toBe('a OK UNSELECT completed\r\n')
    expect(client.store.inbox.messages.length).toBe(3)
    expect(await client.lines('b SELECT INBOX', 'c CLOSE')).toMatch(/c OK CLOSE completed\r\n$/)
    expect(client.store.inbox.messages.length).toBe(2)
    expect(client.session.state).toBe('authenticated')
  })
})

describe('COPY and MOVE', () => {
  it('keep flags and dates and name the new UIDs', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    const sent = client.store.folder('Sent')
    await client.lines('x STORE 2 +FLAGS.SILENT (\\Answered)')
    expect(await client.lines('a COPY 2:3 Sent', 'b UID COPY 1 Sent', 'c UID COPY 99 Sent')).toBe(
      `a OK [COPYUID ${sent?.uidValidity} 2:3 1:2] COPY completed\r\nb OK [COPYUID ${sent?.uidValidity} 1 3] COPY completed\r\n` +
        'c OK COPY of no message completed\r\n',
    )
    expect(sent?.messages.map(({ raw, flags }) => [raw.length, [...flags]])).toEqual([
      [18, ['\\Answered']],
      [19, []],
      [17, []],
    ])
    expect(sent?.messages[0]?.internalDate).toEqual(new Date('2026-02-02T09:00:00Z'))
  })

  it('move with COPYUID before the EXPUNGEs', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    const trash = client.store.folder('Trash')
    expect(await client.lines('a MOVE 1,3 Trash')).toBe(
      `* OK [COPYUID ${trash?.uidValidity} 1,3 1:2] Moved\r\n* 3 EXPUNGE\r\n* 1 EXPUNGE\r\na OK MOVE completed\r\n`,
    )
    expect(await client.lines('b UID MOVE 2 Trash')).toBe(
      `* OK [COPYUID ${trash?.uidValidity} 2 3] Moved\r\n* 1 EXPUNGE\r\nb OK MOVE completed\r\n`,
    )
    expect([client.store.inbox.messages.length, trash?.messages.length]).toEqual([0, 3])
  })

  it('into the selected mailbox itself are told at once', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    const { uidValidity } = client.store.inbox
    expect(await client.lines('a COPY 1 INBOX', 'b MOVE 1 INBOX')).toBe(
      `* 4 EXISTS\r\n* 4 RECENT\r\na OK [COPYUID ${uidValidity} 1 4] COPY completed\r\n` +
        `* OK [COPYUID ${uidValidity} 1 5] Moved\r\n* 1 EXPUNGE\r\n* 4 EXISTS\r\n* 4 RECENT\r\nb OK MOVE completed\r\n`,
    )
    expect(await client.lines('c FETCH 1:* UID')).toBe(
      '* 1 FETCH (UID 2)\r\n* 2 FETCH (UID 3)\r\n* 3 FETCH (UID 4)\r\n* 4 FETCH (UID 5)\r\nc OK FETCH completed\r\n',
    )
  })

  it('into a mailbox that is not there say how to get it', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    expect(await client.lines('a COPY 1 Nowhere', 'b MOVE 1 Nowhere', 'c COPY 9 Sent')).toBe(
      'a NO [TRYCREATE] No such mailbox\r\nb NO [TRYCREATE] No such mailbox\r\nc BAD No such message\r\n',
    )
  })

  it('stop where the store is full', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    let answer = ''
    for (let round = 0; round < 20 && !answer.includes('NO'); round++) {
      answer = (await client.lines('a COPY 1:* INBOX')).slice(-40)
    }
    expect(answer).toContain('a NO [OVERQUOTA] The store is full\r\n')
    expect(client.store.inbox.messages.length).toBeLessThanOrEqual(100_000)
  })
})

describe('APPEND', () => {
  it('stores octets, flags and date', async () => {
    const client = await logIn()
    const sent = client.store.folder('Sent')
    expect(await client.send('a APPEND Sent (\\Seen $Fwd) " 7-Feb-1994 21:52:25 -0800" {13}\r\n')).toBe(
      '+ Ready for literal data\r\n',
    )
    expect(await client.send('Subject: \xff\r\n\r\n\r\n'.slice(0, 13))).toBe('')
    expect(await client.send('\r\n')).toBe(`a OK [APPENDUID ${sent?.uidValidity} 1] APPEND completed\r\n`)
    const [stored] = sent?.messages ?? []
    expect(stored?.raw.toString('latin1')).toBe('Subject: \xff\r\n\r')
    expect([...(stored?.flags ?? [])]).toEqual(['\\Seen', '$Fwd'])
    expect(stored?.internalDate.toISOString()).toBe('1994-02-08T05:52:25.000Z')
    expect(client.told.messages).toMatchObject([{ via: 'APPEND', stored: 'by-dialect', raw: { length: 13 } }])
  })

  it('takes literals without waiting, the name as a literal too, and tells a selected mailbox', async () => {
    const client = await logIn({ messages: three }, 'INBOX')
    const { uidValidity } = client.store.inbox
    expect(await client.send('a APPEND {5+}\r\nINBOX {5+}\r\nhello\r\n')).toBe(
      `* 4 EXISTS\r\n* 4 RECENT\r\na OK [APPENDUID ${uidValidity} 4] APPEND completed\r\n`,
    )
  })

  it.each([
    ['APPEND Nowhere {5+}\r\nhello', 'NO [TRYCREATE] No such mailbox', 1],
    ['APPEND INBOX {0+}\r\n', 'NO [CANNOT] A message without octets cannot be stored', 1],
    ['APPEND INBOX hello', 'BAD Expected a literal', 0],
    ['APPEND INBOX (\\Bogus) {5+}\r\nhello', 'BAD Unknown system flag', 0],
    ['APPEND INBOX "31-Feb-2026 00:00:00 +0000" {5+}\r\nhello', 'BAD Invalid date', 0],
    ['APPEND INBOX {5+}\r\nhello more', 'BAD Too many arguments', 0],
  ])('refuses %j', async (command, answer, recorded) => {
    const client = await logIn()
    expect(await client.send(`a ${command}\r\n`)).toBe(`a ${answer}\r\n`)
    expect(client.told.messages.length).toBe(recorded)
    expect(client.store.inbox.messages.length).toBe(0)
  })

  it('takes 64 MiB', async () => {
    const client = await logIn()
    expect(await client.send(`a APPEND INBOX {${64 * 1024 * 1024}}\r\n`)).toBe('+ Ready for literal data\r\n')
    await client.send(Buffer.alloc(64 * 1024 * 1024, 'x\r\n'))
    expect(await client.send('\r\n')).toContain('a OK [APPENDUID')
    expect(client.store.inbox.octets).toBe(64 * 1024 * 1024)
  })
})
