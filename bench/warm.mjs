import { Bench } from 'tinybench'
import { startMailServer } from '../dist/index.mjs'
import { startBareSmtpServer } from './bare.mjs'
import { row } from './report.mjs'

/** Start and stop again in a process that has done it before: what each test of a suite pays. */
export async function measureWarm({ rounds = 8 } = {}) {
  const subjects = {
    'smtp-server': async () => (await startBareSmtpServer()).close(),
    ...Object.fromEntries(
      ['smtp', 'imap', 'pop3'].map((protocol) => [
        protocol,
        async () => (await startMailServer({ protocol, mode: 'implicit' })).close(),
      ]),
    ),
  }
  const samples = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]))
  // Short turns, one after the other: a machine that gets busy meanwhile slows all of them.
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ time: 0, iterations: 10, warmup: round === 0, warmupIterations: 10, throws: true })
    for (const [name, run] of Object.entries(subjects)) bench.add(name, run)
    for (const { name, result } of await bench.run()) samples[name].push(result.latency.p50)
  }
  return ['smtp', 'imap', 'pop3'].map((protocol) =>
    row({
      what: `warm start and stop, ${protocol}`,
      samples: samples[protocol],
      beside: { what: 'smtp-server', samples: samples['smtp-server'] },
    }),
  )
}
