import { describe, expect, it } from 'vitest'
import { forLog } from '../../src/text/printable.ts'
import { libraryPatterns } from '../../src/verdicts/reasons/library-patterns.ts'
import { opensslPatterns } from '../../src/verdicts/reasons/openssl-patterns.ts'
import { platformPatterns } from '../../src/verdicts/reasons/platform-patterns.ts'
import { reasonsOf } from '../../src/verdicts/reasons/reasons.ts'

/** The least of several times, in milliseconds: whatever else the machine does only adds to it. */
function timeOf(act: () => unknown, times: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < times; round++) {
    const start = performance.now()
    act()
    least = Math.min(least, performance.now() - start)
  }
  return least
}

const times = 8
/** Of eight times the text: 8 where it is linear, 64 where it grows with the square; caches and collectors cost something too. */
const most = 32
/** Milliseconds below which a ratio says nothing. */
const measurable = 4
/** So often it has to look worse than linear: a busy machine does not slow down the same text each time. */
const tries = 4

const fill = (part: string, size: number): string => part.repeat(Math.ceil(size / part.length)).slice(0, size)

/** Whether it takes more than linear time on text that is made of this part. */
function growsOn(part: string, size: number, act: (text: string) => unknown): string | undefined {
  const [small, large] = [fill(part, size), fill(part, size * times)]
  if (timeOf(() => act(large), 1) < measurable) return undefined
  let ratio = Number.POSITIVE_INFINITY
  for (let one = 0; one < tries && ratio > most; one++) {
    ratio = Math.min(ratio, timeOf(() => act(large), 3) / timeOf(() => act(small), 3))
  }
  return ratio > most ? `${JSON.stringify(part)}: ${ratio.toFixed(1)}` : undefined
}

const blanks = ['\n', '\r\n', '\r', '\t', ' ', '\u00a0', '\u2028', 'error\n', ' x\r\n']

/** What a pattern says in letters, as far as it is no operator: what may begin it again and again. */
const lettersOf = ({ source }: RegExp): readonly string[] =>
  source
    .replace(/\\[bBsSwWdD]|\\[nr]/g, '\0')
    .replace(/\\(.)/g, '$1')
    .split(/\(\?[:!=<]*|[()[\]{}|*+?^$\0]|\.\{/)
    .filter((text) => text.length >= 4)
    .map((text) => `${text} `)

describe('the reasons in an error text', () => {
  it.each(blanks)('are found in linear time, whatever the number of its line ends and spaces: %j', (part) => {
    expect(growsOn(part, 2048, reasonsOf)).toBeUndefined()
  })

  it('are sought by patterns that are linear in what begins them', () => {
    const slow = [...opensslPatterns, ...libraryPatterns, ...platformPatterns].flatMap(({ pattern }) =>
      lettersOf(pattern).flatMap((part) => {
        const grows = growsOn(part, 8192, (text) => pattern.test(text))
        return grows ? [`${pattern} on ${grows}`] : []
      }),
    )
    expect(slow).toEqual([])
  }, 60_000)
})

describe('a line for a log', () => {
  it.each(['\0', '\x85', '\x1b', '\x1b]', '\r', '\u202e', '\ud800', ':', '{"a":"\x7f'])(
    'is made in linear time, whatever cannot be seen in it: %j',
    (part) => {
      expect(growsOn(part, 16_384, forLog)).toBeUndefined()
    },
  )
})
