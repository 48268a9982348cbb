import { readFileSync } from 'node:fs'
import { bytesOf } from '../../src/servers/core/command-result.ts'
import type { Capability, Credential, Dialect, Link, Session } from '../../src/servers/core/dialect.ts'
import { type DialogueEnd, runDialogue } from '../../src/servers/core/dialogue.ts'
import { Input } from '../../src/servers/core/input.ts'
import type { NewMessage } from '../../src/servers/mailbox/folder.ts'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'

/** What a link was told, in order. */
export interface Told {
  readonly shown: (readonly string[])[]
  readonly credentials: Omit<Credential, 'matches'>[]
  /** Those that the server has said yes to. */
  readonly admitted: Omit<Credential, 'matches'>[]
  readonly names: string[]
  readonly envelopes: { readonly from: string; readonly to: readonly string[] }[]
  readonly messages: { readonly raw: Buffer; readonly from?: string; readonly to?: readonly string[] }[]
}

export interface Situation {
  readonly mode?: Link['mode']
  readonly secure?: boolean
  readonly loginOffered?: boolean
  readonly starttlsOffered?: boolean
  readonly mechanisms?: readonly string[]
  readonly servername?: string
  readonly samples?: readonly NewMessage[]
  readonly store?: MailStore
  /** The only right password; default: any but `wrong`. */
  readonly password?: string
  readonly show?: (capabilities: readonly Capability[]) => readonly Capability[]
}

/** A link without a connection: right defaults of the mode and phase, everything told is kept. */
export function createLink(situation: Situation = {}): { readonly link: Link; readonly told: Told } {
  const { mode = 'starttls', secure = mode === 'implicit' } = situation
  const told: Told = { shown: [], credentials: [], admitted: [], names: [], envelopes: [], messages: [] }
  const store = situation.store ?? new MailStore(situation.samples)
  const starttlsOffered = situation.starttlsOffered ?? (mode === 'starttls' && !secure)
  const isRight = ({ secret, matches }: Credential): boolean => {
    if (situation.password !== undefined) {
      return matches ? matches(situation.password) : secret === situation.password
    }
    return matches ? !matches('wrong') : secret !== 'wrong'
  }
  const link: Link = {
    id: 'c1',
    mode,
    secure,
    starttlsOffered,
    loginOffered: situation.loginOffered ?? !starttlsOffered,
    mechanisms: situation.mechanisms ?? ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'],
    sasl: {},
    scram: () => {},
    usesSasl: () => {},
    start: {},
    binding: () => undefined,
    servername: situation.servername ?? 'localhost',
    remoteAddress: '127.0.0.1',
    store,
    show(capabilities) {
      const shown = situation.show?.(capabilities) ?? capabilities
      told.shown.push(shown.map(({ text }) => text))
      return shown
    },
    login(credential) {
      const { matches: _, ...facts } = credential
      told.credentials.push(facts)
      return { right: isRight(credential), admit: () => told.admitted.push(facts) }
    },
    identify: (name) => told.names.push(name),
    envelope: (from, to) => told.envelopes.push({ from, to }),
    accept(message) {
      const { via: _, ...facts } = message
      told.messages.push(facts)
      store.receive(message.raw)
    },
    push: () => undefined,
  }
  return { link, told }
}

/** How the actions of one dialogue are answered instead of by the server: a quirk in miniature. */
export type Replacement = (action: string, verb: string) => string | undefined

export interface Run {
  readonly end: DialogueEnd
  /** Everything that was sent, as latin1. */
  readonly sent: string
  readonly replies: readonly string[]
  /** Chunks that the server has asked for. */
  readonly delivered: number
  /** What nobody has read. */
  readonly surplus: string
  readonly told: Told
  readonly state: string
  /** Both sides in the notation of the golden dialogues. */
  readonly transcript: string
}

export interface Script<S extends Session> extends Situation {
  readonly dialect: Dialect<S>
  /** Chunks that the client sends; it ends its side behind the last. */
  readonly client: readonly (string | Buffer)[]
  readonly greet?: boolean
  readonly replace?: Replacement
}

/** Runs one phase in memory. Each chunk is delivered when the server has read all it had, as a lock-step client does. */
export async function play<S extends Session>(script: Script<S>): Promise<Run> {
  const { link, told } = createLink(script)
  await script.dialect.prepare?.()
  const session = script.dialect.open(link)
  const input = new Input()
  const chunks = script.client.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk))
  let next = 0
  input.onHungry = () =>
    queueMicrotask(() => {
      const chunk = chunks[next++]
      if (!chunk) return input.end()
      transcript += notation('C', chunk.toString('latin1'))
      input.push(chunk)
    })
  const replies: string[] = []
  let transcript = ''
  const respond = async ({ action, request, result }: Parameters<Parameters<typeof runDialogue>[3]['respond']>[0]) => {
    const { send } = result
    const instead = script.replace?.(action, request?.verb ?? '')
    if (instead === undefined) result.commit?.()
    const said = instead ?? bytesOf(send).toString('latin1')
    replies.push(said)
    transcript += notation('S', said)
    return instead !== undefined ? 'command' : result.next
  }
  const end = await runDialogue(
    script.dialect,
    session,
    input,
    { heard: () => undefined, respond },
    { greet: script.greet ?? true },
  )
  const { state } = session
  session.close?.()
  const surplus = input.drain().toString('latin1')
  return {
    end,
    sent: replies.join(''),
    replies,
    delivered: Math.min(next, chunks.length),
    surplus,
    told,
    state,
    transcript,
  }
}

const notation = (who: 'C' | 'S', text: string): string =>
  text
    .split(/(?<=\n)/)
    .map((line) => `${who}: ${line.replace(/\r?\n$/, '')}`.trimEnd())
    .join('\n')
    .concat(text === '' ? '' : '\n')

/**
 * Plays a golden dialogue: lines of `C: ` and `S: `, where client lines without a server line between them leave in one
 * segment. `-- TLS` begins the phase after an upgrade, with a new session. A challenge stands as
 * `<timestamp@localhost>`, a UIDL as `<folder>.1`.
 */
export async function playGolden<S extends Session>(
  dialect: Dialect<S>,
  file: URL,
  situation: Situation,
): Promise<{ readonly golden: string; readonly played: string; readonly runs: readonly Run[] }> {
  const golden = readFileSync(file, 'utf8')
  const store = situation.store ?? new MailStore(situation.samples)
  const runs: Run[] = []
  for (const phase of golden.split('-- TLS\n')) {
    const client = phase
      .split(/^(?:S:.*\n)+/m)
      .filter((chunk) => chunk !== '')
      .map((chunk) => chunk.replace(/^C: ?/gm, '').replace(/\n/g, '\r\n'))
    const later = runs.length > 0
    const secure = later || situation.mode === 'implicit'
    runs.push(await play({ dialect, client, greet: !later, ...situation, secure, store }))
  }
  const played = runs.map(({ transcript }) => transcript).join('-- TLS\n')
  const random = [
    [/<[0-9a-f]{16}\.\d+@/g, '<timestamp@'],
    [/^(S: \d+ )\d+\.(\d+)$/gm, '$1<folder>.$2'],
  ] as const
  return { golden, played: random.reduce((text, [from, to]) => text.replace(from, to), played), runs }
}
