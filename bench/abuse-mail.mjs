import { together } from './abuse-wire.mjs'

const mebibyte = 1024 * 1024

/** Attacks by what a session says: bounded work and octets are what keeps the neighbours served. */
export const mailAttacks = {
  'copy and store': async (tools) => {
    const client = await logIn(tools)
    await fill(client)
    await client.command(`STORE 1:* FLAGS (${keywords(90)})`)
    await client.command(`STORE 1:* -FLAGS (${keywords(45)})`)
  },

  'search, 240 keys': async (tools) => {
    const client = await logIn(tools)
    await fill(client)
    await client.command(`STORE 1:* FLAGS.SILENT (${keywords(90)})`)
    const keys = Array.from({ length: 240 }, (_, nth) => `NOT KEYWORD none${nth}`)
    await client.command(`SEARCH ${keys.join(' ')}`)
  },

  'search, 40 header names': async (tools) => {
    const client = await logIn(tools)
    await fill(client)
    const keys = Array.from({ length: 40 }, (_, nth) => `NOT HEADER X-${nth} "x"`)
    await client.command(`SEARCH ${keys.join(' ')}`)
    await client.command(
      `FETCH 1:* BODY.PEEK[HEADER.FIELDS (${Array.from({ length: 40 }, (_, nth) => `X-${nth}`).join(' ')})]`,
    )
  },

  'search body, 60 MiB of quoted-printable': async (tools) => {
    const client = await logIn(tools)
    await append(
      client,
      'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n',
      '=41',
      60,
    )
    await client.command('SEARCH BODY nowhere')
    await client.command(`SEARCH BODY b${'a'.repeat(200)}`)
  },

  'envelope, huge address lists': async (tools) => {
    const client = await logIn(tools)
    const field = `To: ${'"a" <@r:a@b>, '.repeat(20_000)}c@d\r\n`
    await append(client, 'From: a@b\r\n', field, 25)
    await client.command('FETCH 1:* (ENVELOPE)')
    for (let nth = 0; nth < 8; nth++) await append(client, `Subject: ${nth}\r\n`, field, 1)
    for (let round = 0; round < 20; round++) await client.command('FETCH 1:* (ENVELOPE)')
    await client.command('SEARCH FROM nobody TO nobody CC nobody')
  },

  'body structure, nested near-boundaries': async (tools) => {
    const client = await logIn(tools)
    const levels = Array.from({ length: 19 }, (_, depth) => 'a'.repeat(depth + 1))
    const heads = levels.map(
      (boundary) => `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n--${boundary}\r\n`,
    )
    await append(client, heads.join(''), `--${'a'.repeat(19)}b\r\n`, 60)
    await client.command('FETCH 1:* (BODYSTRUCTURE)')
    await append(client, heads.join(''), '\n', 30)
    await client.command('FETCH 1:* (BODYSTRUCTURE)')
  },

  'idle, 20 clients that do not read': async (tools) => {
    const deaf = await Promise.all(Array.from({ length: 20 }, () => logIn(tools)))
    const client = await logIn(tools)
    await fill(client)
    for (const one of deaf) {
      one.socket.pause()
      one.socket.write('i IDLE\r\n')
    }
    for (let round = 0; round < 30; round++)
      await client.command(`STORE 1:* ${round % 2 ? '-' : '+'}FLAGS.SILENT (${keywords(60)})`)
  },

  'fetch, 16 clients that do not read': async (tools) => {
    const client = await logIn(tools)
    await append(client, 'Subject: large\r\n\r\n', 'x\r\n', 60)
    const deaf = await Promise.all(Array.from({ length: 16 }, () => logIn(tools)))
    for (const { socket } of deaf) {
      socket.pause()
      socket.write('a FETCH 1:* (BODY.PEEK[] BODY.PEEK[TEXT] BODY.PEEK[]<1.99999999>)\r\n')
    }
    await tools.pause(3000)
    for (let round = 0; round < 3; round++) {
      await client.command('STORE 1:* +FLAGS.SILENT (\\Deleted)')
      await client.command('EXPUNGE')
      await append(client, 'Subject: large\r\n\r\n', 'x\r\n', 60)
    }
  },

  'append, 12 clients at once': (tools) =>
    together(12, async () => {
      const client = await logIn(tools)
      for (let round = 0; round < 4; round++) await append(client, 'Subject: large\r\n\r\n', '.x\r\n', 60)
    }),

  'append, three stores at once': (tools) =>
    Promise.all(
      ['imap', 'expired imap implicit', 'revoked imap implicit'].map(async (endpoint) => {
        const client = await logIn(tools, endpoint)
        for (let round = 0; round < 18; round++) await append(client, 'Subject: large\r\n\r\n', '.x\r\n', 60)
        await fill(client)
      }),
    ).then(() => undefined),

  'data, 12 clients at once': ({ ports, connect }) =>
    together(12, async () => {
      const { write, until } = await connect(ports.smtp)
      await until(/^220 .*\r\n/m)
      await write('EHLO a\r\n')
      await until(/^250 .*\r\n/m)
      for (let round = 0; round < 2; round++) {
        await write('MAIL FROM:<a@b.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n')
        await until(/^354 .*\r\n/m)
        await repeat(write, '..x\r\n', 50)
        await write('\r\n.\r\n')
        await until(/^(?:250 2\.6|[45]\d\d) .*\r\n/m)
      }
    }),

  'pop3, 16 clients that do not read': async (tools) => {
    const client = await logIn(tools)
    await append(client, 'Subject: large\r\n\r\n', '.\n', 60)
    await together(16, async () => {
      const { socket, write, until } = await tools.connect(tools.ports.pop3)
      await until(/^\+OK .*\r\n/m)
      await write('USER user@mockmail.test\r\nPASS mockmail\r\nSTAT\r\n')
      const [, count] = /^\+OK (\d+) \d+\r\n/m.exec(await until(/^\+OK \d+ \d+\r\n/m))
      socket.pause()
      await write(`LIST\r\nRETR ${count}\r\nRETR ${count}\r\n`)
    })
    await tools.pause(3000)
  },
}

