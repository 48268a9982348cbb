import { describe, expect, it } from 'vitest'
import { pop3 } from '../../src/servers/pop3/dialect.ts'
import { assault, pop3Lines } from '../smtp/hostile.ts'

describe('hostile input', () => {
  it('is answered in POP3 or ends the connection: 20,000 generated inputs', async () => {
    const damage = await assault(pop3, {
      inputs: 20_000,
      seed: 2,
      lines: pop3Lines,
      opening: ['USER user\r\n', 'PASS pass\r\n'],
      reply: /^(?:\+OK|-ERR|\+ )[ -~]*\r\n(?:(?:[^\r\n]*\r\n)*\.\r\n)?$/,
    })
    expect(damage.malformed).toEqual([])
    expect(damage.inputs).toBeGreaterThanOrEqual(20_000)
    expect(Object.keys(damage.ends).sort()).toEqual(['close', 'eof', 'hopeless', 'upgrade'])
  }, 60_000)
})
