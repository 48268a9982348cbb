import { unquote } from './headers.ts'

/** One address of an ENVELOPE, RFC 9051 §7.5.2. A group begins with a mailbox without host and ends with neither. */
export interface Address {
  readonly name?: string
  /** The source route of an angle address, obsolete since RFC 2822: `@a,@b`. */
  readonly route?: string
  readonly mailbox?: string
  readonly host?: string
}

type Token = {
  readonly kind: 'word' | 'quoted' | 'comment' | 'special'
  readonly text: string
  readonly spaced: boolean
}

const tokenPattern = /(\s+)|"((?:[^"\\]|\\.)*)"?|(\[[^\]]*\]?)|([<>,:;@])|([^\s"[(<>,:;@]+)|(\()|./gs

/** Tokens that are read before others have their turn. */
const atOnce = 256

/** Reads an address list, RFC 5322 §3.4, as far as it can be read; encoded words stay as they are. Takes linear time. */
export function* parseAddresses(text: string): Generator<string, readonly Address[]> {
  const addresses: Address[] = []
  let before: Token[] = []
  let inside: Token[] | undefined
  let inGroup = false

  const finish = (): void => {
    const address = inside ? angleAddress(before, inside) : bareAddress(before)
    if (address) addresses.push(address)
    before = []
    inside = undefined
  }

  let read = 0
  for (const token of tokenize(text)) {
    if (++read % atOnce === 0) yield ''
    const special = token.kind === 'special' ? token.text : ''
    if (special === '<' && !inside) inside = []
    else if (special === '>' && inside) finish()
    else if (special === ',' && inside && inside[0]?.text === '@') inside.push(token)
    else if (special === ',') finish()
    else if (special === ':' && !inside && !inGroup) {
      addresses.push({ mailbox: phrase(before) ?? '' })
      before = []
      inGroup = true
    } else if (special === ';') {
      finish()
      if (inGroup) addresses.push({})
      inGroup = false
    } else (inside ?? before).push(token)
  }
  finish()
  if (inGroup) addresses.push({})
  return addresses
}

function angleAddress(before: readonly Token[], inside: readonly Token[]): Address | undefined {
  const words = inside.filter(({ kind }) => kind !== 'comment')
  // `@a,@b:user@host`.
  const mark = words[0]?.text === '@' ? words.findIndex(({ text }) => text === ':') : -1
  const route = words.slice(0, Math.max(0, mark)).map(({ text }) => text)
  const address = split(words.slice(mark + 1))
  const name = phrase(before) ?? commentIn(before)
  if (!address) return name === undefined ? undefined : { name, mailbox: '', host: '' }
  return { ...(name !== undefined && { name }), ...(route.length > 0 && { route: route.join('') }), ...address }
}

function bareAddress(tokens: readonly Token[]): Address | undefined {
  const address = split(tokens.filter(({ kind }) => kind !== 'comment'))
  const name = commentIn(tokens)
  return address && name !== undefined ? { name, ...address } : address
}

/** At the last `@`; a host is an empty string, not NIL, where there is none: NIL means a group. */
function split(tokens: readonly Token[]): Address | undefined {
  if (tokens.length === 0) return undefined
  const mark = tokens.findLastIndex(({ kind, text }) => kind === 'special' && text === '@')
  if (mark < 0) return { mailbox: join(tokens), host: '' }
  return {
    mailbox: tokens
      .slice(0, mark)
      .map(({ text }) => text)
      .join(''),
    host: join(tokens.slice(mark + 1)),
  }
}

const join = (tokens: readonly Token[]): string =>
  tokens.map(({ text, spaced }, index) => (spaced && index > 0 ? ` ${text}` : text)).join('')

function phrase(tokens: readonly Token[]): string | undefined {
  const words = tokens.filter(({ kind }) => kind !== 'comment')
  return words.length > 0 ? join(words) : undefined
}

const commentIn = (tokens: readonly Token[]): string | undefined =>
  tokens.findLast(({ kind }) => kind === 'comment')?.text.trim()

function* tokenize(text: string): Generator<Token> {
  const pattern = new RegExp(tokenPattern)
  let spaced = false
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [whole, space, quoted, literal, special, word, comment] = match
    if (comment !== undefined) {
      const start = pattern.lastIndex
      pattern.lastIndex = endOfComment(text, start) + 1
      yield { kind: 'comment', text: text.slice(start, pattern.lastIndex - 1).replace(/\\(.)/g, '$1'), spaced }
    } else if (quoted !== undefined) yield { kind: 'quoted', text: unquote(`"${quoted}"`), spaced }
    else if (special !== undefined) yield { kind: 'special', text: special, spaced }
    else if (space === undefined) yield { kind: 'word', text: word ?? literal ?? whole, spaced }
    spaced = space !== undefined
  }
}

/** Where the comment that began just before ends; comments nest. */
function endOfComment(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    const symbol = text[at]
    if (symbol === '\\') at++
    else if (symbol === '(') depth++
    else if (symbol === ')' && --depth === 0) return at
  }
  return text.length
}