async function logIn({ ports, connect }, endpoint = 'imap') {
  const client = await connect(ports[endpoint], { secure: endpoint.endsWith('implicit') })
  await client.until(/^\* OK .*\r\n/m)
  await client.command('LOGIN user@mockmail.test mockmail')
  await client.command('SELECT INBOX')
  return client
}

/** Copies the mailbox into itself until the server has enough, and no more than 16 times. */
async function fill(client) {
  for (let round = 0; round < 16; round++) {
    if ((await client.command('COPY 1:* INBOX')).includes(' NO ')) break
  }
}

/** Stores a message of so many mebibytes: its beginning, and one text again and again. */
async function append({ write, until }, head, body, mebibytes) {
  const times = Math.floor((mebibytes * mebibyte) / body.length)
  const size = head.length + times * body.length
  await write(`p APPEND INBOX {${size}}\r\n`)
  if (/^p NO/m.test(await until(/^(?:\+|p NO) .*\r\n/m))) return
  await write(head)
  await repeat(write, body, mebibytes)
  await write('\r\n')
  await until(/^p \w+ .*\r\n/m)
}

async function repeat(write, text, mebibytes) {
  const times = Math.floor((mebibytes * mebibyte) / text.length)
  const atOnce = Math.max(1, Math.floor(mebibyte / text.length))
  const block = Buffer.from(text.repeat(atOnce), 'latin1')
  for (let left = times; left > 0; left -= atOnce) await write(block.subarray(0, Math.min(left, atOnce) * text.length))
}

const keywords = (count) => Array.from({ length: count }, (_, nth) => `keyword${nth}`).join(' ')
