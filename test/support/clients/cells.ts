import type { Mode, Protocol } from '../../../src/index.ts'
import { catalogue } from '../../../src/scenarios/registry.ts'
import { resolveScenario } from '../../../src/scenarios/scenario.ts'

/** One square of a matrix: what is shown, and where. */
export interface Cell {
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
}

const everyProtocol = ['smtp', 'imap', 'pop3'] as const

/** Every place where these scenarios can show, as the catalogue says. */
export const cellsOf = (
  scenarios: readonly string[],
  protocols: readonly Protocol[] = everyProtocol,
): readonly Cell[] =>
  scenarios.flatMap((scenario) =>
    protocols.flatMap((protocol) =>
      (['implicit', 'starttls'] as const)
        .filter((mode) => resolveScenario(scenario).unservable(protocol, mode) === undefined)
        .map((mode) => ({ scenario, protocol, mode })),
    ),
  )

/** Cells with a title for `it.each`: `expired on imap/starttls`. */
export const titled = <C extends Cell>(cells: readonly C[]): readonly (readonly [string, C])[] =>
  cells.map((cell) => [`${cell.scenario} on ${cell.protocol}/${cell.mode}`, cell])

/** What `test/certs/rows.test.ts` asks the judges of, with each value of its parameter. */
export const rowIds: readonly string[] = [
  'self-signed-ca-as-leaf',
  'null-byte-san',
  'wildcard-partial-label',
  'no-san-cn-only',
  'nc-excluded-dns',
  'bad-signature-leaf',
  'intermediate-no-keycertsign',
  'leaf-signed-by-leaf',
  'chain-length',
  'cross-signed-expired-alt',
  'missing-aki',
  'unknown-critical-ext',
  'sha1-leaf',
  'ocsp-staple-revoked',
  'crl-dp-unreachable',
]

/** Every certificate of the catalogue but those rows. */
export const certificateParts = catalogue.filter((part) => part.kind === 'certificate' && !rowIds.includes(part.id))

/** Those that only a client can see that looks at revocation. */
export const needsRevocationCheck = (scenario: string): boolean => resolveScenario(scenario).expectation.needs !== null
