import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadSamples } from '../src/servers/mailbox/samples.ts'

const folder = new URL('../fixtures/messages/', import.meta.url)
const files = readdirSync(folder).sort()

describe('the sample messages', () => {
  it('are the files in order, a large one, and one with 1,000 header lines', () => {
    const samples = loadSamples()
    expect(samples.slice(0, -2).map(({ raw }) => raw.toString('latin1'))).toEqual(
      files.map((file) => readFileSync(new URL(file, folder), 'latin1')),
    )
    const [large, headers] = samples.slice(-2)
    expect(large?.raw.length).toBeGreaterThan(1024 * 1024)
    const header = headers?.raw.toString('latin1').split('\r\n\r\n')[0]
    expect(header?.split('\r\n').length).toBe(1000)
  })

  it('are read once', () => {
    expect(loadSamples()).toBe(loadSamples())
  })

  it('have CRLF at the end of every line, and end with one', () => {
    for (const { raw } of loadSamples()) {
      const text = raw.toString('latin1')
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
      expect(text.endsWith('\r\n')).toBe(true)
    }
  })

  it('cover what breaks clients', () => {
    const all = loadSamples().map(({ raw }) => raw.toString('latin1'))
    for (const pattern of [
      /^\.\r\n/m,
      /^\.\.\r\n/m,
      /=\?utf-8\?B\?/,
      /^Subject: [^\r]*[\x80-\xff]/m,
      /\r\n\r\n.*[\xa0-\xff]/s,
      /multipart\/alternative.*Content-Disposition: attachment/s,
      /message\/rfc822/,
    ]) {
      expect(all.some((text) => pattern.test(text))).toBe(true)
    }
  })
})
