import { MockmailError } from '../errors.ts'
import { invalid } from '../fleet/options.ts'
import { defineCertificate, defineQuirk, type OwnCertificate, type OwnQuirk } from '../scenarios/own.ts'
import { type DefinedPart, resolveScenario, type Scenario, type ScenarioInput } from '../scenarios/scenario.ts'

const allowed = 'an id, several joined by +, { "certificate": { … } }, { "quirk": { … } }, or a list of these'

/** Scenarios as they cross the API, with the parts that were defined there so far. */
export class OwnParts {
  readonly #own: readonly DefinedPart[]
  readonly #known = new Map<string, { readonly source: string; readonly part: DefinedPart }>()

  /** @param own parts that are understood by their ids from the start */
  constructor(own: readonly DefinedPart[] = []) {
    this.#own = own
  }

  /**
   * Parts of one's own are the data of `defineCertificate` and `defineQuirk`; the same data is the same part.
   *
   * @throws {MockmailError} UNKNOWN_SCENARIO, CONFLICT, INVALID_OPTION, INVALID_DEFINITION, NAME_COLLISION
   */
  scenarioOf(given: unknown): Scenario {
    const parts = Array.isArray(given) ? given.map((one) => this.#partOf(one)) : this.#partOf(given)
    return resolveScenario(parts as ScenarioInput, this.#own)
  }

  #partOf(given: unknown): string | DefinedPart {
    if (typeof given === 'string') return given
    const source = JSON.stringify(given) ?? ''
    const part = defined(given, source)
    const known = this.#known.get(part.id)
    if (this.#own.some(({ id }) => id === part.id) || (known && known.source !== source)) {
      throw new MockmailError(
        'NAME_COLLISION',
        `'${part.id}' was defined in another way before. Give each definition an id of its own.`,
      )
    }
    this.#known.set(part.id, known ?? { source, part })
    return known?.part ?? part
  }
}

function defined(given: unknown, source: string): DefinedPart {
  const [[kind, definition] = [], another] = Object.entries(given ?? {})
  if (kind === 'certificate' && !another) return defineCertificate(bytesIn(definition) as OwnCertificate)
  if (kind === 'quirk' && !another) return defineQuirk(bytesIn(definition) as OwnQuirk)
  throw invalid('scenario', source, allowed)
}

/** In JSON, bytes are `{ "base64": "…" }`. */
function bytesIn(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(bytesIn)
  if (typeof given !== 'object' || given === null) return given
  const entries = Object.entries(given)
  const [[name, value] = [], another] = entries
  if (name === 'base64' && typeof value === 'string' && !another) return new Uint8Array(Buffer.from(value, 'base64'))
  return Object.fromEntries(entries.map(([key, one]) => [key, bytesIn(one)]))
}
