import type { CommandResult } from '../core/command-result.ts'
import { replyThenClose, replyThenRead } from '../core/command-result.ts'
import type { Request } from '../core/dialect.ts'
import { Account, makeRoomFor } from '../mailbox/octets.ts'
import { Arguments } from './arguments.ts'
import { bad, no } from './spelling.ts'

/** Octets of all literals of one command, unless it says otherwise. */
export const maxStringLiterals = 64 * 1024

/** Octets of the message in APPEND. */
export const maxMessage = 64 * 1024 * 1024

/** Octets of one command's lines together. */
const maxText = 256 * 1024

/** Octets of a refused literal that are dropped at a time. */
const dropAtOnce = 64 * 1024

/** A literal that a line ends with: its octets come next, RFC 9051 §4.3. */
interface Announced {
  /** Undefined where the number is no size: leading zeros, or more than any memory. */
  readonly size: number | undefined
  /** The client waits for a continuation: not RFC 7888's `{5+}`. */
  readonly synchronizing: boolean
}

/**
 * Reads the literals that a command's line announces, then runs it with all its arguments.
 *
 * @param limit octets of all literals together
 */
export function withLiterals(
  { tag, args }: Request,
  limit: number,
  run: (args: Arguments) => CommandResult | Promise<CommandResult>,
): CommandResult | Promise<CommandResult> {
  const literals: Buffer[] = []
  // What is under way counts as if it were stored: many clients can send at once.
  let kept: Account | undefined
  let text = ''
  let room = limit

  const addLine = (line: string): CommandResult | Promise<CommandResult> => {
    text += line
    const announced = announcedBy(line)
    if (!announced) {
      kept?.close()
      return run(new Arguments(text, literals))
    }
    const refusal = refusalOf(announced)
    if (refusal) {
      kept?.close()
      return refuseUnread(line, refusal)
    }
    text += '\r\n'
    const { size = 0, synchronizing } = announced
    kept ??= new Account(literals)
    kept.add(size)
    return replyThenRead(synchronizing ? '+ Ready for literal data\r\n' : '', {
      read: 'literal',
      size,
      run: (bytes) => {
        room -= size
        literals.push(bytes)
        return replyThenRead('', { read: 'line', run: (rest) => addLine(rest.toString('latin1')) })
      },
    })
  }

  const refusalOf = ({ size }: Announced): CommandResult | undefined => {
    if (size === undefined) return bad(tag, 'Invalid literal size')
    if (text.length > maxText) return bad(tag, 'Command too long')
    if (size <= room) return makeRoomFor(size) ? undefined : no(tag, 'The store is full', 'OVERQUOTA')
    return limit > maxStringLiterals ? no(tag, 'Message too large', 'TOOBIG') : bad(tag, 'Literal too large')
  }

  return addLine(args)
}

/**
 * Refuses a command whose line may announce literals. What the client sends without waiting is read and dropped, or it
 * would be taken for commands; where that cannot be followed the connection ends.
 */
export function refuseUnread(line: string, refusal: CommandResult): CommandResult {
  const announced = announcedBy(line)
  if (!announced || announced.synchronizing) return refusal
  const { size } = announced
  if (size === undefined || size > maxMessage) {
    return replyThenClose(`${refusal.send}* BYE [TOOBIG] Such a literal cannot be skipped\r\n`)
  }
  return drop(size, () =>
    replyThenRead('', { read: 'line', run: (rest) => refuseUnread(rest.toString('latin1'), refusal) }),
  )
}

const drop = (size: number, then: () => CommandResult): CommandResult =>
  size === 0
    ? then()
    : replyThenRead('', {
        read: 'literal',
        size: Math.min(size, dropAtOnce),
        run: ({ length }) => drop(size - length, then),
      })

function announcedBy(line: string): Announced | undefined {
  const [marker, digits = '', plus] = /\{(\d+)(\+?)\}$/.exec(line) ?? []
  if (!marker || isQuoted(line, line.length - marker.length)) return undefined
  const valid = /^(?:0|[1-9]\d{0,9})$/.test(digits)
  return { size: valid ? Number(digits) : undefined, synchronizing: plus === '' }
}

/** Whether the place is inside a quoted string, where a brace is a character like any other. */
function isQuoted(line: string, place: number): boolean {
  let quoted = false
  for (let at = line.indexOf('"'); at >= 0 && at < place; at = line.indexOf('"', at + 1)) {
    if (quoted && isEscaped(line, at)) continue
    quoted = !quoted
  }
  return quoted
}

function isEscaped(line: string, at: number): boolean {
  let backslashes = 0
  while (line[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}
