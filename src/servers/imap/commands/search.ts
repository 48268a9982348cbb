import { replyLate } from '../../core/command-result.ts'
import type { Pieces } from '../../core/pieces.ts'
import { defineWithUid, type ImapCommand } from '../command.ts'
import { Candidate, type DecodeWords } from '../search-candidate.ts'
import { readSearchKeys, type SearchNeeds, type Test } from '../search-keys.ts'
import { completion, type ImapSession } from '../session.ts'
import { no } from '../spelling.ts'
import type { View } from '../view.ts'

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
    return replyLate(() => search(session, view, { tag, byUid, test, decodeWords, modseq: needs.modseq }))
  },
})

interface Asked {
  readonly tag: string
  readonly byUid: boolean
  readonly test: Test
  readonly decodeWords: DecodeWords
  readonly modseq: boolean
}

function* search(session: ImapSession, view: View, { tag, byUid, test, decodeWords, modseq }: Asked): Pieces {
  session.knowsModseq ||= modseq
  const found: number[] = []
  let highest = 0
  for (const [index, message] of view.messages.entries()) {
    const verdict = test(new Candidate({ number: index + 1, message }, view, decodeWords))
    yield ''
    if (!(typeof verdict === 'boolean' ? verdict : yield* verdict)) continue
    found.push(byUid ? message.uid : index + 1)
    highest = Math.max(highest, message.modseq)
  }
  yield `* SEARCH${found.map((number) => ` ${number}`).join('')}`
  // RFC 7162 §3.1.5: only where something was found.
  yield modseq && highest > 0 ? ` (MODSEQ ${highest})\r\n` : '\r\n'
  yield* completion(session, { tag, text: 'SEARCH completed', ...(!byUid && { numbers: 'keep' }) })
}

/** Loaded with the first search that looks into a header: most runs have none. */
async function loadDecoder(): Promise<DecodeWords> {
  const { decodeWords } = await import('postal-mime')
  return decodeWords
}

const asIs: DecodeWords = (text) => text
