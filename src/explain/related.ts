import { type ListedEntry, scenarios } from '../scenarios/listing.ts'
import type { Reason } from '../scenarios/vocabulary.ts'
import { meanings } from './meanings.ts'

/** Ids of every entry with one of these reasons, in the order of the catalogue. */
export const withReasons = (wanted: readonly Reason[]): readonly string[] =>
  scenarios.filter(({ reason }) => reason !== null && wanted.includes(reason)).map(({ id }) => id)

/** Words that stand in every text about mail and TLS. */
const ordinary = new Set(
  'a an and are as at be because but by can cannot client connect connection error for from get has have i in into is it its mail my no not of on one only or server should so that the their then there this to trying was when which will with work you your'.split(
    ' ',
  ),
)

/**
 * Ids of the entries that share the most telling words with a text, where no table knows it. A word counts the more, the
 * fewer entries have it; nothing is found for words that hardly say anything.
 */
export function scenariosAbout(text: string): readonly string[] {
  const wanted = new Set(wordsOf(text))
  const scored = scenarios
    .map((entry) => {
      const shared = [...wanted].filter((word) => vocabularyOf(entry).has(word))
      return { id: entry.id, shared: shared.length, score: shared.reduce((sum, word) => sum + weightOf(word), 0) }
    })
    .filter(({ shared, score }) => shared >= 2 && score >= 4)
    .sort((a, b) => b.score - a.score)
  const best = scored[0]?.score ?? 0
  return scored
    .filter(({ score }) => score >= best * 0.7)
    .slice(0, 5)
    .map(({ id }) => id)
}

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && !ordinary.has(word))
    .map(stem)

const stem = (word: string): string => (word.length > 4 ? word.replace(/(?:ing|ed|es|s|ly)$/, '') : word)

const vocabularies = new Map<ListedEntry, ReadonlySet<string>>()

function vocabularyOf(entry: ListedEntry): ReadonlySet<string> {
  const known = vocabularies.get(entry)
  if (known) return known
  const { id, summary, because, aliases, tags, reason } = entry
  const words = new Set(
    wordsOf([id, summary, because, ...aliases, ...tags, reason ?? '', reason ? meanings[reason] : ''].join(' ')),
  )
  vocabularies.set(entry, words)
  return words
}

function weightOf(word: string): number {
  const having = scenarios.filter((entry) => vocabularyOf(entry).has(word)).length
  return having === 0 ? 0 : Math.log2(1 + scenarios.length / having)
}
