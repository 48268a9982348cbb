import { describe, expect, it } from 'vitest'
import { connect, logIn, message } from './harness.ts'

/** So many lines of so many octets together, the last one taking up what is left. */
const text = (lines: number, octets: number): string[] => {
  const length = Math.floor(octets / lines) - 2
  const body = Array.from({ length: lines - 1 }, () => 'x'.repeat(length))
  return [...body, 'y'.repeat(octets - (lines - 1) * (length + 2) - 2)]
}

const fetch = async (raw: ReturnType<typeof message>, items: string) => {
  const client = await logIn({ messages: [raw] }, 'INBOX')
  const said = await client.lines(`a FETCH 1 ${items}`)
  return said.replace(/^\* 1 FETCH \(/, '').replace(/\)\r\na OK FETCH completed\r\n$/, '')
}

const structureOf = async (...lines: string[]) =>
  (await fetch(message(...lines), 'BODYSTRUCTURE')).replace('BODYSTRUCTURE ', '')

const bodyOf = async (...lines: string[]) => (await fetch(message(...lines), 'BODY')).replace('BODY ', '')

const envelopeOf = async (...lines: string[]) =>
  (await fetch(message(...lines, '', 'x'), 'ENVELOPE')).replace('ENVELOPE ', '')

describe('the examples of RFC 3501', () => {
  const section8 = [
    'Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
    'From: Terry Gray <gray@cac.washington.edu>',
    'Subject: IMAP4rev1 WG mtg summary and minutes',
    'To: imap@cac.washington.edu',
    'cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>',
    'Message-Id: <B27397-0100000@cac.washington.edu>',
    'MIME-Version: 1.0',
    'Content-Type: TEXT/PLAIN; CHARSET=US-ASCII',
    '',
  ]

  it('§8: FETCH FULL', async () => {
    const raw = {
      ...message(...section8, ...text(92, 3028)),
      flags: ['\\Seen'],
      internalDate: new Date('1996-07-17T02:44:25-07:00'),
    }
    const client = await logIn({ messages: [raw] })
    await client.lines('a EXAMINE INBOX', 'a SELECT INBOX', 'a SELECT INBOX')
    expect(await client.lines('a003 fetch 1 full')).toBe(
      '* 1 FETCH (FLAGS (\\Seen) INTERNALDATE "17-Jul-1996 09:44:25 +0000" RFC822.SIZE 3370 ' +
        'ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" ' +
        '(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ' +
        '(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ' +
        '((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL ' +
        '"<B27397-0100000@cac.washington.edu>") ' +
        'BODY ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92))\r\na003 OK FETCH completed\r\n',
    )
  })

  it('§8: BODY[HEADER] of 342 octets', async () => {
    expect(await fetch(message(...section8, 'x'), 'body[header]')).toBe(
      `BODY[HEADER] {342}\r\n${section8.join('\r\n')}\r\n FLAGS (\\Seen \\Recent)`,
    )
  })

  it('§7.4.2: a simple text message of 48 lines and 2279 octets', async () => {
    expect(await bodyOf('Subject: x', '', ...text(48, 2279))).toBe(
      '("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 2279 48)',
    )
  })

  it('§7.4.2: a text and a BASE64-encoded text attachment', async () => {
    expect(
      await bodyOf(
        'Content-Type: MULTIPART/MIXED; BOUNDARY="b"',
        '',
        '--b',
        'Content-Type: TEXT/PLAIN; CHARSET=US-ASCII',
        '',
        ...text(23, 1152),
        '',
        '--b',
        'Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; NAME="cc.diff"',
        'Content-ID: <960723163407.20117h@cac.washington.edu>',
        'Content-Description: Compiler diff',
        'Content-Transfer-Encoding: BASE64',
        '',
        ...text(73, 4554),
        '',
        '--b--',
      ),
    ).toBe(
      '(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)' +
        '("TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") "<960723163407.20117h@cac.washington.edu>" ' +
        '"Compiler diff" "BASE64" 4554 73) "MIXED")',
    )
  })

  it('§6.4.5: part numbers of a complex message', async () => {
    const part = (type: string, ...body: string[]) => [`Content-Type: ${type}`, '', ...body]
    const multipart = (subtype: string, boundary: string, ...parts: string[][]) => [
      ...part(`multipart/${subtype}; boundary=${boundary}`),
      ...parts.flatMap((lines) => [`--${boundary}`, ...lines]),
      `--${boundary}--`,
    ]
    const inner = [
      'Subject: inner',
      ...multipart('mixed', 'i', part('text/plain', '3.1'), part('application/octet-stream', '3.2')),
    ]
    const deep = [
      'Subject: deep',
      ...multipart(
        'mixed',
        'd',
        part('text/plain', '4.2.1'),
        multipart('alternative', 'e', part('text/plain', '4.2.2.1'), part('text/richtext', '4.2.2.2')),
      ),
    ]
    const client = await logIn(
      {
        messages: [
          message(
            'Subject: whole',
            ...multipart(
              'mixed',
              'o',
              part('text/plain', '1'),
              part('application/octet-stream', '2'),
              part('message/rfc822', ...inner),
              multipart('mixed', 'f', part('image/gif', '4.1'), part('message/rfc822', ...deep)),
            ),
          ),
        ],
      },
      'INBOX',
    )
    const section = async (name: string) => {
      const said = await client.lines(`a FETCH 1 BODY.PEEK[${name}]`)
      expect(said).toContain(`* 1 FETCH (BODY[${name}] `)
      return /\{\d+\}\r\n(.*)\)\r\na OK/s.exec(said)?.[1] ?? (said.includes('] NIL)') ? undefined : said)
    }
    for (const number of ['1', '2', '3.1', '3.2', '4.1', '4.2.1', '4.2.2.1', '4.2.2.2'])
      expect(await section(number)).toBe(number)
    expect(await section('3.HEADER')).toBe('Subject: inner\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n')
    expect(await section('3.TEXT')).toMatch(/^--i\r\n.*3\.1\r\n--i.*--i--$/s)
    expect(await section('4.2.HEADER.FIELDS (subject)')).toBe('Subject: deep\r\n\r\n')
    expect(await section('4.2.HEADER.FIELDS.NOT (Subject)')).toBe('Content-Type: multipart/mixed; boundary=d\r\n\r\n')
    expect(await section('4.1.MIME')).toBe('Content-Type: image/gif\r\n\r\n')
    expect(await section('4.2.2.MIME')).toBe('Content-Type: multipart/alternative; boundary=e\r\n\r\n')
    expect(await section('4.2')).toMatch(/^Subject: deep\r\n.*--d--$/s)
    expect(await section('HEADER.FIELDS (Subject)')).toBe('Subject: whole\r\n\r\n')
    for (const absent of ['5', '1.1', '3.3', '4.1.1', '1.HEADER', '4.TEXT'])
      expect(await section(absent)).toBeUndefined()
  })
})

