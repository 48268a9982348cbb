import { alternate } from './alternate.mjs'
import { probe } from './child.mjs'
import { atMost, row } from './report.mjs'

/** One endpoint in a fresh process, a fresh PKI included, beside smtp-server, which issues nothing. */
export async function measureStart({ rounds = 15 } = {}) {
  const samples = await alternate(
    {
      smtp: () => probe('start', ['mockmail', 'smtp', 'starttls']),
      imap: () => probe('start', ['mockmail', 'imap', 'starttls']),
      pop3: () => probe('start', ['mockmail', 'pop3', 'starttls']),
      bare: () => probe('start', ['smtp-server']),
    },
    { rounds, warmup: 1 },
  )
  const of = (subject, field) => samples[subject].map((sample) => sample[field])
  const beside = (field) => ({ what: 'smtp-server', samples: of('bare', field) })
  const ours = ['smtp', 'imap', 'pop3']
  return [
    row({
      what: 'import',
      samples: ours.flatMap((protocol) => of(protocol, 'import')),
      beside: beside('import'),
      goal: atMost(80, 'ms'),
    }),
    ...ours.map((protocol) =>
      row({
        what: `cold start, ${protocol}`,
        samples: of(protocol, 'start'),
        beside: beside('start'),
        goal: atMost(15, 'ms'),
      }),
    ),
    ...ours.map((protocol) =>
      row({
        what: `first greeting, ${protocol}`,
        samples: of(protocol, 'greeting'),
        beside: beside('greeting'),
        goal: atMost(2, 'ms'),
      }),
    ),
  ]
}
