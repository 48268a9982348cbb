import type { Folder } from '../../src/servers/mailbox/folder.ts'

interface Entry {
  uid?: number
  flags?: ReadonlySet<string>
  modseq?: number
}

/** A command as a client knows it, once it has sent it. */
export interface Sent {
  readonly tag: string
  readonly text: string
  /** Numbers may not change while it is answered, RFC 3501 §7.4.1. */
  readonly keepsNumbers: boolean
  /** Nobody else does anything meanwhile. */
  readonly alone: boolean
  /** What a client that asked for silence has to do itself. */
  readonly silent?: { readonly uids: ReadonlySet<number>; readonly change: (flags: ReadonlySet<string>) => string[] }
}

/** What a client knows of its selected mailbox, from nothing but the words of the server. */
export class Replica {
  readonly folder: string
  readonly faults: string[] = []
  #entries: Entry[] = []
  #told = new Set<Entry>()

  constructor(folder: string) {
    this.folder = folder
  }

  get length(): number {
    return this.#entries.length
  }

  get uids(): readonly number[] {
    return this.#entries.flatMap(({ uid }) => uid ?? [])
  }

  get modseqs(): readonly number[] {
    return this.#entries.flatMap(({ modseq }) => modseq ?? [])
  }

  uidOf(number: number): number | undefined {
    return this.#entries[number - 1]?.uid
  }

  /** The first number of which nothing but its existence is known. */
  get unknown(): number | undefined {
    const index = this.#entries.findIndex(({ flags }) => flags === undefined)
    return index < 0 ? undefined : index + 1
  }

  /** Returns the status of the tagged line, or nothing where there is none. */
  replay(said: string, command?: Sent): string {
    this.#told = new Set()
    const lines = linesOf(said)
    const [, status = '', modified = ''] =
      lines
        .map((line) => /^(\w+) (OK|NO|BAD)(?: \[MODIFIED ([\d:,]+)\])?/.exec(line)?.slice(0))
        .find((found) => found?.[1] === command?.tag)
        ?.slice(1) ?? []
    if (status === 'OK' && command?.silent) this.#changeSilently(command, modified)
    for (const line of lines) this.#hear(line, command)
    if (status === 'BAD') this.#fault('answered with BAD', said)
    return status
  }

  /** Compares with the mailbox itself. */
  compare(folder: Folder, { synchronized }: { readonly synchronized: boolean }): void {
    const there = new Map(folder.messages.map((message) => [message.uid, message]))
    for (const [index, { uid, flags, modseq }] of this.#entries.entries()) {
      const message = there.get(uid ?? 0)
      if (!message) continue
      if (flags && spell(flags) !== spell(message.flags)) {
        this.#fault(`flags of ${index + 1} (UID ${uid})`, `${spell(flags)} instead of ${spell(message.flags)}`)
      }
      if (modseq !== undefined && modseq !== message.modseq) {
        this.#fault(`MODSEQ of ${index + 1} (UID ${uid})`, `${modseq} instead of ${message.modseq}`)
      }
    }
    if (!synchronized) return
    const uids = folder.messages.map(({ uid }) => uid)
    const same =
      uids.length === this.length && this.#entries.every(({ uid }, index) => (uid ?? uids[index]) === uids[index])
    if (!same) this.#fault('the list of messages', `${this.#entries.map(({ uid }) => uid ?? '?')} instead of ${uids}`)
  }

  #changeSilently({ silent, text }: Sent, modified: string): void {
    const byUid = text.startsWith('UID')
    const refused = numbersIn(modified)
    for (const [index, entry] of this.#entries.entries()) {
      const { uid, flags } = entry
      if (uid === undefined || !flags || !silent?.uids.has(uid) || refused.has(byUid ? uid : index + 1)) continue
      entry.flags = new Set(silent.change(flags))
    }
  }

  #hear(line: string, command: Sent | undefined): void {
    const [, digits = '', what = '', items = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)(?: \((.*)\))?$/s.exec(line) ?? []
    const number = Number(digits)
    if (what === 'EXISTS') {
      if (number < this.length) this.#fault(`EXISTS falls from ${this.length}`, line)
      while (this.length < number) this.#entries.push({})
    } else if (what === 'EXPUNGE') {
      if (command?.keepsNumbers) this.#fault(`EXPUNGE while ${command.text} is answered`, line)
      if (number < 1 || number > this.length) this.#fault(`EXPUNGE of what does not exist among ${this.length}`, line)
      this.#entries.splice(number - 1, 1)
    } else if (what === 'FETCH') this.#learn(number, items, line, command)
    else if (line.startsWith('* SEARCH') && command && !command.text.startsWith('UID')) {
      const found = line
        .replace(/\(.*/, '')
        .split(' ')
        .slice(2)
        .filter((text) => text !== '')
        .map(Number)
      if (found.some((one) => one < 1 || one > this.length))
        this.#fault(`SEARCH finds what is not among ${this.length}`, line)
    }
  }

  #learn(number: number, items: string, line: string, command: Sent | undefined): void {
    const entry = this.#entries[number - 1]
    if (!entry) {
      this.#fault(`FETCH of what does not exist among ${this.length}`, line)
      return
    }
    const uid = /\bUID (\d+)/.exec(items)?.[1]
    const modseq = /\bMODSEQ \((\d+)\)/.exec(items)?.[1]
    const flags = /\bFLAGS \(([^)]*)\)/.exec(items)?.[1]
    if (uid !== undefined) {
      if (entry.uid !== undefined && entry.uid !== Number(uid)) this.#fault(`UID ${entry.uid} becomes another`, line)
      entry.uid = Number(uid)
    }
    if (modseq !== undefined) {
      if (Number(modseq) < (entry.modseq ?? 0)) this.#fault(`MODSEQ ${entry.modseq} goes backwards`, line)
      entry.modseq = Number(modseq)
    }
    if (flags === undefined) return
    // Of what changes meanwhile, or while one is idle, the newest is told in the end.
    if (this.#told.has(entry) && command?.alone) this.#fault('flags told twice in one answer', line)
    this.#told.add(entry)
    entry.flags = new Set(flags.split(' ').filter((flag) => flag !== '' && flag !== '\\Recent'))
  }

  #fault(what: string, detail: string): void {
    this.faults.push(`${what}: ${detail.trim()}`)
  }
}

const spell = (flags: ReadonlySet<string>): string => `(${[...flags].sort().join(' ')})`

/** Lines with the octets of their literals left out. */
function linesOf(said: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (let at = 0; at < said.length; ) {
    const end = said.indexOf('\r\n', at)
    line += said.slice(at, end < 0 ? said.length : end)
    at = end < 0 ? said.length : end + 2
    const size = /\{(\d+)\}$/.exec(line)?.[1]
    if (size !== undefined) at += Number(size)
    else {
      lines.push(line)
      line = ''
    }
  }
  return lines
}

function numbersIn(set: string): ReadonlySet<number> {
  const numbers = new Set<number>()
  for (const range of set.split(',').filter((text) => text !== '')) {
    const [from = 0, to = from] = range.split(':').map(Number)
    for (let number = from; number <= to; number++) numbers.add(number)
  }
  return numbers
}
