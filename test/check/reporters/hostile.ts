import type { CheckReport } from '../../../src/check/report.ts'
import { sample } from './sample.ts'

/** Ends scripts, tags, attributes, CDATA, fences and cells; colours, rings, turns the direction of text. */
export const payload =
  '</script></pre></div><img src=x onerror=alert(1)>"\' onload=x ]]> | ``` ~~~ [a](http://example.com/) @everyone & &amp; \u001b[31mred\u001b]0;title\u0007 \u202e\u0000\ud800 😀 漢字'

/** The sample, with {@link payload} in every field that a client, a server or a user can fill. */
export const hostile: CheckReport = {
  ...sample,
  mockmail: payload,
  client: payload,
  startedAt: payload,
  cells: sample.cells.map((cell) => ({
    ...cell,
    scenario: `${cell.scenario}${payload}`,
    because: payload,
    proof: cell.proof && {
      ...cell.proof,
      ...{ scenario: payload, what: payload, fact: payload, text: payload },
      before: cell.proof.before.map((step) => ({ ...step, fact: payload, text: payload })),
    },
    qualifier: cell.qualifier && `alert:${payload}`,
    detail: cell.detail.startsWith('inconclusive:') ? `inconclusive:${payload}` : cell.detail,
    baseline: cell.baseline && { ...cell.baseline, outcome: payload, why: payload },
    transcripts: cell.transcripts.map((transcript) => `${transcript}\nC: ${payload}\nS: ${payload}\nC*: ${payload}`),
    client: { ...cell.client, error: payload, output: `${payload}\r\n\`\`\`\r\n${payload}\n` },
  })),
  skipped: sample.skipped.map((skipped) => ({
    ...skipped,
    why: payload,
    client: { ...skipped.client, error: payload, output: payload },
  })),
}
