import { expect, it } from 'vitest'
import type { Pieces } from '../../src/servers/core/pieces.ts'
import { Pushes } from '../../src/servers/core/pushes.ts'

/** Pushes to a client that reads when it is told to. */
function createPushes() {
  const written: string[] = []
  let read = (): void => {}
  const pushes = new Pushes(async (pieces: Pieces) => {
    written.push([...pieces].join(''))
    await new Promise<void>((resolve) => {
      read = resolve
    })
  })
  return { pushes, written, read: () => read() }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('while a client does not read, only the newest push waits, and is made when it reads', async () => {
  const { pushes, written, read } = createPushes()
  let made = 0
  for (let nth = 1; nth <= 1000; nth++) {
    pushes.add(() => {
      made++
      return [`${nth}`]
    })
  }
  expect([made, written]).toEqual([1, ['1']])
  read()
  await settled()
  expect([made, written]).toEqual([2, ['1', '1000']])
})

it('a push waits for the answer that is being given, and an answer for the push that is under way', async () => {
  const { pushes, written, read } = createPushes()
  pushes.add(() => ['push'])
  const answered = pushes.answer(async () => {
    written.push('answer')
    pushes.add(() => ['behind it'])
    await settled()
    written.push('its end')
  })
  await settled()
  expect(written).toEqual(['push'])
  read()
  await answered
  expect(written).toEqual(['push', 'answer', 'its end', 'behind it'])
})

it('what comes as the last one ends is not forgotten', async () => {
  const { pushes, written, read } = createPushes()
  pushes.add(() => ['one'])
  read()
  for (let turn = 0; turn < 5; turn++) {
    await Promise.resolve()
    pushes.add(() => [`after ${turn}`])
  }
  read()
  await settled()
  read()
  await settled()
  expect(written.at(-1)).toBe('after 4')
})

it('a defect of ours ends no process: the next answer rejects with it', async () => {
  const { pushes } = createPushes()
  const defect = new Error('ours')
  pushes.add(() => {
    throw defect
  })
  await settled()
  await expect(pushes.answer(async () => 'answer')).rejects.toBe(defect)
})
