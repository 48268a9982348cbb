import type { Request } from './dialect.ts'

/** Any octet that a line of text does not have. */
const binary = /[^\t -~]/

/**
 * Finds one of these verbs in a line that is no command: behind whatever stands before it, with anything in between that
 * somebody may take for a separator. Where the line has octets that are no text, such as the beginning of a ClientHello that
 * was given up, nothing says where the words begin, and the verb may stand anywhere.
 *
 * @param before a pattern for what may stand before the verb in a line of text
 */
export function guesser(verbs: readonly string[], before: string): (line: Buffer) => Request | undefined {
  const behind = `(${verbs.join('|')})[\\s:=]+(.*)$`
  const inText = new RegExp(`^${before}${behind}`, 'is')
  const anywhere = new RegExp(behind, 'is')
  return (line) => {
    const text = line.toString('latin1')
    const [, verb, args = ''] = (inText.exec(text) ?? (binary.test(text) && anywhere.exec(text))) || []
    return verb === undefined ? undefined : { verb: verb.toUpperCase(), args, tag: '', line }
  }
}
