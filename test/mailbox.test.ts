import { describe, expect, it } from 'vitest'
import { type FolderChange, MailStore, type NewMessage } from '../src/servers/mailbox.ts'

const mail: NewMessage = { raw: Buffer.from('Subject: x\r\n\r\ny\r\n') }
const namesOf = (store: MailStore) => [...store.folders].map(({ name }) => name)

describe('a folder', () => {
  it('gives UIDs in ascending order and never again', () => {
    const { inbox } = new MailStore([mail, mail])
    inbox.remove(inbox.messages)
    expect(inbox.add(mail).uid).toBe(3)
    expect(inbox.uidNext).toBe(4)
  })

  it('sets UIDs aside, and gives the next one instead of one that has come too late', () => {
    const { inbox } = new MailStore()
    expect(inbox.reserveUids(2)).toBe(1)
    expect(inbox.add({ ...mail, uid: 2 }).uid).toBe(2)
    expect(inbox.add({ ...mail, uid: 1 }).uid).toBe(3)
  })

  it('counts a mod-sequence for every change', () => {
    const { inbox } = new MailStore()
    const message = inbox.add(mail)
    inbox.changeFlags(message, ['\\Seen'])
    expect([message.modseq, inbox.highestModseq]).toEqual([3, 3])
    inbox.remove([message])
    expect(inbox.highestModseq).toBe(4)
  })

  it('knows its octets', () => {
    const { inbox } = new MailStore([mail, mail])
    expect(inbox.octets).toBe(2 * mail.raw.length)
    inbox.remove(inbox.messages.slice(0, 1))
    expect(inbox.octets).toBe(mail.raw.length)
  })

  it('tells its subscribers until they leave', () => {
    const { inbox } = new MailStore()
    const heard: FolderChange['kind'][] = []
    const leave = inbox.subscribe(({ kind }) => heard.push(kind))
    const message = inbox.add(mail)
    inbox.changeFlags(message, ['\\Seen'])
    inbox.remove([message])
    inbox.remove([message])
    leave()
    inbox.add(mail)
    expect(heard).toEqual(['added', 'flags', 'removed'])
  })

  it('has a UIDVALIDITY that is no other one of this run or of an earlier one', () => {
    const [one, other] = [new MailStore().inbox.uidValidity, new MailStore().inbox.uidValidity]
    expect(one).not.toBe(other)
    expect(one).toBeGreaterThan(1_700_000_000)
    expect(other).toBeLessThan(2 ** 32)
  })
})

describe('a store', () => {
  it('creates superior names, and takes a name once', () => {
    const store = new MailStore()
    expect(store.create('a/b/c')?.name).toBe('a/b/c')
    expect(store.create('a/b')).toBeUndefined()
    expect(namesOf(store)).toEqual(['INBOX', 'Drafts', 'Sent', 'Trash', 'a', 'a/b', 'a/b/c'])
  })

  it('renames with inferiors, also into itself, and refuses a name that is taken', () => {
    const store = new MailStore()
    store.create('a/b')
    store.create('ab')
    expect(store.rename('a', 'a/x')).toBe(true)
    expect(namesOf(store).slice(4)).toEqual(['ab', 'a', 'a/x', 'a/x/b'])
    expect(store.rename('ab', 'Sent')).toBe(false)
    expect(store.rename('nowhere', 'b')).toBe(false)
    expect(store.folder('a/x/b')?.name).toBe('a/x/b')
  })

  it('moves the messages of INBOX and keeps it', () => {
    const store = new MailStore([mail])
    expect(store.rename('inbox', 'old/mail')).toBe(true)
    expect([store.inbox.messages.length, store.folder('old/mail')?.messages.length]).toEqual([0, 1])
    expect(store.folder('INBOX')).toBe(store.inbox)
  })

  it('does not delete INBOX', () => {
    const store = new MailStore()
    expect([store.delete('Inbox'), store.delete('Sent'), store.delete('Sent')]).toEqual([false, true, false])
  })

  it('has room up to its bounds', () => {
    const store = new MailStore([mail])
    expect(store.hasRoom({ messages: 1, octets: 1000 })).toBe(true)
    expect(store.hasRoom({ messages: 100_000, octets: 1000 })).toBe(false)
    expect(store.hasRoom({ messages: 1, octets: 2 ** 30 })).toBe(false)
  })

  describe('that receives', () => {
    const raw = (size: number): Buffer => Buffer.alloc(size)
    const sizes = (store: MailStore) => store.inbox.messages.map((message) => message.raw.length)

    it('keeps the newest 1,000 of what came in, and all else', () => {
      const store = new MailStore([mail])
      const other = store.inbox.add(mail)
      for (let size = 1; size <= 1000; size++) store.receive(raw(size))
      expect(store.inbox.messages).toHaveLength(1002)
      store.receive(raw(1001))
      expect(store.inbox.messages).toHaveLength(1002)
      expect(store.inbox.messages[1]).toBe(other)
      expect(sizes(store).slice(2, 4)).toEqual([2, 3])
      expect(sizes(store).at(-1)).toBe(1001)
    })

    it('keeps 64 MiB of it, and the newest whatever its size', () => {
      const mebibytes = (count: number): Buffer => raw(count * 1024 * 1024)
      const store = new MailStore()
      for (const count of [20, 20, 24]) store.receive(mebibytes(count))
      expect(store.inbox.messages).toHaveLength(3)
      store.receive(raw(1))
      expect(sizes(store)).toEqual([mebibytes(20).length, mebibytes(24).length, 1])
      store.receive(mebibytes(65))
      expect(sizes(store)).toEqual([mebibytes(65).length])
    })

    it('does not count what a client has removed, or a reset', () => {
      const store = new MailStore()
      for (let size = 1; size <= 1000; size++) store.receive(raw(size))
      store.inbox.remove(store.inbox.messages.slice(500))
      store.receive(raw(1))
      expect(store.inbox.messages).toHaveLength(501)
      store.reset([mail])
      for (let size = 1; size <= 1000; size++) store.receive(raw(size))
      expect(store.inbox.messages).toHaveLength(1001)
    })

    it('takes none when it has no room', () => {
      const store = new MailStore()
      store.inbox.add({ raw: raw(2 ** 30) })
      store.receive(raw(1))
      expect(store.inbox.messages).toHaveLength(1)
    })
  })
})
