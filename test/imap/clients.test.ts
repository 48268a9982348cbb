import { createRequire } from 'node:module'
import { ImapFlow } from 'imapflow'
import { describe, expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { loadSamples } from '../../src/servers/mailbox/samples.ts'
import { listen } from './socket.ts'

const auth = { user: 'user', pass: 'secret' }
const flow = (port: number, pass = auth.pass) =>
  new ImapFlow({ host: '127.0.0.1', port, secure: false, auth: { ...auth, pass }, logger: false })

describe('imapflow', () => {
  it('reads the samples', async () => {
    const store = new MailStore(loadSamples())
    await using server = await listen(store)
    const client = flow(server.port)
    await client.connect()
    expect([...client.enabled]).toEqual(['CONDSTORE'])
    const list = await client.list({ statusQuery: { messages: true } })
    expect(list.map(({ path, specialUse, status }) => [path, specialUse, status?.messages])).toEqual([
      ['INBOX', '\\Inbox', 10],
      ['Sent', '\\Sent', 0],
      ['Drafts', '\\Drafts', 0],
      ['Trash', '\\Trash', 0],
    ])
    const lock = await client.getMailboxLock('INBOX')
    const read: unknown[] = []
    const query = { envelope: true, bodyStructure: true, source: true, flags: true, uid: true }
    for await (const { uid, envelope, bodyStructure, source } of client.fetch('1:*', query)) {
      expect(source?.equals(store.inbox.messages[uid - 1]?.raw ?? Buffer.alloc(0))).toBe(true)
      read.push([
        uid,
        envelope?.subject,
        envelope?.from?.[0]?.address,
        bodyStructure?.type,
        bodyStructure?.childNodes?.length,
      ])
    }
    expect(read).toEqual([
      [1, 'A plain message', 'alice@example.com', 'text/plain', undefined],
      [2, 'Text and HTML, with two attachments', 'alice@example.com', 'multipart/mixed', 3],
      [3, 'Grüße aus Köln, und noch einige Wörter mehr', 'juergen@example.com', 'text/plain', undefined],
      [4, 'Überschriften ohne Kodierung – 日本語', 'zoë@example.com', 'text/plain', undefined],
      [5, 'A body in ISO 8859-1', 'bob@example.net', 'text/plain', undefined],
      [6, 'Lines that begin with dots', 'carol@example.org', 'text/plain', undefined],
      [7, 'Fwd: A plain message', 'dan@example.org', 'multipart/mixed', 2],
      [8, undefined, 'eve@example.com', 'text/plain', undefined],
      [9, 'More than a mebibyte', 'alice@example.com', 'application/octet-stream', undefined],
      [10, 'One thousand header lines', 'alice@example.com', 'text/plain', undefined],
    ])
    expect(await client.search({ from: 'müller' })).toEqual([3])
    expect(await client.search({ body: 'Umlauten: äöü' })).toEqual([3])
    expect(await client.search({ since: new Date('2026-02-08'), larger: 1000 })).toEqual([9, 10])
    lock.release()
    await client.logout()
    expect(server.faults).toEqual([])
  })

  it('changes a mailbox, and another one that idles on it is told', async () => {
    const store = new MailStore(loadSamples().slice(0, 4))
    await using server = await listen(store)
    const [client, idler] = [flow(server.port), flow(server.port)]
    await Promise.all([client.connect(), idler.connect()])
    await Promise.all([client.mailboxOpen('INBOX'), idler.mailboxOpen('INBOX')])
    const heard: string[] = []
    idler.on('exists', ({ count }) => heard.push(`exists ${count}`))
    idler.on('expunge', (event) => heard.push(`expunge ${'seq' in event ? event.seq : ''}`))
    idler.on('flags', ({ seq }) => heard.push(`flags ${seq}`))
    const idling = idler.idle()

    expect(await client.messageFlagsAdd('1', ['\\Flagged', 'Custom'])).toBe(true)
    expect(await client.append('INBOX', 'Subject: hi\r\n\r\nbody', ['\\Seen'])).toMatchObject({ uid: 5, seq: 5 })
    expect(await client.messageCopy('1:2', 'Sent')).toMatchObject({
      uidMap: new Map([
        [1, 1],
        [2, 2],
      ]),
    })
    expect(await client.messageMove('3', 'Trash')).toMatchObject({ uidMap: new Map([[3, 1]]) })
    expect(await client.messageDelete('1')).toBe(true)
    expect(await client.mailboxCreate('Ordner/Entwürfe')).toMatchObject({ created: true })
    expect((await client.list()).map(({ path }) => path)).toContain('Ordner/Entwürfe')
    await idler.noop()
    await idling
    expect(heard).toEqual(['flags 1', 'exists 5', 'expunge 3', 'flags 1', 'expunge 1'])
    expect(store.inbox.messages.map(({ uid }) => uid)).toEqual([2, 4, 5])
    await Promise.all([client.logout(), idler.logout()])
    expect(server.faults).toEqual([])
  })

  it('is turned away with a wrong password', async () => {
    await using server = await listen(new MailStore())
    await expect(flow(server.port, 'wrong').connect()).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: 'AUTHENTICATIONFAILED',
    })
  })
})

/** The part of node-imap that is used here; the package has no types. */
interface NodeImap {
  once(event: string, listener: (error: Error) => void): void
  on(event: string, listener: (count: number) => void): void
  connect(): void
  end(): void
  [method: string]: unknown
}

describe('node-imap', () => {
  it('reads, changes and is told', async () => {
    const store = new MailStore(loadSamples().slice(0, 4))
    await using server = await listen(store)
    const Imap = createRequire(import.meta.url)('imap') as new (options: object) => NodeImap
    const client = new Imap({ user: 'user', password: 'secret', host: '127.0.0.1', port: server.port })
    const call = (method: string, ...args: unknown[]) =>
      new Promise<unknown>((resolve, reject) => {
        const run = client[method] as (...args: unknown[]) => void
        run.call(client, ...args, (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result)))
      })
    await new Promise<void>((resolve, reject) => {
      client.once('ready', () => resolve())
      client.once('error', reject)
      client.connect()
    })
    expect(Object.keys((await call('getBoxes')) as object)).toEqual(['INBOX', 'Drafts', 'Sent', 'Trash'])
    expect(await call('openBox', 'INBOX', false)).toMatchObject({ messages: { total: 4 }, uidnext: 5 })
    expect(await call('search', ['UNSEEN', ['SINCE', 'February 4, 2026'], ['!SUBJECT', 'Kodierung']])).toEqual([3])
    await call('append', 'Subject: via node-imap\r\n\r\nx', { mailbox: 'INBOX', flags: ['Seen'] })
    await call('addFlags', '1', 'Deleted')
    await call('expunge')
    await call('move', '2', 'Trash')
    expect(store.inbox.messages.map(({ uid }) => uid)).toEqual([3, 4, 5])
    const mail = new Promise<number>((resolve) => client.on('mail', resolve))
    const [sample] = loadSamples()
    if (sample) store.inbox.add(sample)
    expect(await mail).toBe(1)
    const ended = new Promise((resolve) => client.once('end', resolve))
    client.end()
    await ended
    expect(server.faults).toEqual([])
  })
})
