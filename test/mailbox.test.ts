import { afterEach, describe, expect, it } from 'vitest'
import type { NewMessage } from '../src/servers/mailbox/folder.ts'
import { MailStore } from '../src/servers/mailbox/mailbox.ts'

const mail: NewMessage = { raw: Buffer.from('Subject: x\r\n\r\ny\r\n') }
const opened: MailStore[] = []

/** What a store keeps counts for the whole process, and so for the next test. */
function open(samples?: readonly NewMessage[]): MailStore {
  const store = new MailStore(samples)
  opened.push(store)
  return store
}

afterEach(() => {
  for (const store of opened.splice(0)) store.close()
})

const namesOf = (store: MailStore) => [...store.folders].map(({ name }) => name)

describe('a folder', () => {
  it('gives UIDs in ascending order and never again', () => {
    const { inbox } = open([mail, mail])
    inbox.remove(inbox.messages)
    expect(inbox.add(mail).uid).toBe(3)
    expect(inbox.uidNext).toBe(4)
  })

  it('adds several as one change, with what flags they share', () => {
    const { inbox } = open()
    let heard = 0
    inbox.subscribe(() => heard++)
    const flags = new Set(['\\Seen', 'Work'])
    const [one, other] = inbox.addAll([
      { ...mail, flags },
      { ...mail, flags },
    ])
    expect([one?.uid, other?.uid, heard]).toEqual([1, 2, 1])
    expect(other?.flags).toBe(one?.flags)
    expect([...(one?.flags ?? [])]).toEqual(['\\Seen', 'Work'])
  })

  it('spells a keyword as it came first, as long as a message has it', () => {
    const { inbox } = open()
    const [one, other] = inbox.addAll([
      { ...mail, flags: ['Work'] },
      { ...mail, flags: ['WORK'] },
    ])
    expect([...(other?.flags ?? [])]).toEqual(['Work'])
    if (one && other) inbox.remove([one, other])
    expect([...inbox.add({ ...mail, flags: ['WORK'] }).flags]).toEqual(['WORK'])
  })

  it('has a hundred keywords at most, and takes no other', () => {
    const { inbox } = open()
    const keywords = Array.from({ length: 100 }, (_, index) => `k${index}`)
    expect([inbox.hasRoomForFlags(keywords), inbox.hasRoomForFlags([...keywords, 'more'])]).toEqual([true, false])
    const message = inbox.add({ ...mail, flags: keywords })
    expect([inbox.hasRoomForFlags(['K1', '\\Seen']), inbox.hasRoomForFlags(['more'])]).toEqual([true, false])
    expect([...inbox.add({ ...mail, flags: ['more', 'K1'] }).flags]).toEqual(['k1'])
    inbox.changeFlags(message, [])
    expect(inbox.flags).toEqual(['k1'])
    expect([inbox.hasRoomForFlags(['more']), inbox.hasRoomForFlags(['x'.repeat(101)])]).toEqual([true, false])
  })

  it('changes nothing of a message that is gone', () => {
    const { inbox } = open([mail])
    const [message] = inbox.messages
    if (message) inbox.remove([message])
    const { highestModseq } = inbox
    if (message) inbox.changeFlags(message, ['\\Seen'])
    expect([inbox.highestModseq, message?.flags.size, message?.state]).toEqual([highestModseq, 0, 'removed'])
  })

  it('keeps the octets of removed messages for a while, and then lets go of them', () => {
    const { inbox } = open()
    const [small, large] = [inbox.add(mail), inbox.add({ raw: Buffer.alloc(9 * 1024 * 1024) })]
    inbox.remove([small])
    expect([small.state, small.raw]).toEqual(['removed', mail.raw])
    inbox.remove([large])
    expect([small.state, large.state, large.raw.length]).toEqual(['lost', 'lost', 0])
  })

  it('counts a mod-sequence for every change', () => {
    const { inbox } = open()
    const message = inbox.add(mail)
    inbox.changeFlags(message, ['\\Seen'])
    expect([message.modseq, inbox.highestModseq]).toEqual([3, 3])
    inbox.remove([message])
    expect(inbox.highestModseq).toBe(4)
  })

  it('knows its octets', () => {
    const { inbox } = open([mail, mail])
    expect(inbox.octets).toBe(2 * mail.raw.length)
    inbox.remove(inbox.messages.slice(0, 1))
    expect(inbox.octets).toBe(mail.raw.length)
  })

  it('tells its subscribers until they leave', () => {
    const { inbox } = open()
    let heard = 0
    const leave = inbox.subscribe(() => heard++)
    const message = inbox.add(mail)
    inbox.changeFlags(message, ['\\Seen'])
    inbox.remove([message])
    inbox.remove([message])
    leave()
    inbox.add(mail)
    expect(heard).toBe(3)
  })

  it('has a UIDVALIDITY that is no other one of this run or of an earlier one', () => {
    const [one, other] = [open().inbox.uidValidity, open().inbox.uidValidity]
    expect(one).not.toBe(other)
    expect(one).toBeGreaterThan(1_700_000_000)
    expect(other).toBeLessThan(2 ** 32)
  })
})

