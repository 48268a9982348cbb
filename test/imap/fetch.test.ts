import { describe, expect, it } from 'vitest'
import { logIn, message } from './harness.ts'

const mail = message('From: a@b', 'Subject: One', 'X-Fold: 1', '\t2', '', 'line one', 'line two')
const open = (count = 1) => logIn({ messages: Array.from({ length: count }, () => mail) }, 'INBOX')

describe('FETCH', () => {
  it('serves the older names and the sections of a message', async () => {
    const client = await open()
    const whole = 'From: a@b\r\nSubject: One\r\nX-Fold: 1\r\n\t2\r\n\r\nline one\r\nline two\r\n'
    const cut = whole.indexOf('line one')
    const literal = (text: string) => `{${text.length}}\r\n${text}`
    expect(await client.lines('a FETCH 1 (RFC822.HEADER BODY.PEEK[] RFC822.SIZE)')).toBe(
      `* 1 FETCH (RFC822.HEADER ${literal(whole.slice(0, cut))} BODY[] ${literal(whole)} RFC822.SIZE ${whole.length})\r\na OK FETCH completed\r\n`,
    )
    expect(await client.lines('b FETCH 1 (RFC822 RFC822.TEXT)')).toBe(
      `* 1 FETCH (RFC822 ${literal(whole)} RFC822.TEXT ${literal(whole.slice(cut))} FLAGS (\\Seen \\Recent))\r\nb OK FETCH completed\r\n`,
    )
    expect(await client.lines('c FETCH 1 BODY[1]')).toBe(
      `* 1 FETCH (BODY[1] ${literal(whole.slice(cut))})\r\nc OK FETCH completed\r\n`,
    )
  })

  it('serves header fields, names in any form and case', async () => {
    const client = await open()
    expect(await client.send('a FETCH 1 BODY.PEEK[HEADER.FIELDS ("x-fold" {7+}\r\nSUBJECT nope)]\r\n')).toBe(
      '* 1 FETCH (BODY[HEADER.FIELDS (x-fold SUBJECT nope)] {31}\r\nSubject: One\r\nX-Fold: 1\r\n\t2\r\n\r\n)\r\na OK FETCH completed\r\n'.replace(
        '{31}',
        '{31}',
      ),
    )
    expect(await client.lines('b FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (X-Fold)]')).toBe(
      '* 1 FETCH (BODY[HEADER.FIELDS.NOT (X-Fold)] {27}\r\nFrom: a@b\r\nSubject: One\r\n\r\n)\r\nb OK FETCH completed\r\n',
    )
    expect(await client.lines('c FETCH 1 BODY.PEEK[HEADER.FIELDS (NOPE)]')).toBe(
      '* 1 FETCH (BODY[HEADER.FIELDS (NOPE)] {2}\r\n\r\n)\r\nc OK FETCH completed\r\n',
    )
  })

  it('serves a part of a section, and nothing behind its end', async () => {
    const client = await open()
    expect(await client.lines('a FETCH 1 (BODY.PEEK[TEXT]<5.7> BODY.PEEK[TEXT]<19.100> BODY.PEEK[TEXT]<20.1>)')).toBe(
      '* 1 FETCH (BODY[TEXT]<5> {7}\r\none\r\nli BODY[TEXT]<19> {1}\r\n\n BODY[TEXT]<20> {0}\r\n)\r\na OK FETCH completed\r\n',
    )
  })

  it('sets \\Seen and says so once', async () => {
    const client = await open()
    expect(await client.lines('a FETCH 1 (UID BODY[TEXT]<0.1>)', 'b FETCH 1 (FLAGS BODY[TEXT]<0.1>)')).toBe(
      '* 1 FETCH (UID 1 BODY[TEXT]<0> {1}\r\nl FLAGS (\\Seen \\Recent))\r\na OK FETCH completed\r\n' +
        '* 1 FETCH (FLAGS (\\Seen \\Recent) BODY[TEXT]<0> {1}\r\nl)\r\nb OK FETCH completed\r\n',
    )
  })

  it('expands macros', async () => {
    const client = await open()
    const fast = 'FLAGS (\\Recent) INTERNALDATE " 2-Feb-2026 09:00:00 +0000" RFC822.SIZE 62'
    expect(await client.lines('a FETCH 1 FAST')).toBe(`* 1 FETCH (${fast})\r\na OK FETCH completed\r\n`)
    expect(await client.lines('b FETCH 1 all')).toContain(`* 1 FETCH (${fast} ENVELOPE (`)
    expect(await client.lines('c FETCH 1 Full')).toMatch(/ ENVELOPE \(.*\) BODY \("TEXT" .*\)\)\r\nc OK/)
    expect(await client.lines('d FETCH 1 (FAST)')).toBe('d BAD Unknown data item\r\n')
  })

  it('serves an item once that is asked for twice', async () => {
    const client = await open()
    expect(
      await client.lines('a FETCH 1 (UID BODY.PEEK[TEXT]<0.1> UID BODY.PEEK[TEXT]<0.2> BODY.PEEK[TEXT]<0.1>)'),
    ).toBe('* 1 FETCH (UID 1 BODY[TEXT]<0> {1}\r\nl BODY[TEXT]<0> {2}\r\nli)\r\na OK FETCH completed\r\n')
  })

  it('finds messages by number and by UID', async () => {
    const client = await open(5)
    const numbers = async (command: string) =>
      [...(await client.lines(`a ${command}`)).matchAll(/^\* (\d+) FETCH/gm)].map(([, number]) => Number(number))
    expect(await numbers('FETCH 1:* UID')).toEqual([1, 2, 3, 4, 5])
    expect(await numbers('FETCH * UID')).toEqual([5])
    expect(await numbers('FETCH 9:* UID')).toEqual([5])
    expect(await numbers('FETCH 4:2,1,2 UID')).toEqual([1, 2, 3, 4])
    expect(await numbers('UID FETCH 2,4:5,9 FLAGS')).toEqual([2, 4, 5])
    expect(await numbers('UID FETCH 9 FLAGS')).toEqual([])
    expect(await numbers('UID FETCH 9:* FLAGS')).toEqual([5])
    expect(await client.lines('b FETCH 6 UID', 'c FETCH 2:6 UID')).toBe(
      'b BAD No such message\r\nc BAD No such message\r\n',
    )
  })

  it('finds nothing in an empty mailbox', async () => {
    const client = await logIn({}, 'INBOX')
    expect(await client.lines('a FETCH 1:* FLAGS', 'b UID FETCH 1:* FLAGS', 'c FETCH 1 FLAGS')).toBe(
      'a OK FETCH completed\r\nb OK FETCH completed\r\nc BAD No such message\r\n',
    )
  })

  it.each([
    ['FETCH 1', 'Missing argument'],
    ['FETCH 1 ()', 'Expected 1 to 100 items'],
    ['FETCH 1 BOGUS', 'Unknown data item'],
    ['FETCH 1 BODY[BOGUS]', 'Unknown section'],
    ['FETCH 1 BODY[0]', 'Invalid part number'],
    ['FETCH 1 BODY[MIME]', 'Unknown section'],
    ['FETCH 1 BODY[1', 'Expected .'],
    ['FETCH 1 BODY[]<1>', 'Expected .'],
    ['FETCH 1 BODY[]<0.0>', 'Nothing to fetch'],
    ['FETCH 1 BODY[HEADER.FIELDS]', 'Missing argument'],
    ['FETCH 1 (FLAGS', 'Missing argument'],
    ['FETCH 1 FLAGS (VANISHED)', 'Expected CHANGEDSINCE'],
    [`FETCH 1 BODY[${'1.'.repeat(60)}1]`, 'Invalid part number'],
  ])('refuses %s', async (command, problem) => {
    const client = await open()
    expect(await client.lines(`a ${command}`)).toBe(`a BAD ${problem}\r\n`)
  })

  it('stops at 256 MiB of one reply', async () => {
    const client = await logIn({ messages: [{ raw: Buffer.alloc(3_000_000, 'x') }] }, 'INBOX')
    const items = Array.from({ length: 100 }, (_, offset) => `BODY.PEEK[]<${offset}.3000000>`).join(' ')
    const said = await client.lines(`a FETCH 1 (${items})`)
    expect(said.length).toBeLessThan(260 * 1024 * 1024)
    expect(said.slice(-51)).toBe('xxx)\r\na NO [LIMIT] That is too much for one reply\r\n')
  })
})
