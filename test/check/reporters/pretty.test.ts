import { describe, expect, it } from 'vitest'
import { formatPretty } from '../../../src/check/reporters/pretty.ts'
import { columnsOf } from '../../../src/text/printable.ts'
import { hostile } from './hostile.ts'
import { broken, clean, sample } from './sample.ts'

describe('the report for a terminal', () => {
  it('is the matrix, worst first, then each cell that is worth a word, then the result', async () => {
    await expect(formatPretty(sample)).toMatchFileSnapshot('../../../fixtures/reports/pretty.txt')
  })

  it('is the matrix and the result where all is well', () => {
    expect(formatPretty(clean)).toBe(`mockmail 0.1.0 checked node send-report.mjs --account user@mockmail.test {url}

                        smtp      smtp      smtp      imap      imap
scenario                implicit  starttls  plain     implicit  starttls
good                    pass      pass      pass      pass      pass
expired                 -         -         -         pass      pass
self-signed             -         -         -         pass      pass
self-signed+wrong-host  -         -         -         pass      pass
untrusted-root          -         -         -         pass      pass
client-cert-required    pass      pass      -         -         -
auth-never              pass      pass      -         -         -
plaintext-on-implicit   -         -         -         pass      -
implicit-on-starttls    -         -         -         -         pass
tls10-only              -         -         -         pass      -
tls13-only              -         -         -         pass      -

- not tried

pass: 0 of 21 failed, 21 passed
`)
  })

  it.each([40, 60, 80, 120])('keeps within %i columns', (width) => {
    for (const report of [sample, clean, hostile]) {
      for (const line of formatPretty(report, { width }).split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width)
    }
  })

  it('shows one table per protocol where one for all is too wide', () => {
    const text = formatPretty(clean, { width: 60 })
    expect(text).toContain(`
                      smtp      smtp      smtp
scenario              implicit  starttls  plain
good                  pass      pass      pass
client-cert-required  pass      pass      -
auth-never            pass      pass      -

                        imap      imap
scenario                implicit  starttls
good                    pass      pass
`)
  })

  it('has no escape sequence, and with colour only those that colour a verdict', () => {
    const begin = String.fromCharCode(27)
    expect(formatPretty(hostile)).not.toContain(begin)
    const coloured = formatPretty(hostile, { colour: true })
    expect(coloured).toContain(`${begin}[1;31mFAIL${begin}[0m`)
    const bare = coloured.split(begin).map((part, index) => (index === 0 ? part : part.replace(/^\[[0-9;]+m/, '')))
    expect(bare.join('')).toBe(formatPretty(hostile))
  })

  it('tells once of what was not started', () => {
    expect(formatPretty(broken)).toBe(`mockmail 0.1.0 checked node send-report.mjs --account user@mockmail.test {url}

                        imap
scenario                implicit
good                    ?
expired                 ?
self-signed             ?
self-signed+wrong-host  ?
untrusted-root          ?
revoked                 ?
plaintext-on-implicit   ?
tls10-only              ?
tls13-only              ?
client-cert-required    ?

? inconclusive

inconclusive good imap/implicit
  never connected
  client: exit 127: send-report: not found

not started in 9 more, as it does not work with the good server there

fail: 0 of 10 failed, 10 inconclusive, 0 passed
`)
  })

  it('says so when nothing was tried but what was skipped', () => {
    const { skipped } = sample
    const report = { ...sample, cells: [], skipped, counts: { fail: 0, inconclusive: 0, note: 0, pass: 0 } }
    expect(formatPretty(report)).toBe(`mockmail 0.1.0 checked node send-report.mjs --account user@mockmail.test {url}

does not speak imap: skipped (exit 1: refusing to log in without TLS)
does not speak pop3: skipped (exit 64: send-report: no such protocol: pop3s; ex…

fail: 0 of 0 failed, 0 passed
`)
  })
})
