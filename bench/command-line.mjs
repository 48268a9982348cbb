import { alternate } from './alternate.mjs'
import { bin, firstLine } from './child.mjs'
import { atMostAbove, row } from './report.mjs'

/** From spawning the command to its ready line, beside what node needs for a line of its own. */
export async function measureCommandLine({ rounds = 15 } = {}) {
  const samples = await alternate(
    {
      node: () => firstLine(['-e', 'console.log("ready")']),
      one: () => firstLine([bin, 'up', 'good', '--protocol', 'imap', '--json']),
      core: () => firstLine([bin, 'up', '--json']),
    },
    { rounds, warmup: 1 },
  )
  const beside = { what: 'node alone', samples: samples.node }
  const goal = atMostAbove(260, 'ms')
  return [
    row({ what: 'ready: up good --protocol imap', samples: samples.one, beside, goal }),
    row({ what: 'ready: up (core set, all protocols)', samples: samples.core, beside, goal }),
  ]
}
