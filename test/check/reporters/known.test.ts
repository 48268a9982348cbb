import { describe, expect, it } from 'vitest'
import { withBaseline } from '../../../src/check/baseline.ts'
import type { CheckReport } from '../../../src/check/report.ts'
import { formatHtml, formatJunit, formatMarkdown, formatPretty } from '../../../src/check/reporters/index.ts'
import { cell, leakedInTls } from './sample/cell.ts'
import { sample } from './sample.ts'

const why = 'tracked | as <#812>'
const report: CheckReport = {
  ...sample,
  cells: [cell({ scenario: 'expired', protocol: 'smtp', mode: 'implicit', ...leakedInTls })],
  skipped: [],
  counts: { fail: 1, inconclusive: 0, note: 0, pass: 0 },
}
const place = { scenario: 'expired', protocol: 'smtp', mode: 'implicit' }
const known = withBaseline(report, [{ ...place, verdict: 'fail', outcome: 'leaked', why }])
const changed = withBaseline(report, [{ ...place, verdict: 'pass', why: '' }])

describe('a failure that the baseline expects', () => {
  it('passes the check, and keeps its reason', () => {
    expect(known).toMatchObject({ verdict: 'pass', counts: { fail: 1 }, cells: [{ known: why, baseline: null }] })
    expect(formatPretty(known)).toContain(`
known expired smtp/implicit (exposed)
  sent the password to a server whose certificate has expired
  client: exit 0, reported success
  known: tracked | as <#812>

pass: 1 of 1 failed, 0 passed, 1 as the baseline expects
`)
  })

  it('is skipped for a build server, and marked for readers', () => {
    expect(formatJunit(known)).toContain('tests="1" failures="0" errors="0" skipped="1"')
    expect(formatJunit(known)).toContain('<skipped message="known: tracked | as &lt;#812&gt;"/>')
    expect(formatMarkdown(known)).toContain('| `expired` | ❌ leaked (known) |')
    expect(formatHtml(known)).toContain('<p><strong>Known:</strong> tracked | as &lt;#812&gt;</p>')
    expect(formatHtml(known)).toContain('aria-label="expired smtp/implicit: fail, leaked, as the baseline expects"')
  })
})

describe('a failure that the baseline does not expect', () => {
  it('is red, with what was expected', () => {
    expect(changed).toMatchObject({ verdict: 'fail', cells: [{ baseline: { verdict: 'pass' } }] })
    expect(formatPretty(changed)).toContain('\nFAIL expired smtp/implicit (exposed)\n')
    expect(formatPretty(changed)).toContain('\n  the baseline expects pass\n')
    expect(formatJunit(changed)).toContain('tests="1" failures="1" errors="0" skipped="0"')
  })
})