describe('BODYSTRUCTURE', () => {
  it('carries what BODY leaves out', async () => {
    expect(
      await structureOf(
        'Content-Type: image/png; name="a \\"b\\".png"; (a comment) x=y',
        'Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==',
        'Content-Disposition: attachment; filename=b.png; size=3',
        'Content-Language: de, en',
        'Content-Location: https://example.com/b.png',
        'Content-Transfer-Encoding: base64',
        '',
        'AAAA',
      ),
    ).toBe(
      '("IMAGE" "PNG" ("NAME" "a \\"b\\".png" "X" "y") NIL NIL "BASE64" 6 "Q2hlY2sgSW50ZWdyaXR5IQ==" ' +
        '("ATTACHMENT" ("FILENAME" "b.png" "SIZE" "3")) ("de" "en") "https://example.com/b.png")',
    )
  })

  it('has envelope, structure and lines of a message inside', async () => {
    expect(await structureOf('Content-Type: message/rfc822', '', 'Subject: inner', '', 'one', 'two')).toBe(
      '("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 28 (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
        '("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 10 2 NIL NIL NIL NIL) 4 NIL NIL NIL NIL)',
    )
  })

  it('takes the parts of a digest for messages', async () => {
    expect(
      await bodyOf('Content-Type: multipart/digest; boundary=b', '', '--b', '', 'Subject: one', '', 'x', '--b--'),
    ).toBe(
      '(("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 17 (NIL "one" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
        '("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1 0) 2) "DIGEST")',
    )
  })

  it.each([
    ['a multipart without a boundary', ['Content-Type: multipart/mixed', '', 'x']],
    ['a multipart without a part', ['Content-Type: multipart/mixed; boundary=b', '', 'x']],
    ['a multipart that ends at its header', ['Content-Type: multipart/mixed; boundary=b']],
  ])('has an empty part for %s', async (_, lines) => {
    expect(await bodyOf(...lines)).toBe('(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 0 0) "MIXED")')
  })

  it('reads a multipart that is cut short, has LF alone, and a boundary that begins another one', async () => {
    const raw = {
      raw: Buffer.from(
        'Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\n--b \t\nContent-Type: text/html\n\n<p>',
        'latin1',
      ),
    }
    expect(await fetch(raw, '(BODY BODY.PEEK[1] BODY.PEEK[2])')).toBe(
      'BODY (("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 8 1)' +
        '("TEXT" "HTML" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3 0) "MIXED") BODY[1] {8}\r\none\n--bb BODY[2] {3}\r\n<p>',
    )
  })

  it.each(['nonsense', 'text', '/plain', 'text/', ''])('takes the type %j for text', async (type) => {
    expect(await bodyOf(`Content-Type: ${type}`, '', 'x')).toBe(
      '("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3 1)',
    )
  })

  it('ends where messages are nested too deeply or have too many parts', async () => {
    const nested = await bodyOf(...Array.from({ length: 50 }, () => ['Content-Type: message/rfc822', '']).flat())
    expect(nested.match(/"RFC822"/g)?.length).toBe(20)
    expect(nested).toContain('("APPLICATION" "OCTET-STREAM" NIL')
    const many = await bodyOf(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...Array.from({ length: 2000 }, () => ['--b', '', 'x']).flat(),
    )
    expect(many.match(/"PLAIN"/g)?.length).toBe(1000)
  })

  it('puts what does not fit quotes into literals', async () => {
    expect(await structureOf('Content-Type: image/png; name="\xfc"', 'Content-Description: a\tb\x01c', '', 'x')).toBe(
      '("IMAGE" "PNG" ("NAME" {1}\r\n\xfc) NIL {5}\r\na\tb\x01c "7BIT" 3 NIL NIL NIL NIL)',
    )
  })
})

