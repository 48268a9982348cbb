import { alternate } from './alternate.mjs'
import { probe } from './child.mjs'
import { atMost, ratioAtMost, row } from './report.mjs'

/** About a thousand ports, beside listeners of node:net that do nothing; and half as many, to see what one more costs. */
export async function measureScale({ rounds = 7 } = {}) {
  const samples = await alternate(
    {
      ours: () => probe('scale', ['mockmail', '1000']),
      half: () => probe('scale', ['mockmail', '500']),
      bare: () => probe('scale', ['node:net', '1000']),
    },
    { rounds },
  )
  const of = (subject, field) => samples[subject].map((sample) => sample[field])
  const perPort = (subject) => samples[subject].map(({ elapsed, ports }) => (elapsed * 1000) / ports)
  const [{ ports }] = samples.ours
  const what = 'listeners of node:net'
  return [
    row({
      what: `${ports} ports listening`,
      samples: of('ours', 'elapsed'),
      beside: { what, samples: of('bare', 'elapsed') },
      goal: atMost(1500, 'ms'),
    }),
    row({
      what: `${ports} ports, resident memory`,
      unit: 'MB',
      samples: of('ours', 'after'),
      beside: { what, samples: of('bare', 'after') },
      goal: atMost(200, 'MB'),
    }),
    row({
      what: `one port of ${ports}`,
      unit: 'us',
      samples: perPort('ours'),
      beside: { what: `one of ${samples.half[0].ports}`, samples: perPort('half') },
      goal: ratioAtMost(1.1),
    }),
    row({
      what: `${ports} ports closed`,
      samples: of('ours', 'closed'),
      beside: { what, samples: of('bare', 'closed') },
    }),
  ]
}
