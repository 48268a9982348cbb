import { defineWithUid, type ImapCommand } from '../command.ts'
import { Candidate, type DecodeWords } from '../search-candidate.ts'
import { readSearchKeys, type SearchNeeds } from '../search-keys.ts'
import { complete } from '../session.ts'
import { no } from '../spelling.ts'

const charsets: readonly string[] = ['US-ASCII', 'UTF-8']

/** SEARCH, with numbers and with UIDs. */
export const searchCommands: readonly ImapCommand[] = defineWithUid({
  verb: 'SEARCH',
  action: 'search',
  reference: 'RFC 9051 §6.4.4',
  read: (args) => {
    const needs: SearchNeeds = { keys: 0, texts: 0, modseq: false }
    const charset = args.take('CHARSET ') ? args.astring().toUpperCase() : 'US-ASCII'
    if (!charsets.includes(charset)) {
      // The keys may be in an encoding that cannot be read.
      args.skip()
      return { charset, needs, test: () => false }
    }
    args.more()
    return { charset, needs, test: readSearchKeys(args, needs) }
  },
  run: async (session, view, { charset, needs, test, byUid }, { tag }) => {
    if (!charsets.includes(charset)) return no(tag, 'Unknown charset', `BADCHARSET (${charsets.join(' ')})`)
    const decodeWords = needs.texts > 0 ? await loadDecoder() : asIs
    const found = view.messages
      .map((message, index) => new Candidate({ number: index + 1, message }, view, decodeWords))
      .filter(test)
    const numbers = found.map(({ number, message }) => ` ${byUid ? message.uid : number}`).join('')
    const highest = found.reduce((most, { message }) => Math.max(most, message.modseq), 0)
    return complete(session, {
      tag,
      // RFC 7162 §3.1.5: only where something was found.
      untagged: `* SEARCH${numbers}${needs.modseq && highest > 0 ? ` (MODSEQ ${highest})` : ''}\r\n`,
      text: 'SEARCH completed',
      ...(!byUid && { numbers: 'keep' }),
      commit: () => {
        session.knowsModseq ||= needs.modseq
      },
    })
  },
})

/** Loaded with the first search that looks into a header: most runs have none. */
async function loadDecoder(): Promise<DecodeWords> {
  const { decodeWords } = await import('postal-mime')
  return decodeWords
}

const asIs: DecodeWords = (text) => text
