/** A reproducible stream of numbers in [0, 1): mulberry32. */
export function createRandom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** What clients say, to begin from. */
const sayings = {
  smtp: `EHLO client.example|HELO x|STARTTLS|AUTH PLAIN AHVzZXIAcGFzcw==|AUTH PLAIN|AUTH LOGIN|*|dXNlcg==
MAIL FROM:<a@example.com>|MAIL FROM:<> SIZE=9 BODY=8BITMIME SMTPUTF8|RCPT TO:<b@example.com>|RCPT TO:<b> NOTIFY=NEVER
DATA|.|..|Subject: x|RSET|NOOP|VRFY a|HELP|BDAT 5 LAST|XCLIENT ADDR=1.2.3.4|QUIT`,
  imap: `CAPABILITY|STARTTLS|LOGIN user pass|LOGIN {4}|LOGIN {4+}|user pass|AUTHENTICATE PLAIN|AUTHENTICATE PLAIN AHUAcA==|*
SELECT INBOX|EXAMINE "INBOX"|SELECT {5+}|LIST "" "*"|LIST (SPECIAL-USE) "" (% "a*") RETURN (STATUS (MESSAGES))|LSUB "" %
STATUS INBOX (MESSAGES UIDNEXT SIZE)|FETCH 1:* (FLAGS UID ENVELOPE BODYSTRUCTURE)|FETCH 1 BODY.PEEK[1.2.HEADER]<0.99>
FETCH 4 (BODY[HEADER.FIELDS (DATE "FROM")] RFC822.SIZE)|UID FETCH 1:3,* BINARY[1]|SEARCH CHARSET UTF-8 OR NOT SEEN (FROM a)
UID SEARCH RETURN (MIN MAX) SINCE 1-Feb-2026 LARGER 9|STORE 1 +FLAGS.SILENT (\\Seen $x)|COPY 1:2 Sent|UID MOVE 1 Trash
APPEND INBOX (\\Seen) "01-Jan-2026 00:00:00 +0000" {5}|APPEND INBOX {9+}|CREATE a/b/c|RENAME a b|DELETE a|SUBSCRIBE a
NAMESPACE|ID ("name" "x")|ID NIL|ENABLE CONDSTORE|IDLE|DONE|EXPUNGE|UID EXPUNGE 1:*|CLOSE|UNSELECT|CHECK|NOOP|LOGOUT`,
  pop3: `CAPA|STLS|USER user|PASS pass|PASS wrong|APOP user 00112233445566778899aabbccddeeff|AUTH|AUTH PLAIN|AUTH LOGIN
AUTH PLAIN AHVzZXIAcGFzcw==|*|STAT|LIST|LIST 1|UIDL|UIDL 2|RETR 1|TOP 1 10|TOP 4 -1|DELE 1|RSET|NOOP|LAST|QUIT`,
}

/** What every second session begins with, to get further than noise does. */
const openings = {
  smtp: ['EHLO x\r\n', 'MAIL FROM:<a@example.com>\r\n', 'RCPT TO:<b@example.com>\r\n'],
  imap: ['a LOGIN user pass\r\n', 'a SELECT INBOX\r\n'],
  pop3: ['USER user\r\n', 'PASS pass\r\n'],
}

const endings = ['\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '', '\r\n\r\n', '\r\n.\r\n', '\n.\n', '\0\r\n']

/** A source of sessions: lists of inputs, each a buffer that is sent by itself. */
export function createHostility(protocol, seed) {
  const random = createRandom(seed)
  const lines = sayings[protocol].split(/[|\n]/)
  const below = (limit) => Math.floor(random() * limit)
  const pick = (list) => list[below(list.length)]
  const noise = (size) => Array.from({ length: size }, () => String.fromCharCode(below(256))).join('')
  const line = () => (protocol === 'imap' ? `${pick(['a', 'b2', 'A.3', ''])} ${pick(lines)}` : pick(lines))
  const damages = [
    (text, at) => text.slice(0, at) + noise(1 + below(4)) + text.slice(at),
    (text, at) => text.slice(0, at),
    (text, at) => text.slice(0, at) + text.slice(at + 1),
    (text, at) => text.slice(0, at) + text.slice(at).repeat(2),
    (text) => `${text} ${pick(lines)}`,
    (text) => text.replaceAll(' ', '\t'),
    (text) => text.replace(/\d+/, () => pick(['0', '-1', '4294967296', '99999999999999999999', '1:*', '(((((('])),
  ]
  const damaged = () => {
    const text = line()
    return pick(damages)(text, below(text.length + 1))
  }
  const shapes = [
    () => line() + pick(endings),
    () => `${line()}\r\n`,
    () => `${damaged()}\r\n`,
    () => damaged() + pick(endings),
    () => noise(below(80)) + pick(endings),
    () => Array.from({ length: 1 + below(6) }, damaged).join('\r\n') + pick(endings),
    () => `${Buffer.from(noise(below(60)), 'latin1').toString('base64')}\r\n`,
    () => `${line()} ${'('.repeat(below(300))}${pick(endings)}`,
  ]
  // Seldom, because a line of this length costs as much as a hundred others.
  const long = () => `${line()} ${noise(1).repeat(below(20_000))}${pick(endings)}`
  let sessions = 0
  return {
    session() {
      const inputs = Array.from({ length: 1 + below(40) }, () => (random() < 0.01 ? long() : pick(shapes)()))
      const all = sessions++ % 2 === 0 ? inputs : [...openings[protocol], ...inputs]
      return all.map((input) => Buffer.from(input, 'latin1'))
    },
  }
}
