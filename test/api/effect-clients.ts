import type net from 'node:net'
import { type DefinedPart, defineQuirk, type MailServer, type OwnQuirk, startMailServer } from '../../src/index.ts'
import { connectRaw, connectTls, type RawClient } from '../support/raw.ts'

export const everywhere = { protocols: ['smtp', 'imap', 'pop3'], modes: ['implicit', 'starttls', 'plain'] } as const

export const quirk = (facts: Partial<OwnQuirk>): DefinedPart =>
  defineQuirk({
    id: 'own',
    summary: 'A quirk of the test.',
    layer: 'session',
    expect: 'either',
    ...everywhere,
    ...facts,
  })

export const pop3 = (at: OwnQuirk['at'], mode: 'plain' | 'implicit' | 'starttls' = 'plain'): Promise<MailServer> =>
  startMailServer({ protocol: 'pop3', mode, scenario: quirk({ at: at ?? {} }) })

export const firedOn = (server: MailServer, nth = 1): readonly string[] =>
  (server.connections[nth - 1]?.fired ?? []).filter(({ part }) => part === 'own').map(({ where }) => where)

/** Everything a client gets until the server ends, and how it ended. */
export async function read(socket: net.Socket): Promise<{ text: string; how: string }> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  const how = await new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.on('end', () => resolve('end'))
  })
  return { text, how }
}

export async function tlsClient(server: MailServer): Promise<RawClient> {
  const socket = connectTls(server)
  return connectRaw(server, socket)
}
