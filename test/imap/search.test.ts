import { describe, expect, it } from 'vitest'
import { logIn, message } from './harness.ts'

const mails = [
  {
    ...message(
      'From: Alice <alice@example.com>',
      'To: bob@example.net',
      'Date: Mon, 2 Feb 2026 23:00:00 -0500',
      'Subject: Plain',
      '',
      'Hello World',
    ),
    flags: ['\\Seen', 'Work'],
  },
  {
    ...message(
      'From: =?utf-8?Q?J=C3=BCrgen?= <j@example.com>',
      'Cc: carol@example.org',
      'Subject: =?iso-8859-1?Q?Stra=DFe?=',
      'Date: 5 Feb 26 10:00 GMT',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('Grüße aus Köln').toString('base64'),
    ),
    internalDate: new Date('2026-02-05T00:00:00Z'),
    flags: ['\\Flagged', '\\Answered'],
  },
  {
    ...message(
      'Bcc: dan@example.org',
      'X-Spam:',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'caf=E9 =',
      'au lait',
    ),
    internalDate: new Date('2026-02-10T23:59:59Z'),
    flags: ['\\Deleted', '\\Draft'],
  },
]

const search = async (...keys: string[]) => {
  const client = await logIn({ messages: mails }, 'INBOX')
  return client.send(Buffer.from(`a SEARCH ${keys.join(' ')}\r\n`))
}
const found = (numbers: string) => `* SEARCH${numbers && ` ${numbers}`}\r\na OK SEARCH completed\r\n`

