import { probe } from './child.mjs'
import { atMost, row } from './report.mjs'

const count = 1000

/** What a thousand servers that were started, visited and stopped leave behind. */
export async function measureCycles() {
  const { times, reachable, before, after } = await probe('cycles', [String(count)], ['--expose-gc'])
  const left = (what, unit, field, limit) =>
    row({
      what: `${count} start/stop cycles: ${what}`,
      unit,
      samples: [amount(after[field])],
      beside: { what: `after ${count / 2}`, samples: [amount(before[field])] },
      goal: { text: `<= ${limit} ${unit} more`, met: ({ ours, baseline }) => ours - baseline <= limit },
    })
  return [
    left('heap', 'MB', 'heap', 1),
    left('external memory', 'MB', 'external', 1),
    left('resident memory', 'MB', 'resident', 10),
    left('open handles', '', 'handles', 0),
    ...(after.descriptors === null ? [] : [left('file descriptors', '', 'descriptors', 0)]),
    row({ what: 'ports that still answer', unit: '', samples: [reachable], goal: atMost(0, '') }),
    row({ what: 'start, one connection, stop', samples: times }),
  ]
}

const amount = (value) => (Array.isArray(value) ? value.length : value)
