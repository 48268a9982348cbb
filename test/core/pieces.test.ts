import { describe, expect, it } from 'vitest'
import { bytesOf, LateReply, piecesOf } from '../../src/servers/core/command-result.ts'
import { chunksOf, finished, oneChunk } from '../../src/servers/core/pieces.ts'

const sizesOf = async (pieces: Iterable<string | Buffer>): Promise<readonly number[]> => {
  const sizes: number[] = []
  for await (const { length } of chunksOf(pieces)) sizes.push(length)
  return sizes
}

describe('pieces', () => {
  it('leave in one chunk where they are few, in order, text as latin1', async () => {
    const chunks: Buffer[] = []
    for await (const chunk of chunksOf(['a', '', Buffer.from('b'), '\xff', 'c'])) chunks.push(chunk)
    expect(chunks.map((chunk) => chunk.toString('latin1'))).toEqual(['ab\xffc'])
  })

  it('leave in chunks of 64 KiB where they are large, and nothing leaves of nothing', async () => {
    expect(await sizesOf(['head', Buffer.alloc(150_000), 'tail'])).toEqual([4, 65_536, 65_536, 18_928, 4])
    expect(await sizesOf(Array.from({ length: 70_000 }, () => 'x'))).toEqual([65_536, 4464])
    expect(await sizesOf(['', Buffer.alloc(0)])).toEqual([])
  })

  it('are one chunk where it is a single short one, and not where they are several, long or still to be made', () => {
    expect(oneChunk(['\xff'])).toEqual(Buffer.from([0xff]))
    expect(oneChunk([Buffer.from('b')])).toEqual(Buffer.from('b'))
    for (const pieces of [[], ['a', 'b'], ['x'.repeat(65_536)], new Set(['a'])])
      expect(oneChunk(pieces)).toBeUndefined()
  })

  it('are made no further than they are taken', async () => {
    let made = 0
    const chunks = chunksOf(
      (function* () {
        for (;;) {
          made++
          yield 'x'.repeat(1024)
        }
      })(),
    )
    await chunks.next()
    await chunks.next()
    expect(made).toBe(128)
    expect((await chunks.return(undefined)).done).toBe(true)
  })

  it('let others have their turn, one after the other', async () => {
    const order: string[] = []
    const work = function* (name: string): Generator<undefined, string> {
      for (let step = 0; step < 3; step++) {
        order.push(name)
        const until = performance.now() + 6
        while (performance.now() < until);
        yield
      }
      return name
    }
    expect(await Promise.all([finished(work('a')), finished(work('b'))])).toEqual(['a', 'b'])
    expect(order.join('')).toBe('ababab')
  })
})

describe('a late reply', () => {
  it('is made once, whoever looks at it before it is written', () => {
    let made = 0
    const late = new LateReply(function* () {
      made++
      yield 'a'
      yield Buffer.from('b')
    })
    expect(made).toBe(0)
    expect([bytesOf(late).toString(), bytesOf(late).toString()]).toEqual(['ab', 'ab'])
    expect(String([...piecesOf(late)][0])).toBe('ab')
    expect(made).toBe(1)
  })
})
