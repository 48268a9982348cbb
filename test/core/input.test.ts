import { describe, expect, it } from 'vitest'
import { Input } from '../../src/servers/core/input.ts'

const inputOf = (...chunks: string[]): Input => {
  const input = new Input()
  for (const chunk of chunks) input.push(Buffer.from(chunk, 'latin1'))
  return input
}

describe('Input', () => {
  it('reads lines however they are split', async () => {
    const input = inputOf('NO', 'OP\r', '\nQU', 'IT\nA')
    expect(String(await input.line(100))).toBe('NOOP')
    expect(String(await input.line(100))).toBe('QUIT')
    expect(input.drain().toString()).toBe('A')
  })

  it('skips the rest of a line that is too long, and reads the next', async () => {
    const input = inputOf(`${'x'.repeat(20)}`, 'yyyy\r\nNOOP\r\n')
    expect(await input.line(10)).toBe('too-long')
    expect(String(await input.line(10))).toBe('NOOP')
  })

  it('takes a line of exactly the limit and refuses one octet more', async () => {
    expect(String(await inputOf('12345678\r\n').line(10))).toBe('12345678')
    expect(await inputOf('123456789\r\n').line(10)).toBe('too-long')
  })

  it('gives up on a line that does not end within a mebibyte', async () => {
    const input = inputOf('x'.repeat(20))
    expect(await input.line(10)).toBe('too-long')
    const next = input.line(10)
    for (let sent = 0; sent < 20; sent++) {
      input.push(Buffer.alloc(64 * 1024, 0x78))
      await Promise.resolve()
    }
    expect(await next).toBe('hopeless')
  })

  it('reads literals and leaves what follows', async () => {
    const input = inputOf('abc', 'def\r\n')
    expect(String(await input.literal(5))).toBe('abcde')
    expect(String(await input.line(10))).toBe('f')
  })

  it('reads up to the lone dot, wherever the segments end', async () => {
    for (let cut = 1; cut < 14; cut++) {
      const whole = 'a\r\n..b\r\n.\r\nQUIT\r\n'
      const input = inputOf(whole.slice(0, cut), whole.slice(cut))
      expect(String(await input.dotted(100))).toBe('a\r\n..b\r\n.\r\n')
      expect(String(await input.line(100))).toBe('QUIT')
    }
  })

  it('takes a dot at the very beginning for the end', async () => {
    expect(String(await inputOf('.\r\n').dotted(100))).toBe('.\r\n')
  })

  it('does not end a message at a bare line feed', async () => {
    const input = inputOf('a\n.\nb\r\n.\r\n')
    expect(String(await input.dotted(100))).toBe('a\n.\nb\r\n.\r\n')
  })

  it('says eof when the client ends, in the middle of anything', async () => {
    for (const read of [(i: Input) => i.line(10), (i: Input) => i.literal(10), (i: Input) => i.dotted(10)]) {
      const input = inputOf('abc')
      const reading = read(input)
      input.end()
      expect(await reading).toBe('eof')
    }
  })
})
