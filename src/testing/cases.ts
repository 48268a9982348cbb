import { checkMode, checkOptionNames, checkProtocol, checkWord } from '../fleet/options.ts'
import { scenariosOfEntry } from '../scenarios/listing.ts'
import { catalogue, coreSet } from '../scenarios/registry.ts'
import { resolveScenario, type Scenario } from '../scenarios/scenario.ts'
import type { Expect, Mode, Protocol, Reason } from '../scenarios/vocabulary.ts'
import { modes as allModes, protocols as allProtocols, expects } from '../scenarios/vocabulary.ts'

/** One row for `it.each`: everything `start` needs, and what a strict client does. */
export interface MailCase {
  /** For the name of the test: `expired over imap/implicit`. */
  readonly title: string
  /** Resolved: `start` takes it. */
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly expect: Expect
  readonly because: string
  readonly reasons: readonly Reason[]
}

/** Which cells of scenario × protocol × mode are wanted. */
export interface CaseFilter {
  readonly protocol?: Protocol | readonly Protocol[]
  /** Default `implicit` and `starttls`. */
  readonly mode?: Mode | readonly Mode[]
  readonly expect?: Expect
  /** Default the core set. */
  readonly scenarios?: readonly string[]
  /** All of the catalogue with this tag, in place of the core set. */
  readonly tag?: string
  /** Include what only a client that checks revocation can see. Default false. */
  readonly revocation?: boolean
}

/**
 * The cells in which the server can see what the client does. Those of `good` come first, asked for or not, as nothing counts
 * of a client that does not work; with `expect` given it is exactly the filter.
 */
export function casesFor(filter: CaseFilter = {}): MailCase[] {
  checkOptionNames('cases', filter, ['protocol', 'mode', 'expect', 'scenarios', 'tag', 'revocation'])
  const { tag, revocation = false, expect } = filter
  const tags = [...new Set(catalogue.flatMap(({ entry }) => entry.tags))].sort()
  if (expect !== undefined) checkWord('expect', expect, expects)
  if (tag !== undefined) checkWord('tag', tag, tags)
  const tagged =
    tag === undefined ? coreSet : catalogue.filter(({ entry }) => entry.tags.includes(tag)).flatMap(scenariosOfEntry)
  const protocols = (list(filter.protocol) ?? allProtocols).map(checkProtocol)
  const modes = (list(filter.mode) ?? allModes.filter((mode) => mode !== 'plain')).map(checkMode)
  const scenarios = (filter.scenarios ?? tagged).map((scenario) => resolveScenario(scenario))
  const [control, others] =
    expect === undefined ? [[good()], scenarios.filter(({ id }) => id !== good().id)] : [[], scenarios]
  return [...control, ...others]
    .filter(({ observable }) => observable === 'server')
    .filter(({ expectation }) => expect === undefined || expectation.expect === expect)
    .filter(({ expectation }) => revocation || expectation.needs === null)
    .flatMap((scenario) =>
      protocols.flatMap((protocol) =>
        modes
          .filter((mode) => scenario.unservable(protocol, mode) === undefined)
          .map((mode) => {
            const { expect, because, reasons } = scenario.expectation
            const title = `${scenario.id} over ${protocol}/${mode}`
            return { title, scenario: scenario.id, protocol, mode, expect, because, reasons }
          }),
      ),
    )
}

const good = (): Scenario => resolveScenario('good')

const list = <T extends string>(given: T | readonly T[] | undefined): readonly T[] | undefined =>
  typeof given === 'string' ? [given] : given
