import type { StoredMessage } from '../../src/servers/mailbox/folder.ts'
import { pick, type Random } from '../support/random.ts'
import { type Client, logIn, message } from './harness.ts'
import { Replica, type Sent } from './replica.ts'

const flags = ['\\Seen', '\\Flagged', '\\Deleted', '\\Answered', '$Work', 'Later'] as const

/** Mailboxes that sessions meet in. */
const folders = ['INBOX', 'INBOX', 'INBOX', 'Sent'] as const

/** A client that says anything a client may say, and remembers nothing but what it is told. */
export class Player {
  readonly client: Client
  readonly log: string[] = []
  replica: Replica | undefined
  readonly #random: Random
  #readOnly = false
  #condstore = false
  #idling: string | undefined
  #tags = 0
  #alone = true

  constructor(client: Client, random: Random) {
    this.client = client
    this.#random = random
  }

  static async arrive(random: Random, store: Client['store']): Promise<Player> {
    return new Player(await logIn({ store }), random)
  }

  get isIdling(): boolean {
    return this.#idling !== undefined
  }

  get faults(): readonly string[] {
    return this.replica?.faults ?? []
  }

  /** One command, with its answer replayed and, where nobody else acts meanwhile, compared. */
  async step({ alone }: { readonly alone: boolean }): Promise<void> {
    this.#alone = alone
    if (this.#idling !== undefined) return this.#stopIdling()
    if (!this.replica || this.#random() < 0.04) return this.#select()
    const { unknown } = this.replica
    if (unknown !== undefined) return this.#say(`FETCH ${unknown}:* (UID FLAGS${this.#condstore ? ' MODSEQ' : ''})`)
    const commands = [...anyTime, ...(this.replica.length > 0 ? [...withMessages, ...withMessages] : [])]
    const command = pick(this.#random, commands)
    if (command === 'IDLE') return this.#startIdling()
    if (command === 'LEAVE') return this.#leave()
    await this.#say(this.#fill(command))
  }

  /** One command of the caller's choice, while others say theirs. */
  async say(text: string): Promise<void> {
    this.#alone = false
    if (/^(?:SELECT|EXAMINE) /.test(text)) this.replica = new Replica(text.split(' ')[1] ?? '')
    await this.#say(text)
  }

  /** What was pushed to an idle client since it was last looked at. */
  hearPushes(): void {
    if (this.#idling === undefined) return
    this.#alone = true
    const said = this.client.read()
    if (said) this.log.push(said)
    this.replica?.replay(said)
    this.#compare({ synchronized: true })
  }

  async synchronize(): Promise<void> {
    this.#alone = true
    if (this.#idling !== undefined) this.hearPushes()
    else if (this.replica) await this.#say('NOOP')
  }

  async #select(): Promise<void> {
    const folder = pick(this.#random, folders)
    this.#readOnly = this.#random() < 0.15
    const condstore = this.#random() < 0.4
    this.#condstore ||= condstore
    this.replica = new Replica(folder)
    await this.#say(`${this.#readOnly ? 'EXAMINE' : 'SELECT'} ${folder}${condstore ? ' (CONDSTORE)' : ''}`)
  }

  async #leave(): Promise<void> {
    this.replica = undefined
    await this.#say(pick(this.#random, ['CLOSE', 'UNSELECT']))
  }

  async #startIdling(): Promise<void> {
    this.#idling = `t${++this.#tags}`
    const said = await this.client.send(`${this.#idling} IDLE\r\n`)
    this.log.push(`${this.#idling} IDLE`, said)
    this.replica?.replay(said)
  }

  async #stopIdling(): Promise<void> {
    const tag = this.#idling ?? ''
    this.#idling = undefined
    const said = await this.client.send('DONE\r\n')
    this.log.push('DONE', said)
    this.replica?.replay(said, { tag, text: 'DONE', keepsNumbers: false, alone: false })
    this.#compare({ synchronized: true })
  }

  async #say(text: string): Promise<void> {
    const sent = this.#describe(`t${++this.#tags}`, text)
    const said = await this.client.send(`${sent.tag} ${text}\r\n`)
    this.log.push(`${sent.tag} ${text}`, said)
    // A command that fails need not tell anything.
    if (this.replica?.replay(said, sent) !== 'OK') return
    this.#compare({ synchronized: !sent.keepsNumbers })
  }

  #describe(tag: string, text: string): Sent {
    const keepsNumbers = /^(?:FETCH|STORE|SEARCH) /.test(text)
    const [, uid, set = '', sign, list = ''] = /^(UID )?STORE (\S+) .*?([+-]?)FLAGS\.SILENT \((.*)\)$/.exec(text) ?? []
    const sent = { tag, text, keepsNumbers, alone: this.#alone }
    if (set === '' || this.#readOnly) return sent
    const given = list.split(' ').filter((flag) => flag !== '')
    const change = (present: ReadonlySet<string>): string[] => {
      if (sign === '+') return [...new Set([...present, ...given])]
      return sign === '-' ? [...present].filter((flag) => !given.includes(flag)) : given
    }
    return { ...sent, silent: { uids: this.#uidsOf(set, uid !== undefined), change } }
  }

  #uidsOf(set: string, byUid: boolean): ReadonlySet<number> {
    const uids = this.replica?.uids ?? []
    const numbers = this.replica ? Array.from({ length: this.replica.length }, (_, index) => index + 1) : []
    const [from = 0, to = from] = set.split(':').map((end) => (end === '*' ? Number.POSITIVE_INFINITY : Number(end)))
    const named = byUid ? uids : numbers
    const inSet = named.filter((one) => one >= Math.min(from, to) && one <= Math.max(from, to))
    if (set.includes('*') && named.length > 0) inSet.push(Math.max(...named))
    return new Set(byUid ? inSet : inSet.flatMap((number) => this.replica?.uidOf(number) ?? []))
  }

  #compare(how: { readonly synchronized: boolean }): void {
    const folder = this.replica && this.client.store.folder(this.replica.folder)
    if (folder && this.#alone) this.replica?.compare(folder, how)
  }

  #fill(template: string): string {
    const random = this.#random
    const { length = 0, uids = [], modseqs = [] } = this.replica ?? {}
    const any = (): number => 1 + Math.floor(random() * length)
    const uid = (): number => pick(random, uids.length > 0 ? uids : [1])
    const since = (): number => pick(random, modseqs.length > 0 ? modseqs : [1])
    const list = (): string => flags.filter(() => random() < 0.3).join(' ')
    const fillers: Readonly<Record<string, () => string>> = {
      set: () => pick(random, [`${any()}`, `${any()}`, `${any()}:${any()}`, `${any()}:*`, '1:*']),
      uids: () => pick(random, [`${uid()}`, `${uid()}`, `${uid()}:${uid()}`, `${uid()}:*`, '1:*']),
      flags: () => `(${list()})`,
      one: () => pick(random, flags),
      sign: () => pick(random, ['+', '+', '-', '']),
      silent: () => pick(random, ['', '.SILENT']),
      since: () => (random() < 0.3 && this.#condstore ? `(UNCHANGEDSINCE ${since()}) ` : ''),
      folder: () => pick(random, folders),
    }
    return template.replace(/<(\w+)>/g, (_, name: string) => fillers[name]?.() ?? '')
  }
}

const anyTime = [
  'NOOP',
  'NOOP',
  'CHECK',
  'IDLE',
  'LEAVE',
  'STATUS INBOX (MESSAGES HIGHESTMODSEQ)',
  'SEARCH ALL',
  'UID SEARCH UNSEEN',
  'APPEND <folder> <flags> {18+}\r\nSubject: x\r\n\r\nbody',
] as const

const withMessages = [
  'FETCH <set> (FLAGS)',
  'FETCH <set> (UID FLAGS)',
  'FETCH <set> (BODY[TEXT])',
  'FETCH <set> (FLAGS BODY[])',
  'UID FETCH <uids> (FLAGS)',
  'UID FETCH <uids> (BODY[TEXT])',
  'STORE <set> <since><sign>FLAGS<silent> <flags>',
  'STORE <set> <since><sign>FLAGS<silent> <flags>',
  'UID STORE <uids> <since><sign>FLAGS<silent> <flags>',
  'UID STORE <uids> <since><sign>FLAGS<silent> <flags>',
  'STORE <set> +FLAGS (\\Deleted)',
  'EXPUNGE',
  'UID EXPUNGE <uids>',
  'COPY <set> <folder>',
  'UID COPY <uids> <folder>',
  'MOVE <set> <folder>',
  'UID MOVE <uids> <folder>',
  'SEARCH DELETED',
] as const

/** Somebody who needs no session: what SMTP delivers, or a library's caller does. */
export function meddle(random: Random, { store }: Client): void {
  const folder = store.folder(pick(random, folders)) ?? store.inbox
  const victims = folder.messages.filter(() => random() < 0.3)
  const what = random()
  if (what < 0.4 || victims.length === 0) folder.add(message('Subject: late', '', 'x'))
  else if (what < 0.6) folder.remove(victims)
  else for (const victim of victims) folder.changeFlags(victim, toggled(victim, pick(random, flags)))
}

function toggled({ flags: present }: StoredMessage, flag: string): readonly string[] {
  return present.has(flag) ? [...present].filter((one) => one !== flag) : [...present, flag]
}
