import { describe, expect, it } from 'vitest'
import { columnsOf, cut, oneLine, pad, printable, wrap } from '../../../src/check/text.ts'

describe('words of others', () => {
  it('lose their escape sequences', () => {
    expect(printable('\x1b[1;31mred\x1b[0m \x1b]8;;http://example.com\x07link\x1b]8;;\x1b\\ \x1bMup')).toBe(
      'red link up',
    )
  })

  it('show their control characters, and keep their line ends', () => {
    expect(printable('a\r\nb\rc\nd\x00\x08\x7f\x9b\u202e\ufeff')).toBe('a\nb\nc\nd\\x00\\x08\\x7f\\x9b\\u202e\\ufeff')
  })

  it('show half a surrogate pair, and keep a whole one', () => {
    expect(printable('\ud83d|😀|\ude00')).toBe('\\ud83d|😀|\\ude00')
  })

  it('fit on one line', () => {
    expect(oneLine('  Error:\r\n   no TLS\n')).toBe('Error: no TLS')
  })
})

describe('columns', () => {
  it('are two for a wide character and none for a mark', () => {
    expect(columnsOf('abc')).toBe(3)
    expect(columnsOf('漢字')).toBe(4)
    expect(columnsOf('😀')).toBe(2)
    expect(columnsOf('e\u0301')).toBe(1)
  })

  it('are kept by a cut, which shows', () => {
    expect(cut('abcdef', 6)).toBe('abcdef')
    expect(cut('abcdefg', 6)).toBe('abcde…')
    expect(cut('漢字漢字', 6)).toBe('漢字…')
  })

  it('are filled up', () => {
    expect(`${pad('漢', 4)}|`).toBe('漢  |')
  })

  it('break lines between words, and inside one that is longer than a line', () => {
    expect(wrap('sent the password in clear', 12)).toEqual(['sent the', 'password in', 'clear'])
    expect(wrap('see https://example.com/long', 10)).toEqual(['see', 'https://ex', 'ample.com/', 'long'])
  })
})
