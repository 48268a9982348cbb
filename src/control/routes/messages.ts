import type { Context } from 'hono'
import { pauseOr } from '../../clock.ts'
import { MockmailError } from '../../errors.ts'
import type { MailServer } from '../../fleet/mail-server.ts'
import { type MessageFilter, matches, type ReceivedMessage } from '../../fleet/message.ts'
import { bodyOf, numberOf } from '../request.ts'
import type { Control } from '../server.ts'
import type { ApiMessage, DecodedMessage, Delivered, MessageList, WholeMessage } from '../types.ts'

/** Milliseconds that anybody may ask to be kept waiting. */
const longestWait = 60_000

/** What can be asked of messages. */
export const messageRoutes = ({ live }: Control) => {
  const serversFor = (c: Context): readonly MailServer[] => {
    const id = c.req.query('endpoint')
    return id === undefined ? live.servers.endpoints : [live.endpoint(id)]
  }
  const fitting = (c: Context, filter: MessageFilter): readonly ApiMessage[] =>
    serversFor(c)
      .flatMap((server) => server.messages.map((message) => ({ server, message })))
      .filter(({ message }) => matches(message, filter))
      .sort((one, other) => numberIn(one.message) - numberIn(other.message))
      .map(({ server, message }) => told(server, message))

  return {
    async listMessages(c: Context) {
      const { from, to, subject } = c.req.query()
      const filter = {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(subject !== undefined && { subject }),
      }
      const wait = numberOf(c, 'wait', longestWait) ?? 0
      const found = fitting(c, filter)
      if (found.length > 0 || wait === 0) return c.json({ schema: 1, messages: found } satisfies MessageList)
      await pauseOr(wait, nextOf(serversFor(c), filter, wait))
      return c.json({ schema: 1, messages: fitting(c, filter) } satisfies MessageList)
    },

    async deliverMessage(c: Context) {
      const servers = serversFor(c)
      const raw = await bodyOf(c)
      // Endpoints of one scenario have one mailbox.
      const boxes = new Map(servers.map((server) => [server.scenario, server]))
      for (const server of boxes.values()) server.deliver(raw)
      return c.json({ schema: 1, scenarios: [...boxes.keys()] } satisfies Delivered, 201)
    },

    clearMessages(c: Context) {
      for (const server of serversFor(c)) server.clearMessages()
      return c.body(null, 204)
    },

    async message(c: Context) {
      const id = c.req.param('id')
      for (const server of live.servers.endpoints) {
        const message = server.messages.find((one) => one.id === id)
        if (!message) continue
        if (c.req.header('accept')?.startsWith('message/rfc822')) {
          return c.body(new Uint8Array(message.raw), 200, { 'content-type': 'message/rfc822' })
        }
        return c.json(await whole(server, message))
      }
      throw new MockmailError(
        'NO_SUCH_MESSAGE',
        `There is no message '${id}', or none any more. GET /api/v1/messages lists them.`,
      )
    },
  }
}

/** Resolves with the first that fits. */
const nextOf = (servers: readonly MailServer[], filter: MessageFilter, timeout: number): Promise<unknown> =>
  // That one server has none in time says nothing of the others.
  Promise.any(servers.map((server) => server.waitForMessage(filter, { timeout }))).catch(() => undefined)

/** They are numbered as they come. */
const numberIn = ({ id }: ReceivedMessage): number => Number(id.slice(1))

const told = (
  { id: endpoint }: MailServer,
  { id, connection, envelope, headers, secure, raw }: ReceivedMessage,
): ApiMessage => ({
  id,
  endpoint,
  scenario: connection.scenario,
  connection: connection.id,
  from: envelope.from,
  to: envelope.to,
  subject: headers.get('subject')?.[0] ?? null,
  secure,
  size: raw.length,
})

async function whole(server: MailServer, message: ReceivedMessage): Promise<WholeMessage> {
  const { subject, from, to, cc, text, html, attachments } = await message.parsed()
  const parsed: DecodedMessage = {
    subject: subject ?? null,
    from: from ?? null,
    to: to ?? [],
    cc: cc ?? [],
    text: text ?? null,
    html: html ?? null,
    attachments: attachments.map(({ filename, mimeType, content }) => ({
      filename,
      mimeType,
      size: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
    })),
  }
  return {
    schema: 1,
    ...told(server, message),
    raw: message.raw.toString('base64'),
    headers: Object.fromEntries(message.headers),
    parsed,
  }
}