describe('SEARCH', () => {
  it.each([
    ['ALL', '1 2 3'],
    ['all', '1 2 3'],
    ['ANSWERED', '2'],
    ['UNANSWERED', '1 3'],
    ['DELETED', '3'],
    ['UNDELETED', '1 2'],
    ['DRAFT', '3'],
    ['UNDRAFT', '1 2'],
    ['FLAGGED', '2'],
    ['UNFLAGGED', '1 3'],
    ['SEEN', '1'],
    ['UNSEEN', '2 3'],
    ['UNSEEN UNDELETED', '2'],
    ['KEYWORD work', '1'],
    ['UNKEYWORD Work', '2 3'],
    ['NEW', '2 3'],
    ['OLD', ''],
    ['RECENT', '1 2 3'],
    ['2:*', '2 3'],
    ['1,3', '1 3'],
    ['7', ''],
    ['UID 2:9', '2 3'],
    ['BEFORE 5-Feb-2026', '1'],
    ['ON "5-Feb-2026"', '2'],
    ['SINCE 05-feb-2026', '2 3'],
    ['SENTBEFORE 3-Feb-2026', '1'],
    ['SENTON 2-Feb-2026', '1'],
    ['SENTSINCE 3-Feb-2026', '2'],
    ['LARGER 160', '2'],
    ['SMALLER 150', '1 3'],
    ['FROM alice', '1'],
    ['FROM ""', '1 2'],
    ['TO BOB@', '1'],
    ['CC carol', '2'],
    ['BCC dan', '3'],
    ['SUBJECT "plain"', '1'],
    ['HEADER X-Spam ""', '3'],
    ['HEADER Subject e', '2'],
    ['BODY "hello world"', '1'],
    ['TEXT example', '1 2 3'],
    ['TEXT World', '1'],
    ['NOT SEEN', '2 3'],
    ['NOT NOT SEEN', '1'],
    ['OR SEEN DELETED', '1 3'],
    ['OR (FLAGGED ANSWERED) NOT UNSEEN', '1 2'],
    ['(SEEN) (UNDELETED)', '1'],
    ['MODSEQ 3', '2 3 (MODSEQ 4)'],
    ['MODSEQ "/flags/\\\\draft" all 99', ''],
    ['YOUNGER 1', ''],
    ['OLDER 1', '1 2 3'],
  ])('%s finds %j', async (keys, numbers) => {
    expect(await search(keys)).toBe(found(numbers))
  })

  it('decodes headers and bodies', async () => {
    expect(await search('CHARSET UTF-8 SUBJECT straße')).toBe(found('2'))
    expect(await search('CHARSET "utf-8" FROM "JÜRGEN"')).toBe(found('2'))
    expect(await search('CHARSET UTF-8 BODY "grüße aus"')).toBe(found('2'))
    expect(await search('CHARSET UTF-8 TEXT "café au lait"')).toBe(found('3'))
    expect(await search('CHARSET UTF-8 BODY straße')).toBe(found(''))
    expect(await search('CHARSET US-ASCII SUBJECT {5+}\r\nplain')).toBe(found('1'))
  })

  // RFC 3501 §6.4.4: what the envelope structure has, and not how the header spells it.
  it.each([
    ['FROM {5+}\r\nA "B"', '1'],
    ['FROM "x@y.example"', '1'],
    ['FROM "<@route"', ''],
    ['HEADER FROM "<@route"', '1'],
    ['FROM "\\\\"', ''],
    ['FROM route.example', '1'],
    ['FROM "aside"', '1'],
    ['FROM "(aside"', ''],
    ['TO "the group"', '1'],
    ['TO "one@z.example"', '1'],
    ['TO ":one"', ''],
    ['CC one', ''],
  ])('finds addresses: %s finds %j', async (keys, numbers) => {
    const mail = message(
      'From: "A \\"B\\" C" <@route.example:x @ y.example>, z@z (aside)',
      'To: The Group:one@z.example,',
      ' two@z.example;',
      '',
      'x',
    )
    const client = await logIn({ messages: [mail] }, 'INBOX')
    expect(await client.send(Buffer.from(`a SEARCH ${keys}\r\n`))).toBe(found(numbers))
  })

  it('finds what lies across the pieces in which a long text is read', async () => {
    const text = (encoding: string, body: string) =>
      message(`Content-Transfer-Encoding: ${encoding}`, 'Content-Type: text/plain; charset=utf-8', '', body)
    const filler = 'f'.repeat(16_379)
    const plain = `${filler}needle${filler}`
    const client = await logIn(
      {
        messages: [
          text('7bit', plain),
          text('quoted-printable', plain.replace('needle', 'n=65ed=\r\nl=C3=A9')),
          text('base64', Buffer.from(plain.replace('needle', 'needlé')).toString('base64').replace(/.{76}/g, '$&\r\n')),
        ],
      },
      'INBOX',
    )
    expect(await client.lines('a SEARCH BODY fneedlef')).toBe(found('1'))
    expect(await client.send(Buffer.from('a SEARCH CHARSET UTF-8 BODY {9+}\r\nfneedléf\r\n'))).toBe(found('2 3'))
  })

  it('answers with UIDs for UID SEARCH', async () => {
    const client = await logIn({ messages: mails }, 'INBOX')
    await client.lines('x STORE 1 +FLAGS.SILENT (\\Deleted)', 'x UID EXPUNGE 1')
    expect(await client.lines('a UID SEARCH ALL', 'b SEARCH ALL')).toBe(
      '* SEARCH 2 3\r\na OK SEARCH completed\r\n* SEARCH 1 2\r\nb OK SEARCH completed\r\n',
    )
  })

  it.each([
    ['', 'BAD Expected a name'],
    ['BOGUS', 'BAD Unknown search key'],
    ['RETURN (ALL) ALL', 'BAD Unknown search key'],
    ['ALL BOGUS', 'BAD Unknown search key'],
    ['CHARSET KOI8-R SUBJECT {1+}\r\n\xd0', 'NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset'],
    ['SINCE yesterday', 'BAD Expected a date'],
    ['SINCE 31-Feb-2026', 'BAD Invalid date'],
    ['SINCE 1-Foo-2026', 'BAD Invalid date'],
    ['LARGER -1', 'BAD Expected a number'],
    ['LARGER 99999999999999999999', 'BAD Number too large'],
    ['OR SEEN', 'BAD Missing argument'],
    ['(SEEN', 'BAD Missing argument'],
    ['NOT', 'BAD Missing argument'],
    ['()', 'BAD Expected a search key'],
    ['('.repeat(10_000), 'BAD Search too complex'],
    [`${'NOT '.repeat(10_000)}SEEN`, 'BAD Search too complex'],
    ['TEXT x '.repeat(51), 'BAD Search too complex'],
    [`BODY ${'x'.repeat(257)}`, 'BAD Search text too long'],
    ['SEEN '.repeat(501), 'BAD Search too complex'],
  ])('refuses %j', async (keys, answer) => {
    expect(await search(keys)).toBe(`a ${answer}\r\n`)
  })
})
