import { describe, expect, it } from 'vitest'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import { checkedScript } from '../../../src/scenarios/tls-script-shape.ts'

const right: readonly Script[] = [
  {},
  { choose: { version: 0x0303, suite: 0x0005 }, records: { handshake: { size: 1 } } },
  { at: { finished: { set: { verifyData: { flip: 0 } } } } },
  {
    at: {
      'server-hello': { set: { selectedVersion: 0x7a7a, extensions: { 16: '0003026832', 43: null, 51: 'twice' } } },
    },
  },
  {
    at: {
      'data:2': {
        before: [
          { do: 'below', bytes: '* BYE\r\n' },
          { do: 'close', how: 'rst' },
        ],
        omit: true,
      },
    },
  },
  { at: { 'hello-retry-request:2': { set: { cookie: '00ff' } }, certificate: { set: { chain: ['3000'] } } } },
  { at: { certificate: { records: { size: 200, between: [{ do: 'data', bytes: 'x' }] } } } },
]

it.each(right.map((script) => [JSON.stringify(script), script] as const))('takes %s', (_, script) => {
  expect(checkedScript(script)).toBe(script)
})

describe('refuses, and says where and what is allowed,', () => {
  it.each([
    [{ chose: {} }, "it has no 'chose'. Did you mean 'choose'? Allowed: choose, versions,"],
    [{ versions: [0x0305] }, "'versions[0]' is 773, and must be a whole number from 768 to 772"],
    [
      { at: { finish: { omit: true } } },
      "'at.finish' is no moment. Did you mean 'client-finished' or 'finished'? Allowed: client-hello,",
    ],
    [{ at: { 'data:0': { omit: true } } }, "'at.data:0' is no moment."],
    [
      { at: { finished: { set: { verifydata: null } } } },
      "'at.finished.set' has no 'verifydata'. Did you mean 'verifyData'?",
    ],
    [{ at: { 'server-hello': { set: { verifyData: null } } } }, "'at.server-hello.set' has no 'verifyData'."],
    [
      { at: { finished: { set: { verifyData: 'xyz' } } } },
      "'at.finished.set.verifyData' is 'xyz', and must be a number, hex",
    ],
    [
      { at: { finished: { body: { flip: 1, cut: 1 } } } },
      "'at.finished.body' is an object, and must be one edit (flip, cut,",
    ],
    [{ at: { finished: { times: 0 } } }, "'at.finished.times' is 0, and must be a whole number from 1 to 10000"],
    [{ at: { close: {} } }, "'at.close' says nothing"],
    [{ at: { close: { before: [{ do: 'alart' }] } } }, "'at.close.before[0].do' is 'alart'. Did you mean 'alert'?"],
    [{ at: { close: { after: [{ do: 'alert' }] } } }, "'at.close.after[0].alert' is missing"],
    [{ at: { close: { after: [{ do: 'wait', ms: 0 }] } } }, "'at.close.after[0].ms' is 0, and must be"],
    [{ records: { data: { pads: 1 } } }, "'records.data' has no 'pads'. Did you mean 'pad'?"],
    [null, 'it is null, and must be an object'],
  ])('%j', (script, words) => {
    expect(() => checkedScript(script)).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION', message: expect.stringContaining(words) }),
    )
  })
})
