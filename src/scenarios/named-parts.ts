import { MockmailError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import { atMoment } from './moments.ts'
import { aliasesOfValues, withValue } from './recipe/parameter.ts'
import { catalogue, type Part } from './registry.ts'
import type { DefinedPart, ScenarioPart } from './scenario.ts'
import { doTheSame, injects, withoutInjection } from './twins.ts'
import type { Moment } from './vocabulary.ts'

/** A part by a name of it, with the value that the name stands for. */
interface Named {
  readonly part: Part
  readonly value?: string
}

const names = new Map<string, Named>(
  catalogue.flatMap((part): [string, Named][] => [
    ...[part.id, ...(part.entry.aliases ?? [])].map((name): [string, Named] => [name, { part }]),
    ...aliasesOfValues(part.entry).map(([name, value]): [string, Named] => [name, { part, value }]),
  ]),
)

/** Every name that is understood, aliases included. */
export const scenarioNames: readonly string[] = [...names.keys()]

const partPattern = /^(?<name>[^@:]*)(?::(?<value>[^@]*))?(?:@(?<moment>[a-z-]+))?(?:@(?<nth>\d+)(?:st|nd|rd|th))?$/

/**
 * One part as it is typed: `id[:parameter][@moment][@nth]`.
 *
 * @throws {MockmailError} UNKNOWN_SCENARIO, INVALID_OPTION
 */
export function parsePart(text: string, own: readonly DefinedPart[]): ScenarioPart {
  const match = partPattern.exec(text)
  const { name = text.replace(/[@:].*/s, ''), value, moment, nth = '1' } = match?.groups ?? {}
  const ofOwn = own.find(({ id }) => id === name) as Part | undefined
  const found: Named | undefined = ofOwn ? { part: ofOwn } : names.get(name)
  if (!found) {
    const allowed = [...own.map(({ id }) => id), ...scenarioNames]
    throw new MockmailError(
      'UNKNOWN_SCENARIO',
      `There is no scenario '${name}'.${didYouMean(name, allowed)} 'mockmail list' shows them all.`,
      { allowed },
    )
  }
  const { part } = found
  if (!match) throw misplaced(part, text)
  if (Number(nth) < 1) throw new MockmailError('INVALID_OPTION', `'${text}': connections are counted from 1st.`)
  if (value !== undefined && found.value !== undefined) {
    throw new MockmailError(
      'INVALID_OPTION',
      `'${text}': '${name}' stands for '${part.id}:${found.value}', so no other value may follow.`,
    )
  }
  const one = valued(part, value ?? found.value)
  const chosen = moment === 'twin' ? calm(one) : moment === undefined ? atDefault(one) : atChosen(one, moment, text)
  if (!chosen) throw misplaced(part, text)
  return { ...chosen, from: Number(nth) } as ScenarioPart
}

/** A part with nothing behind its id: the default of its parameter, and the first of its moments. */
export const usual = (part: Part): Based => atDefault(valued(part))

type Based = Part & Pick<ScenarioPart, 'base'>

/** A part with a value in place of its parameter; its id has the value where it was said. */
const valued = (part: Part, value?: string): Based =>
  ({
    ...part,
    id: value === undefined ? part.id : `${part.id}:${value}`,
    base: part.id,
    entry: withValue<Part['entry']>(part.id, part.entry, value),
  }) as Based

const momentsFor = (part: Part): readonly Moment[] => (part.kind === 'quirk' ? (part.entry.moments ?? []) : [])

/** With the first of its moments, where it has a choice of them. */
function atDefault(part: Based): Based {
  const [first] = momentsFor(part)
  return part.kind === 'quirk' && first ? { ...part, entry: atMoment(part.entry, first) } : part
}

/** At the moment that was asked for; undefined where it happens at no chosen moment. */
function atChosen(part: Based, moment: string, text: string): Based | undefined {
  const moments = momentsFor(part)
  if (part.kind !== 'quirk' || moments.length === 0) return undefined
  if (!moments.includes(moment as Moment)) {
    throw new MockmailError(
      'INVALID_OPTION',
      `'${text}': '${part.id}' has no moment '${moment}'.${didYouMean(moment, moments)} Allowed: ${moments.join(', ')}.`,
      { allowed: moments },
    )
  }
  const entry = atMoment(part.entry, moment as Moment)
  // At another moment it is another part.
  return { ...part, id: `${part.id}@${moment}`, base: `${part.base}@${moment}`, entry }
}

/** The same without what it injects; undefined where it injects nothing, or nothing else. */
function calm(part: Based): Based | undefined {
  const whole = atDefault(part)
  if (whole.kind !== 'quirk' || !injects(whole.entry)) return undefined
  const entry = withoutInjection(whole.entry)
  return entry ? { ...whole, id: `${part.id}@twin`, entry } : undefined
}

const misplaced = (part: Part, text: string): MockmailError =>
  new MockmailError(
    'INVALID_OPTION',
    momentsFor(part).length > 0
      ? `'${text}': a moment and a connection number may follow '${part.id}', as in '${part.id}@${momentsFor(part)[0]}@2nd'.`
      : `'${text}': '${part.id}' happens at no chosen moment; only a connection number may follow, as in '${part.id}@2nd'.`,
  )

/**
 * What takes a part's place in the twin: the quirk that it names, the same without what it injects, or, where it has planted
 * something in another way, nothing. A twin that the catalogue has already bears its name.
 */
export function twinOfPart(part: ScenarioPart): ScenarioPart | undefined {
  if (part.kind !== 'quirk') return part
  const { entry, from } = part
  if (entry.twin !== undefined) return { ...parsePart(entry.twin, []), from }
  if (!injects(entry)) return entry.plants ? undefined : part
  const twin = calm(part)
  if (twin?.kind !== 'quirk') return undefined
  const named = catalogue.find((other) => other.kind === 'quirk' && doTheSame(other.entry, twin.entry))
  return { ...(named ? usual(named) : twin), from } as ScenarioPart
}
