import { once } from 'node:events'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { MailServer } from '../../src/index.ts'

/** A client past the greeting, inside TLS where the mode has it. */
export interface OpenSession {
  readonly stream: Duplex
  /** The TCP socket under it. */
  readonly socket: net.Socket
}

const upgrades = {
  smtp: { ask: 'EHLO neighbour\r\nSTARTTLS\r\n', answer: /^220 .*$[\s\S]*^220 .*$/m },
  imap: { ask: 'x STARTTLS\r\n', answer: /^x OK/m },
  pop3: { ask: 'STLS\r\n', answer: /^\+OK[\s\S]*^\+OK/m },
} as const

const end = (stream: Duplex): void => {
  stream.on('error', () => {})
}

/** Resolves when it has closed, however that came. */
export const closed = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => {
    if (stream.closed) resolve()
    else stream.once('close', () => resolve())
  })

/** Connects, without a word. */
export async function dial({ port }: Pick<MailServer, 'port'>): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
  end(socket)
  await once(socket, 'connect')
  return socket
}

/** Connects and does what the mode wants before the dialogue. */
export async function openSession(server: MailServer): Promise<OpenSession> {
  const socket = await dial(server)
  if (server.mode === 'plain') return { stream: socket, socket }
  if (server.mode === 'starttls') {
    const { ask, answer } = upgrades[server.protocol]
    socket.write(ask)
    await read(socket, answer)
    socket.removeAllListeners('data')
  }
  const stream = tls.connect({ socket, ...server.tls })
  end(stream)
  await once(stream, 'secureConnect')
  return { stream, socket }
}

/** Resolves with everything from now on once `pattern` is in it; rejects when the stream closes first. */
export function read(stream: Duplex, pattern: RegExp): Promise<string> {
  let seen = ''
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      seen += chunk.toString('latin1')
      if (!pattern.test(seen)) return
      stream.off('data', onData)
      stream.off('close', onClose)
      resolve(seen)
    }
    const onClose = (): void => reject(new Error(`closed before ${pattern}: ${seen.slice(-500)}`))
    stream.on('data', onData)
    stream.on('close', onClose)
  })
}

const pings = {
  smtp: { ask: 'NOOP\r\n', answer: /^250 .*\r\n$/m },
  imap: { ask: 'n NOOP\r\n', answer: /^n OK .*\r\n$/m },
  pop3: { ask: 'CAPA\r\n', answer: /^\.\r\n$/m },
} as const

/** What became of a connection that does nothing wrong while others do. */
export interface Neighbour {
  /** Asks until it is told to stop. Rejects when it is not answered. */
  stop(): Promise<{ readonly answers: number; readonly slowest: number }>
}

/** Asks the server something simple over and over, on one connection. */
export async function settleIn(server: MailServer): Promise<Neighbour> {
  const { stream } = await openSession(server)
  const { ask, answer } = pings[server.protocol]
  let stopped = false
  const run = async (): Promise<{ answers: number; slowest: number }> => {
    let slowest = 0
    for (let answers = 0; ; answers++) {
      if (stopped && answers > 0) {
        stream.destroy()
        return { answers, slowest }
      }
      const asked = performance.now()
      const answered = read(stream, answer)
      stream.write(ask)
      await answered
      slowest = Math.max(slowest, performance.now() - asked)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const running = run()
  // What it rejects with is told by `stop`.
  running.catch(() => {})
  return {
    stop: () => {
      stopped = true
      return running
    },
  }
}
