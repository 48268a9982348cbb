import type { Action } from './vocabulary.ts'

/** What is filled in when the bytes are made, because nobody knows it before. */
export type Fill =
  /** The tag of the command that is answered; empty where there is none. */
  | { readonly fill: 'tag' }
  /** The tag that a client which counts its tags uses for the n-th command from now. */
  | { readonly fill: 'next'; readonly ahead: number }
  /** The name that the server calls itself. */
  | { readonly fill: 'host' }
  /** A word that no client can know by itself, and that `check` looks for in what it has written. */
  | { readonly fill: 'marker' }
  /** When this moment is, RFC 5322 §3.3. */
  | { readonly fill: 'date' }
  /** URL of the canary of this endpoint. */
  | { readonly fill: 'canary-url' }
  /** URL of this endpoint. */
  | { readonly fill: 'self-url' }

/** Bytes that differ by protocol; where nothing is said, nothing is sent. */
export interface ByProtocol {
  readonly smtp?: Bytes
  readonly imap?: Bytes
  readonly pop3?: Bytes
}

/** What a correct server would say to a command that the client has not sent yet, spelled by the dialect. */
export interface Answer {
  readonly answer: Action
  /** Which command from now on it seems to answer, 1 being the next. */
  readonly ahead: number
  /** What the list of capabilities is to be; absent: the shortest with a login in clear. */
  readonly capabilities?: readonly string[]
  /** The message that is fetched. */
  readonly message?: Bytes
}

/** What is sent, as data. A string is sent as latin1, and a list one part behind the other. */
export type Bytes = string | Uint8Array | { readonly hex: string } | Fill | ByProtocol | Answer | readonly Bytes[]

/** The tag of the command that is answered. */
export const tag: Fill = { fill: 'tag' }
/** The tag of the n-th command from now, 1 being the next. */
export const next = (ahead = 1): Fill => ({ fill: 'next', ahead })
/** The name that the server calls itself. */
export const host: Fill = { fill: 'host' }
/** A word that no client can know by itself. */
export const marker: Fill = { fill: 'marker' }
/** When this moment is. */
export const date: Fill = { fill: 'date' }
/** The canary of an endpoint: a server of the run that nobody dials who was not sent there. */
export const canary: { readonly url: Fill } = { url: { fill: 'canary-url' } }
/** The endpoint itself. */
export const self: { readonly url: Fill; readonly host: Fill } = { url: { fill: 'self-url' }, host }

/** One line: its parts and CRLF. */
export const line = (...parts: readonly Bytes[]): Bytes => [...parts, '\r\n']

/** What a correct server would say to the n-th next command, 1 being the next. */
export const answer = (action: Action, { ahead = 1, ...also }: Partial<Omit<Answer, 'answer'>> = {}): Answer => ({
  answer: action,
  ahead,
  ...also,
})

/** What {@link marker} stands for. */
export const markerWord = 'mockmail-7XiYhgS7'

/** What is known when bytes are made. */
export interface Filling {
  readonly protocol: 'smtp' | 'imap' | 'pop3'
  readonly servername: string
  readonly tag: string
  readonly now: Date
  readonly urls: { readonly self: string; readonly canary: string }
  /** An answer in the protocol's own words, to a command with that tag. */
  spell(answer: Answer, tag: string): string
}

/** The bytes themselves. */
export function fillBytes(bytes: Bytes, filling: Filling): Buffer {
  // A number stands where an entry's parameter did.
  if (typeof bytes === 'number') return Buffer.from(String(bytes))
  if (typeof bytes === 'string') return Buffer.from(bytes, 'latin1')
  if (bytes instanceof Uint8Array) return Buffer.from(bytes)
  if (Array.isArray(bytes)) return Buffer.concat(bytes.map((part: Bytes) => fillBytes(part, filling)))
  if ('hex' in bytes) return Buffer.from(bytes.hex.replaceAll(' ', ''), 'hex')
  if ('fill' in bytes) return Buffer.from(filled(bytes, filling), 'latin1')
  if ('answer' in bytes) return Buffer.from(filling.spell(bytes, tagAfter(filling.tag, bytes.ahead)), 'latin1')
  return fillBytes((bytes as ByProtocol)[filling.protocol] ?? '', filling)
}

function filled(part: Fill, { servername, tag: current, now, urls }: Filling): string {
  switch (part.fill) {
    case 'tag':
      return current
    case 'next':
      return tagAfter(current, part.ahead)
    case 'host':
      return servername
    case 'marker':
      return markerWord
    case 'date':
      return now.toUTCString().replace('GMT', '+0000')
    case 'canary-url':
      return urls.canary
    case 'self-url':
      return urls.self
  }
}

/** The tag that a client which counts its tags uses later: A001 is followed by A002. */
const tagAfter = (current: string, ahead: number): string =>
  current.replace(/\d+$/, (digits) => String(BigInt(digits) + BigInt(ahead)).padStart(digits.length, '0'))
