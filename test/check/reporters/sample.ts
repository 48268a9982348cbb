import type { CheckReport } from '../../../src/check/report.ts'
import { ended } from './sample/cell.ts'
import { certificates } from './sample/certificates.ts'
import { good, starttls } from './sample/dialogue-faults.ts'
import { versionsAndSessions } from './sample/sessions.ts'

/**
 * A report as a careless SMTP client and a careful IMAP client in one script would get it: every verdict, grade, flag and
 * way to end stands in it at least once. The dialogues are cut from real runs.
 */
export const sample: CheckReport = {
  schema: 1,
  mockmail: '0.1.0',
  client: 'node send-report.mjs --account user@mockmail.test {url}',
  startedAt: '2026-11-21T11:28:47.123Z',
  contract: 'strict',
  cells: [...good(), ...certificates(), ...starttls(), ...versionsAndSessions()],
  skipped: [
    {
      protocol: 'pop3',
      mode: 'implicit',
      why: 'exit 64: send-report: no such protocol: pop3s',
      client: ended({
        exit: 64,
        error: 'send-report: no such protocol: pop3s',
        output: 'send-report: no such protocol: pop3s\n',
      }),
    },
    {
      protocol: 'pop3',
      mode: 'starttls',
      why: 'exit 64: send-report: no such protocol: pop3',
      client: ended({
        exit: 64,
        error: 'send-report: no such protocol: pop3',
        output: 'send-report: no such protocol: pop3\n',
      }),
    },
    {
      protocol: 'imap',
      mode: 'plain',
      why: 'exit 1: refusing to log in without TLS',
      client: ended({
        exit: 1,
        error: 'refusing to log in without TLS',
        output: 'Error: refusing to log in without TLS\n',
      }),
    },
  ],
  counts: { fail: 14, inconclusive: 3, note: 6, pass: 22 },
  verdict: 'fail',
}

/** Its twin that refuses what is to be refused and goes on with the rest. */
export const clean: CheckReport = {
  ...sample,
  cells: sample.cells.filter(({ verdict, baseline }) => verdict === 'pass' && baseline === null),
  skipped: [],
  counts: { fail: 0, inconclusive: 0, note: 0, pass: 21 },
  verdict: 'pass',
}

/** A client that does not even work with the good server; nothing else was tried. */
export const broken: CheckReport = {
  ...sample,
  cells: sample.cells
    .filter(({ protocol, mode }) => protocol === 'imap' && mode === 'implicit')
    .map((cell) => ({
      ...cell,
      outcome: 'not-reached',
      detail: cell.scenario === 'good' ? 'not-reached' : 'inconclusive:control-dirty',
      grade: 'none',
      qualifier: null,
      flags: [],
      verdict: 'inconclusive',
      reason: null,
      transcripts: [],
      baseline: null,
      client:
        cell.scenario === 'good'
          ? ended({ exit: 127, error: 'send-report: not found', output: 'sh: 1: send-report: not found\n' })
          : ended({ exit: null }),
    })),
  skipped: [],
  counts: { fail: 0, inconclusive: 10, note: 0, pass: 0 },
}
