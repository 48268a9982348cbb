import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { alternate } from './alternate.mjs'
import { ratioAtMost, row } from './report.mjs'

/** What a client says, and what any answer to it looks like. */
const dialogues = {
  smtp: [
    [undefined, /^220 .*\r\n/m],
    ['EHLO client.example.com', /^250 .*\r\n/m],
    ['STARTTLS', /^220 .*\r\n/m],
    ['EHLO client.example.com', /^250 .*\r\n/m],
    ['QUIT', /^221 .*\r\n/m],
  ],
  imap: [
    [undefined, /^\* OK .*\r\n/m],
    ['a1 CAPABILITY', /^a1 OK .*\r\n/m],
    ['a2 STARTTLS', /^a2 OK .*\r\n/m],
    ['a3 CAPABILITY', /^a3 OK .*\r\n/m],
    ['a4 LOGOUT', /^a4 OK .*\r\n/m],
  ],
  pop3: [
    [undefined, /^\+OK.*\r\n/m],
    ['CAPA', /^\.\r\n/m],
    ['STLS', /^\+OK.*\r\n/m],
    ['CAPA', /^\.\r\n/m],
    ['QUIT', /^\+OK.*\r\n/m],
  ],
}

/**
 * Sessions of one server before the other has its turn, where the processor's time is measured: few, so that what else the
 * machine does meets both.
 */
const block = 50

/** A whole session through STARTTLS, of ours and of bare servers that say the same bytes, each in a process of its own. */
export async function measureStartTls({ rounds = 2000 } = {}) {
  const rows = []
  for (const protocol of Object.keys(dialogues)) rows.push(...(await compare(protocol, rounds)))
  return rows
}

async function compare(protocol, rounds) {
  const ours = await start('ours', protocol)
  const { replies } = await session(protocol, ours)
  const read = (file) => readFileSync(`${ours.pki}/good/${file}`, 'utf8')
  const identity = { key: read('leaf.key'), cert: read('fullchain.pem'), replies }
  const bare = { ...ours, ...(await start('bare', protocol, JSON.stringify(identity))) }
  try {
    const time = async (server) => (await session(protocol, server)).elapsed
    const subjects = { bare: () => time(bare), ours: () => time(ours) }
    const samples = await alternate(subjects, { rounds, warmup: 500 })
    // Both are warm by now.
    const spend = async (server) => {
      const before = await server.processor()
      for (let count = 0; count < block; count++) await session(protocol, server)
      return ((await server.processor()) - before) / block
    }
    const blocks = { bare: () => spend(bare), ours: () => spend(ours) }
    const spent = await alternate(blocks, { rounds: Math.max(4, Math.round(rounds / block)), warmup: 20 })
    const beside = 'bare net and tls'
    return [
      row({
        what: `session through STARTTLS, ${protocol}`,
        samples: samples.ours,
        beside: { what: beside, samples: samples.bare },
        goal: ratioAtMost(1.1),
      }),
      row({
        what: `processor time of the server for it, ${protocol}`,
        samples: spent.ours,
        beside: { what: beside, samples: spent.bare },
        goal: ratioAtMost(1.3),
      }),
    ]
  } finally {
    bare.stop()
    ours.stop()
  }
}

async function start(...args) {
  const child = fork(fileURLToPath(new URL('probes/starttls-server.mjs', import.meta.url)), args)
  const said = () => new Promise((resolve) => child.once('message', resolve))
  const facts = await said()
  return {
    ...facts,
    async processor() {
      const answer = said()
      child.send('processor')
      return (await answer).processor
    },
    stop: () => child.send('stop'),
  }
}

/** From connect to the server's FIN; milliseconds, and what the server said. */
async function session(protocol, { port, ca, servername }) {
  const started = performance.now()
  const replies = []
  const socket = net.connect({ port, host: '127.0.0.1' })
  socket.setNoDelay(true)
  let stream = socket
  for (const [index, [line, answer]] of dialogues[protocol].entries()) {
    replies.push(await ask(stream, line, answer))
    if (index !== 2) continue
    stream = tls.connect({ socket, ca, servername })
    await new Promise((resolve, reject) => stream.once('secureConnect', resolve).once('error', reject))
  }
  const closed = new Promise((resolve) => stream.once('close', resolve))
  stream.end()
  await closed
  return { elapsed: performance.now() - started, replies }
}

function ask(stream, line, answer) {
  return new Promise((resolve, reject) => {
    let text = ''
    const fail = (error) => reject(error ?? new Error('closed'))
    const onData = (chunk) => {
      text += chunk.toString('latin1')
      if (!answer.test(text)) return
      stream.off('data', onData).off('error', fail).off('close', fail)
      resolve(text)
    }
    stream.on('data', onData).on('error', fail).on('close', fail)
    if (line !== undefined) stream.write(`${line}\r\n`)
  })
}