describe('ENVELOPE', () => {
  const withFrom = (from: string, sender = from, replyTo = from) =>
    `(NIL NIL ${from} ${sender} ${replyTo} NIL NIL NIL NIL NIL)`

  it.each([
    ['alice@example.com', '((NIL NIL "alice" "example.com"))'],
    ['<alice@example.com>', '((NIL NIL "alice" "example.com"))'],
    ['Alice Adams <alice@example.com>', '(("Alice Adams" NIL "alice" "example.com"))'],
    ['"Adams, \\"A\\"" <alice@example.com>', '(("Adams, \\"A\\"" NIL "alice" "example.com"))'],
    ['alice@example.com (Alice (A.) Adams)', '(("Alice (A.) Adams" NIL "alice" "example.com"))'],
    ['=?utf-8?Q?J=C3=BCrgen?= <j@example.com>', '(("=?utf-8?Q?J=C3=BCrgen?=" NIL "j" "example.com"))'],
    ['"a b"@example.com', '((NIL NIL "a b" "example.com"))'],
    ['a@[192.0.2.1], b@c', '((NIL NIL "a" "[192.0.2.1]")(NIL NIL "b" "c"))'],
    // RFC 3501 §7.4.2: the second is the at-domain-list.
    ['<@a.example,@b.example:c@d.example>', '((NIL "@a.example,@b.example" "c" "d.example"))'],
    ['Ed <@route.example:ed@a>, joe@b', '(("Ed" "@route.example" "ed" "a")(NIL NIL "joe" "b"))'],
    [
      'A Group:Ed <ed@a>,joe@b;, x@y',
      '((NIL NIL "A Group" NIL)("Ed" NIL "ed" "a")(NIL NIL "joe" "b")(NIL NIL NIL NIL)(NIL NIL "x" "y"))',
    ],
    ['undisclosed-recipients:;', '((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL))'],
    ['open group: a@b', '((NIL NIL "open group" NIL)(NIL NIL "a" "b")(NIL NIL NIL NIL))'],
    ['root', '((NIL NIL "root" ""))'],
    ['Nobody <>', '(("Nobody" NIL "" ""))'],
    ['a@b@c', '((NIL NIL "a@b" "c"))'],
    ['"unterminated <a@b>', '((NIL NIL "unterminated <a@b>" ""))'],
    ['(unterminated a@b', 'NIL'],
    ['Open <a@b', '(("Open" NIL "a" "b"))'],
    [',,, ;', 'NIL'],
    ['Zo\xeb <z@b>', '(({3}\r\nZo\xeb NIL "z" "b"))'],
  ])('reads the address %j', async (from, list) => {
    expect(await envelopeOf(`From: ${from}`)).toBe(withFrom(list))
  })

  it('keeps Sender and Reply-To apart where they are given', async () => {
    expect(await envelopeOf('From: a@b', 'Sender: c@d', 'Reply-To:')).toBe(
      withFrom('((NIL NIL "a" "b"))', '((NIL NIL "c" "d"))'),
    )
  })

  it('unfolds, and joins fields that come twice', async () => {
    expect(await envelopeOf('SUBJECT : one', '\ttwo', 'To: a@b', 'to: c@d', 'In-Reply-To: <1>', 'Bcc: e@f')).toBe(
      '(NIL "one\ttwo" NIL NIL NIL ((NIL NIL "a" "b")(NIL NIL "c" "d")) NIL ((NIL NIL "e" "f")) "<1>" NIL)',
    )
  })

  it('is empty for a message without a header', async () => {
    const raw = { raw: Buffer.from('\r\nbody') }
    expect(await fetch(raw, '(ENVELOPE BODY[HEADER] BODY[TEXT])')).toBe(
      'ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODY[HEADER] {2}\r\n\r\n BODY[TEXT] {4}\r\nbody FLAGS (\\Seen \\Recent)',
    )
  })
})

describe('the dialogue', () => {
  it('goes on behind a message of any octets', async () => {
    const client = await connect({
      mode: 'implicit',
      messages: [{ raw: Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)) }],
    })
    await client.lines('a LOGIN u p', 'b SELECT INBOX')
    expect(
      await client.lines('c FETCH 1 (ENVELOPE BODYSTRUCTURE BODY.PEEK[1] BODY.PEEK[HEADER.FIELDS (X)])'),
    ).toContain('c OK')
  })
})
