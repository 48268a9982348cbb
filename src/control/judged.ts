import type { LiveFleet } from '../fleet/live.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import type { SettleOptions } from '../fleet/served.ts'
import { formatTranscript } from '../record/transcript.ts'
import { isControl, judgedWithControl } from '../verdicts/control.ts'
import { formatProof } from '../verdicts/proof.ts'
import type { Judgement } from '../verdicts/verdict.ts'
import type { RunOutcome } from './types.ts'

/** Judges runs as the matchers do: a refusal counts only beside a session that the client completed at the same place. */
export class Judge {
  readonly #live: LiveFleet
  /** Protocols and modes where a session was completed, be it in a run that is forgotten by now. */
  readonly #controlled = new Set<string>()

  constructor(live: LiveFleet) {
    this.#live = live
    live.servers.each((server) => {
      server.onRunEnds(() => this.#look(server))
      server.onClose(async () => this.#look(server))
    })
  }

  /** Settles first. */
  async outcome(
    server: MailServer,
    { control, ...options }: SettleOptions & { readonly control: 'required' | 'off' },
  ): Promise<RunOutcome> {
    const judgement = await server.outcome(options)
    if (control === 'off') return outcomeOf(server, judgement)
    const controlled = await this.#isControlled(server)
    return outcomeOf(server, judgedWithControl(judgement, { mode: server.mode, controlled }))
  }

  async #isControlled(server: MailServer): Promise<boolean> {
    const place = placeOf(server)
    const candidates = this.#live.servers.endpoints.filter(
      (one) => placeOf(one) === place && one.expectation.expect === 'accept' && one.counts.connections > 0,
    )
    if (this.#controlled.has(place)) return true
    // A client that has gone may not have ended for us yet.
    await Promise.all(candidates.map((one) => one.outcome({ settle: 0 })))
    for (const one of candidates) this.#look(one)
    return this.#controlled.has(place)
  }

  #look(server: MailServer): void {
    if (isControl(server, server.judgedSoFar())) this.#controlled.add(placeOf(server))
  }
}

const placeOf = ({ protocol, mode }: MailServer): string => `${protocol}/${mode}`

/** Dialogues that are shown. */
const mostDialogues = 3

function outcomeOf(server: MailServer, judgement: Judgement): RunOutcome {
  const { id, scenario, protocol, mode, port, counts, expectation } = server
  const records = [server, ...server.companions].flatMap((one) => one.connections)
  const transcripts = records.map(({ transcript }) => formatTranscript(transcript))
  return {
    schema: 1,
    endpoint: id,
    ...{ scenario, protocol, mode, port },
    ...judgement,
    connections: counts.connections,
    expect: expectation.expect,
    because: expectation.because,
    evidence: judgement.proof ? formatProof(judgement.proof, { of: transcripts.length, served: scenario }) : [],
    dialogues: transcripts.slice(-mostDialogues),
  }
}