describe('a store', () => {
  it('creates superior names, and takes a name once', () => {
    const store = open()
    expect(store.create('a/b/c')?.name).toBe('a/b/c')
    expect(store.create('a/b')).toBeUndefined()
    expect(namesOf(store)).toEqual(['INBOX', 'Drafts', 'Sent', 'Trash', 'a', 'a/b', 'a/b/c'])
  })

  it('renames with inferiors, also into itself, and refuses a name that is taken', () => {
    const store = open()
    store.create('a/b')
    store.create('ab')
    expect(store.rename('a', 'a/x')).toBe(true)
    expect(namesOf(store).slice(4)).toEqual(['ab', 'a', 'a/x', 'a/x/b'])
    expect(store.rename('ab', 'Sent')).toBe(false)
    expect(store.rename('nowhere', 'b')).toBe(false)
    expect(store.folder('a/x/b')?.name).toBe('a/x/b')
  })

  it('moves the messages of INBOX and keeps it', () => {
    const store = open([mail])
    expect(store.rename('inbox', 'old/mail')).toBe(true)
    expect([store.inbox.messages.length, store.folder('old/mail')?.messages.length]).toEqual([0, 1])
    expect(store.folder('INBOX')).toBe(store.inbox)
  })

  it('does not delete INBOX', () => {
    const store = open()
    expect([store.delete('Inbox'), store.delete('Sent'), store.delete('Sent')]).toEqual([false, true, false])
  })

  it('has room for 20,000 messages in a folder and 50,000 in all', () => {
    const store = open()
    const many = (count: number) => Array.from({ length: count }, () => mail)
    expect([store.hasRoom(many(20_000)), store.hasRoom(many(20_001))]).toEqual([true, false])
    for (const name of ['INBOX', 'Sent', 'Trash']) store.folder(name)?.addAll(many(16_666))
    const drafts = store.folder('Drafts')
    expect([store.hasRoom(many(2), drafts), store.hasRoom(many(3), drafts)]).toEqual([true, false])
  })

  it('counts the octets of copies each time for itself, and once for the process', () => {
    const raw = Buffer.alloc(60 * 1024 * 1024)
    const store = open()
    const copies = (count: number) => Array.from({ length: count }, () => ({ raw }))
    store.inbox.addAll(copies(8))
    expect([store.hasRoom([]), store.hasRoom(copies(1))]).toEqual([true, false])
    store.reset([])
    expect(store.hasRoom([{ raw: Buffer.alloc(60 * 1024 * 1024) }])).toBe(true)
  })

  it('has room for 128 MiB in the whole process, and again once a mailbox is deleted', () => {
    const [one, other] = [open(), open()]
    const raw = () => Buffer.alloc(60 * 1024 * 1024)
    one.create('Work')?.addAll([{ raw: raw() }, { raw: raw() }])
    expect([other.hasRoom([{ raw: Buffer.alloc(2 ** 20) }]), other.hasRoom([{ raw: raw() }])]).toEqual([true, false])
    one.delete('Work')
    expect(other.hasRoom([{ raw: raw() }])).toBe(true)
  })

  describe('that receives', () => {
    const raw = (size: number): Buffer => Buffer.alloc(size)
    const sizes = (store: MailStore) => store.inbox.messages.map((message) => message.raw.length)

    it('keeps the newest 1,000 of what came in, and all else', () => {
      const store = open([mail])
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
      const store = open()
      for (const count of [20, 20, 24]) store.receive(mebibytes(count))
      expect(store.inbox.messages).toHaveLength(3)
      store.receive(raw(1))
      expect(sizes(store)).toEqual([mebibytes(20).length, mebibytes(24).length, 1])
      store.receive(mebibytes(65))
      expect(sizes(store)).toEqual([mebibytes(65).length])
    })

    it('does not count what a client has removed, or a reset', () => {
      const store = open()
      for (let size = 1; size <= 1000; size++) store.receive(raw(size))
      store.inbox.remove(store.inbox.messages.slice(500))
      store.receive(raw(1))
      expect(store.inbox.messages).toHaveLength(501)
      store.reset([mail])
      for (let size = 1; size <= 1000; size++) store.receive(raw(size))
      expect(store.inbox.messages).toHaveLength(1001)
    })

    it('makes room for what comes in by letting go of what came long ago, in another store too', () => {
      const [one, other] = [open(), open()]
      for (const store of [one, other]) {
        store.receive(raw(30 * 1024 * 1024))
        store.receive(raw(30 * 1024 * 1024))
      }
      other.receive(raw(20 * 1024 * 1024))
      expect([one.inbox.messages.length, other.inbox.messages.length]).toEqual([1, 2])
    })

    it('takes none when it has no room', () => {
      const store = open()
      store.inbox.addAll([{ raw: raw(64 * 1024 * 1024) }, { raw: raw(64 * 1024 * 1024 - 512) }])
      store.receive(raw(1))
      expect(store.inbox.messages).toHaveLength(2)
    })
  })
})
