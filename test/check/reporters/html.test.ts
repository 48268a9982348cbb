import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatHtml } from '../../../src/check/reporters/html.ts'
import { hostile, payload } from './hostile.ts'
import { cell } from './sample/cell.ts'
import { broken, sample } from './sample.ts'

const count = (text: string, part: RegExp): number => text.match(part)?.length ?? 0

describe('the page', () => {
  it('allows by policy its own style and script, by their hashes, and nothing else', () => {
    const html = formatHtml(sample)
    const hashOf = (tag: string): string => {
      const text = html.match(new RegExp(`<${tag}>(.*?)</${tag}>`, 's'))?.[1] ?? ''
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    }
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hashOf('style')}; script-src ${hashOf('script')}; img-src data:; base-uri 'none'; form-action 'none'">`,
    )
    expect(count(html, /<script/g)).toBe(1)
    expect(html).not.toMatch(/\b(?:src|action|srcset|poster)=/)
    expect(html.match(/href="[^"]*"/g)).toEqual(['href="data:,"'])
    expect(html).not.toMatch(/url\(|@import|style="| on[a-z]+="/)
  })

  it('is the same for the same report', () => {
    expect(formatHtml(sample)).toBe(formatHtml(structuredClone(sample)))
  })

  it('has a real table, with a header for each column, group and row', () => {
    const html = formatHtml(sample)
    expect(count(html, /<th scope="colgroup"/g)).toBe(2)
    expect(count(html, /<th scope="col"/g)).toBe(6)
    expect(count(html, /<th scope="row"[ >]/g)).toBe(14)
    expect(count(html, /<td[ >]/g)).toBe(14 * 5)
    expect(count(html, /<td[^>]*><button class="(?:fail|inconclusive|note|known|pass)" popovertarget="c\d+"/g)).toBe(45)
    expect(count(html, /<div class="cell" id="c\d+" popover role="dialog" aria-labelledby="c\d+-title">/g)).toBe(45)
  })

  it('says in a dialog what the client did, what a correct one does, its words, and the whole transcript', () => {
    const [failed] = sample.cells.filter(({ scenario }) => scenario === 'starttls-refused')
    if (!failed) throw new Error('The sample has no starttls-refused.')
    const html = formatHtml({ ...sample, cells: [failed] })
    expect(html).toContain('The client sent the message in clear although STARTTLS was refused.')
    expect(html).toContain(
      '<strong>A correct client</strong> refuses: a client told to use TLS must not go on without it, whatever the reason of the refusal.',
    )
    expect(html).toContain(
      '<p>exit 0, reported success</p>\n<pre>warning: no TLS, going on without\nsent 1 report</pre>',
    )
    expect(html).toContain(
      '<mark class="client">C: STARTTLS</mark>\n<mark class="server">S: 454 4.7.0 TLS not available due to temporary reason</mark>\n<span class="client">C: MAIL FROM:&lt;reports@example.com&gt;</span>',
    )
    expect(html).toContain(
      '<dt>pipelined-after-starttls</dt><dd>sent more commands behind STARTTLS, in the same segment</dd>',
    )
  })

  it.each([
    ['the sample', sample],
    ['hostile words', hostile],
  ])('has the same tags with %s: no word of a client becomes one', (_, report) => {
    const html = formatHtml(report)
    const tags = html.match(/<\/?[a-z][a-z0-9]*/g) ?? []
    expect(tags).not.toContain('<img')
    expect(count(html, /<script/g)).toBe(1)
    expect(count(html, /<\/script>/g)).toBe(1)
    expect(count(html, /<\/?main>/g)).toBe(2)
    expect(count(html, /<div class="cell"/g)).toBe(45)
    for (const name of ['div', 'pre', 'td', 'th', 'button', 'span', 'mark', 'dl', 'section', 'p']) {
      expect(count(html, new RegExp(`<${name}[ >]`, 'g'))).toBe(count(html, new RegExp(`</${name}>`, 'g')))
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(html).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  })

  it('shows the words as they were, but for what cannot be seen', () => {
    expect(payload).toContain('</script></pre></div><img src=x onerror=alert(1)>"')
    expect(formatHtml(hostile)).toContain(
      '<span class="client">C: &lt;/script&gt;&lt;/pre&gt;&lt;/div&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39; onload=x ]]&gt; | ``` ~~~',
    )
  })

  it('keeps the begin, the end and the proof of a long transcript', () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `C: NOOP ${index}`)
    lines[2500] = 'C: AUTH PLAIN AAA='
    lines[2501] = 'S: 235 yes'
    const long = cell({
      scenario: 'starttls-stripped',
      protocol: 'smtp',
      mode: 'starttls',
      detail: 'leak-credentials-clear',
      verdict: 'fail',
      transcripts: [lines.join('\n')],
    })
    const html = formatHtml({ ...sample, cells: [long], skipped: [] })
    expect(html).toContain('<mark class="client">C: AUTH PLAIN AAA=</mark>')
    expect(html).toContain('>C: NOOP 299</span>\n<i>… ')
    expect(html).toContain('>C: NOOP 4999</span></pre>')
    expect(html.length).toBeLessThan(60_000)
  })

  it('tells once of what was not started, and has a dialog for each all the same', () => {
    const html = formatHtml(broken)
    expect(html).toContain(
      '<p class="faint">The client was not started in 9 more, as it does not work with the good server there.</p>',
    )
    expect(count(html, /<li /g)).toBe(1)
    expect(count(html, /<p>was not started<\/p>/g)).toBe(9)
    expect(count(html, /<p>exit 127: send-report: not found<\/p>/g)).toBe(1)
  })

  it('has neither a table nor a script where nothing was tried', () => {
    const html = formatHtml({ ...sample, cells: [], counts: { fail: 0, inconclusive: 0, note: 0, pass: 0 } })
    expect(html).toContain('<p>Nothing was tried.</p>')
    expect(html).toContain('<summary>does not speak pop3: skipped</summary>')
    expect(html).not.toMatch(/<table|<script>/)
  })
})
