import { describe, expect, it } from 'vitest'
import { columnsOf, cut, entities, forLog, oneLine, pad, printable, withoutCommands } from '../../src/text/printable.ts'
import { wrapped } from '../../src/text/wrap.ts'

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
    expect(oneLine('a  b \n\n\t\nc')).toBe('a  b c')
  })

  it('become one in a time that grows as they do, though they are nothing but blanks', () => {
    const timeOf = (count: number): number => {
      const started = performance.now()
      expect(oneLine(`x${' '.repeat(count)}y`)).toHaveLength(count + 2)
      return performance.now() - started
    }
    timeOf(1000)
    expect(timeOf(400_000)).toBeLessThan(1000)
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
    expect(wrapped('sent the password in clear', 12)).toEqual(['sent the', 'password in', 'clear'])
    expect(wrapped('see https://example.com/long', 10)).toEqual(['see', 'https://ex', 'ample.com/', 'long'])
  })
})

describe('what may be printed', () => {
  it('is no command to a build server, wherever it stands', () => {
    expect(withoutCommands('::error::x\n \t::stop-commands::y\n::set-output name=a::b')).toBe(
      '\\x3a:error::x\n \t\\x3a:stop-commands::y\n\\x3a:set-output name=a::b',
    )
    expect(withoutCommands('a ##[group]b ##vso[task.x] ##teamcity[y]')).toBe(
      'a #\\x23[group]b #\\x23vso[task.x] #\\x23teamcity[y]',
    )
    expect(withoutCommands('::error::<x>', entities)).toBe('&#58;:error::<x>')
  })

  it('is left alone where it is none', () => {
    for (const text of ['OpenSSL::SSL::SSLError: x', '::1: connection refused', '## heading', 'a: ::b::c']) {
      expect(withoutCommands(text)).toBe(text)
    }
  })

  it('stays the same value where it is JSON, with nothing in it that a terminal or a build server obeys', () => {
    const value = { said: '\u009b31m ##[group]\u202e\x1b[1m ::error::x' }
    const line = forLog(JSON.stringify(value))
    expect(JSON.parse(line)).toEqual(value)
    expect(line).toBe(String.raw`{"said":"\u009b31m #\u0023[group]\u202e\u001b[1m ::error::x"}`)
  })

  it('loses its escape sequences where it is none', () => {
    expect(forLog('a\x1b[31mb\n::error::c\x07')).toBe('ab\n\\x3a:error::c\\x07')
  })
})
