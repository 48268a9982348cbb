import { together } from './abuse-wire.mjs'

const mebibyte = 1024 * 1024

/** Attacks on `mockmail up --json --log FILE`, whose lines are all parsed. */
export const upAttacks = {
  'up, 91 MB of long lines': async ({ ports, connect }) => {
    const { write, until } = await connect(ports.imap)
    const line = Buffer.from(`a NOOP ${'x'.repeat(64_000)}\r\n`)
    for (let sent = 0; sent < 91e6; sent += line.length) await write(line)
    await write('z LOGOUT\r\n')
    await until(/^z OK .*\r\n/m)
  },

  'up, 8 messages of 60 MiB of control characters': ({ ports, connect }) =>
    together(8, () => mail({ ports, connect }, '\x01'.repeat(510).concat('\r\n'), 60), 4),

  'up, 300 clients while nobody reads what it prints': async ({ ports, connect, output }) => {
    output.pause()
    await together(
      300,
      async () => {
        const { write, until } = await connect(ports.imap)
        await write(`a NOOP ${'\x01'.repeat(1000)}\r\n`.repeat(500).concat('z LOGOUT\r\n'))
        await until(/^z OK .*\r\n/m)
      },
      8,
    )
    output.resume()
  },
}

async function mail({ ports, connect }, text, mebibytes) {
  const { write, until } = await connect(ports.smtp)
  await until(/^220 .*\r\n/m)
  await write('EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n')
  await until(/^354 .*\r\n/m)
  const block = Buffer.from(text.repeat(mebibyte / text.length), 'latin1')
  for (let sent = 0; sent < mebibytes; sent++) await write(block)
  await write('\r\n.\r\n')
  await until(/^(?:250 2\.6|[45]\d\d) .*\r\n/m)
}
