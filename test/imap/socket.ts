import { createServer, type Socket } from 'node:net'
import { bytesOf, LateReply } from '../../src/servers/core/command-result.ts'
import type { Link } from '../../src/servers/core/dialect.ts'
import { runDialogue } from '../../src/servers/core/dialogue.ts'
import { Input } from '../../src/servers/core/input.ts'
import { imap } from '../../src/servers/imap/dialect.ts'
import type { MailStore } from '../../src/servers/mailbox/mailbox.ts'

export interface Listening extends AsyncDisposable {
  readonly port: number
  /** What was not as it must be: errors of ours, and commands that were answered with BAD. */
  readonly faults: readonly string[]
}

/** The dialect behind a bare TCP socket in mode plain: no TLS, no quirks, no record. */
export async function listen(store: MailStore): Promise<Listening> {
  const faults: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    converse(socket, store, faults).catch((error: unknown) => faults.push(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    faults,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function converse(socket: Socket, store: MailStore, faults: string[]): Promise<void> {
  const input = new Input()
  const ended = () => input.end()
  socket.on('data', (chunk) => input.push(chunk))
  socket.on('end', ended).on('close', ended).on('error', ended)
  const write = (bytes: string | Buffer) => socket.writable && socket.write(bytes, 'latin1')
  const link: Link = {
    id: 'c1',
    mode: 'plain',
    secure: false,
    starttlsOffered: false,
    loginOffered: true,
    mechanisms: ['PLAIN', 'LOGIN'],
    sasl: {},
    scram: () => {},
    usesSasl: () => {},
    start: {},
    binding: () => undefined,
    servername: 'localhost',
    remoteAddress: '127.0.0.1',
    store,
    show: (capabilities) => capabilities,
    login: ({ secret }) => ({ right: secret === 'secret', admit: () => undefined }),
    identify: () => undefined,
    envelope: () => undefined,
    accept: () => undefined,
    push: (make) => write(bytesOf(new LateReply(make))),
  }
  const session = imap.open(link)
  await runDialogue(
    imap,
    session,
    input,
    {
      heard: () => undefined,
      respond: async ({ request, result }) => {
        result.commit?.()
        const bytes = bytesOf(result.send)
        if (/^\S+ BAD /.test(bytes.toString('latin1'))) faults.push(`BAD: ${request?.line}`)
        write(bytes)
        return result.next
      },
    },
    { greet: true },
  )
  session.close()
  socket.end()
}
