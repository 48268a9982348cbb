import { describe, expect, it } from 'vitest'
import { turn } from '../../src/clock.ts'
import { Turns } from '../../src/fleet/turns.ts'

describe('work in turns', () => {
  it('is done one piece in a turn, in order', async () => {
    const turns = new Turns()
    const done: number[] = []
    const counts: number[] = []
    for (let piece = 0; piece < 5; piece++) turns.add(() => done.push(piece))
    for (let times = 0; times < 6; times++) {
      counts.push(done.length)
      await turn()
    }
    expect(done).toEqual([0, 1, 2, 3, 4])
    expect(counts).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('waits no longer than there is room for 16 pieces, and is all done when it must', () => {
    const turns = new Turns()
    const done: number[] = []
    for (let piece = 0; piece < 20; piece++) turns.add(() => done.push(piece))
    expect(done).toEqual([0, 1, 2, 3])
    turns.finish()
    expect(done).toHaveLength(20)
  })
})
