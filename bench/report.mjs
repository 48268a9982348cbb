/** The middle value; the lower of the two middle ones where the count is even. */
export const median = (samples) => [...samples].sort((a, b) => a - b)[Math.ceil(samples.length / 2) - 1]

/** Goals: what is compared, and how it is written in the table. */
export const atMost = (limit, unit) => ({ text: `<= ${limit} ${unit}`, met: ({ ours }) => ours <= limit })
export const atMostAbove = (limit, unit) => ({
  text: `<= ${limit} ${unit} above`,
  met: ({ ours, baseline }) => ours - baseline <= limit,
})
export const rateAtLeast = (share) => ({ text: `rate >= ${share * 100} %`, met: ({ ratio }) => 1 / ratio >= share })
export const ratioAtMost = (limit) => ({ text: `ratio <= ${limit}`, met: ({ ratio }) => ratio <= limit })

/**
 * One line of the result.
 *
 * @param samples numbers of ours; the median counts, the lowest tells how much the machine was disturbed
 * @param beside `{ what, samples }` of what was measured alternately in the same run
 */
export function row({ what, unit = 'ms', samples, beside, goal }) {
  const ours = median(samples)
  const baseline = beside && median(beside.samples)
  const ratio = baseline ? ours / baseline : undefined
  const facts = { what, unit, ours, lowest: Math.min(...samples), count: samples.length, besides: beside?.what }
  const compared = { ...facts, baseline, baselineLowest: beside && Math.min(...beside.samples), ratio }
  return { ...compared, goal: goal?.text, met: goal?.met(compared) }
}

const number = (value, unit) => (value === undefined ? '-' : `${value.toFixed(value < 100 ? 2 : 0)} ${unit}`)

const cells = ({ what, unit, ours, lowest, besides, baseline, ratio, goal, met }) => [
  what,
  besides ?? '-',
  number(baseline, unit),
  number(ours, unit),
  number(lowest, unit),
  ratio === undefined ? '-' : ratio.toFixed(ratio < 10 ? 3 : 1),
  goal ?? '-',
  met === undefined ? '-' : met ? 'met' : 'MISSED',
]

const head = ['what', 'beside', 'baseline', 'ours', 'lowest', 'ratio', 'goal', '']

/** Medians in columns. */
export function formatRows(rows) {
  const lines = [head, ...rows.map(cells)]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
