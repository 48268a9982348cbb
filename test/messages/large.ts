/** A message of a text and an attachment, and its parts as octets. */
export interface LargeMessage {
  readonly whole: Buffer
  /** With the empty line. */
  readonly header: Buffer
  readonly text: Buffer
  readonly first: Buffer
  readonly second: Buffer
  readonly secondMime: Buffer
}

const crlf = '\r\n'

/** Every line that a transport might change: dots at its start, blanks at its end, 8-bit octets, 998 characters, `From `. */
const awkward = [
  '.',
  '..',
  '.. two',
  'blanks  ',
  '',
  'From somebody',
  'caf\xc3\xa9 \xe2\x82\xac',
  'x'.repeat(998),
  '.x',
]

/** The same one each time; its attachment alone has more than 1 MB. */
export function buildLargeMessage(): LargeMessage {
  const header = [
    'From: Alice <alice@example.com>',
    'To: Bob <bob@example.com>',
    'Subject: A megabyte',
    'Message-ID: <large@messages.mockmail.test>',
    'Date: Mon, 02 Feb 2026 09:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="here"',
    '',
    '',
  ].join(crlf)
  const first = [...awkward, 'The end of the text.'].join(crlf)
  const secondMime = ['Content-Type: application/octet-stream', 'Content-Transfer-Encoding: base64', '', ''].join(crlf)
  const second = wrap(pseudoRandom(800_000).toString('base64'))
  const firstMime = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', ''].join(crlf)
  const text = `--here${crlf}${firstMime}${first}${crlf}--here${crlf}${secondMime}${second}${crlf}--here--${crlf}`
  const octets = (part: string): Buffer => Buffer.from(part, 'latin1')
  return {
    whole: octets(header + text),
    header: octets(header),
    text: octets(text),
    first: octets(first),
    second: octets(second),
    secondMime: octets(secondMime),
  }
}

const wrap = (base64: string): string => (base64.match(/.{1,76}/g) ?? []).join(crlf)

/** A linear congruential generator: no two stretches are alike, and every run has the same. */
function pseudoRandom(length: number): Buffer {
  let state = 1
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }),
  )
}
