import type { CheckCell } from '../../../../src/check/report.ts'
import type { Proof, ProofStep, StartTlsState } from '../../../../src/verdicts/proof.ts'

/** What a dialogue of the samples has to say for an outcome. */
interface Telling {
  readonly what: string
  readonly line: RegExp
  readonly fact?: string
}

const inClear = 'C: '
const inTls = 'C\\*: '
const login = '(?:AUTH \\S|PASS |\\S+ LOGIN |\\S+ AUTHENTICATE )'
const telling = (what: string, who: string, line: string): Telling => ({ what, line: new RegExp(`^${who}${line}`) })

const tellings: Readonly<Partial<Record<CheckCell['detail'], Telling>>> = {
  'leak-credentials-clear': telling('the password', inClear, login),
  'leak-hash-clear': telling('a hash of the password', inClear, login),
  'leak-credentials-untrusted-tls': telling('the password', inTls, login),
  'leak-message-clear': telling('the message', inClear, 'DATA'),
  'leak-message-untrusted-tls': telling('the message', inTls, 'DATA'),
  'leak-identity-clear': telling('its identity', inClear, '(?:USER|\\S+ ID) '),
  'downgraded-no-tls': telling('a command', inClear, 'NOOP'),
  'acted-on-injected': telling('the next command', inTls, 'AUTH'),
  'accepted-bad-cert': telling('a command', inTls, ''),
}

const states: Readonly<Record<string, StartTlsState>> = {
  'starttls-stripped': 'missing',
  'starttls-refused': 'refused',
}

/** The proof of a sample, read out of its dialogue, with the lines that it marks there; none where the dialogue tells nothing. */
export function proven({
  scenario,
  detail,
  transcripts,
}: Pick<CheckCell, 'scenario' | 'detail' | 'transcripts'>): Pick<CheckCell, 'proof' | 'proofLines' | 'decidedBy'> {
  const found = tellings[detail]
  const decidedBy = found ? transcripts.findIndex((one) => one.split('\n').some((line) => found.line.test(line))) : -1
  const lines = transcripts[decidedBy]?.split('\n') ?? []
  const at = found ? lines.findIndex((line) => found.line.test(line)) : -1
  if (!found || at < 0) return { proof: null, proofLines: [] }
  const step = (index: number, fact: string): ProofStep => {
    const [, who = '', tls = '', text = ''] = /^(.)(\*?): (.*)$/.exec(lines[index] ?? '') ?? []
    return {
      at: 12.5,
      from: who === 'C' ? 'client' : 'server',
      phase: tls ? 'tls' : 'clear',
      fact,
      kind: 'bytes',
      text,
    }
  }
  const asked = lines.findIndex((line, index) => index < at && /^C: (?:\S+ )?STARTTLS$/.test(line))
  const reply = lines.findIndex((line, index) => index > at && line.startsWith('S'))
  const before = asked < 0 ? [] : [asked, asked + 1]
  const after = reply < 0 ? [] : [reply]
  const starttls = states[scenario]
  const proof: Proof = {
    connection: `c${decidedBy + 1}`,
    nth: decidedBy + 1,
    scenario,
    what: found.what,
    ...step(at, 'commands[1].line'),
    before: before.map((index) => step(index, index === asked ? 'commands[0].line' : 'commands[0].reply')),
    after: after.map((index) => step(index, 'commands[1].reply')),
    ...(starttls && detail.endsWith('-clear') && { starttls }),
  }
  return { proof, proofLines: [...before, at, ...after], decidedBy }
}
