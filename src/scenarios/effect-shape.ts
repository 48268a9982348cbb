import { type Effect, isSteps, refusals, type When } from './effects.ts'
import { choice, type Keys, list, number, object, row, type Shape, text, truth, value, whole, word } from './shape.ts'
import { actions } from './vocabulary.ts'

const fills: Readonly<Record<string, readonly string[]>> = {
  tag: [],
  next: ['ahead'],
  host: [],
  marker: [],
  date: [],
  'canary-url': [],
  'self-url': [],
}

const fillShape = (kind: string): Shape =>
  object({ fill: word(...Object.keys(fills)), ...((fills[kind] ?? []).length > 0 && { ahead: whole(1) }) }, ['fill'])

const plain = value(
  'bytes: a text, a Uint8Array, a list of parts, or one of what tag, next(), host, marker, canary.url, self.url, answer() stand for',
  'a text',
  (given) => typeof given === 'string' || given instanceof Uint8Array || isParam(given),
)

/** What stands for the value of the entry's parameter, which is checked when the value is there. */
const isParam = (given: unknown): boolean => (given as { readonly param?: unknown } | null)?.param === true

/** Bytes as data. */
export const bytesShape: Shape = choice(plain, (given) => {
  if (Array.isArray(given)) return list(bytesShape)
  if (typeof given !== 'object' || given === null || given instanceof Uint8Array) return plain
  if ('hex' in given) return object({ hex: text }, ['hex'])
  if ('fill' in given) return fillShape(String(given.fill))
  if ('answer' in given) return answerShape
  return byProtocol
})

const byProtocol = object({ smtp: bytesShape, imap: bytesShape, pop3: bytesShape })

const answerShape = object(
  { answer: word(...actions), ahead: whole(1), capabilities: list(text), message: bytesShape },
  ['answer', 'ahead'],
)

const ms = number('a number of milliseconds', 0)

const pace = { split: whole(1), everyMs: ms }

type EffectKeys = {
  readonly [Do in Effect['do']]: {
    readonly keys: Keys<Omit<Extract<Effect, { readonly do: Do }>, 'do'>>
    readonly required: readonly string[]
  }
}

const nothing = { keys: {}, required: [] }

const inner: Shape = choice(object({ do: word('reply') }, ['do']), (given) => effectShape(given))

const effectKeys: EffectKeys = {
  reply: {
    keys: {
      ...pace,
      text: bytesShape,
      edit: row(bytesShape, bytesShape),
      tag: word('other', 'twice', 'case'),
      eol: word('lf', 'cr', 'crcrlf', 'blank'),
      upTo: choice(whole(0), (given) => (typeof given === 'string' ? word('half') : whole(0))),
    },
    required: [],
  },
  send: { keys: { bytes: bytesShape, ...pace }, required: ['bytes'] },
  inject: { keys: { bytes: bytesShape }, required: ['bytes'] },
  hold: { keys: { ms }, required: ['ms'] },
  refuse: { keys: { as: word(...refusals) }, required: ['as'] },
  silent: nothing,
  wait: { keys: { ms }, required: ['ms'] },
  repeat: { keys: { effects: list(inner, { least: 1 }), times: whole(1) }, required: ['effects', 'times'] },
  close: { keys: { how: word('fin', 'rst', 'half', 'clean') }, required: ['how'] },
  alert: {
    keys: {
      alert: choice(text, (given) => (typeof given === 'number' ? octet : text)),
      level: word('warning', 'fatal'),
    },
    required: ['alert', 'level'],
  },
  upgrade: { keys: { certificate: text, keep: list(word('input', 'session')) }, required: [] },
  'stay-in-clear': nothing,
  below: { keys: { bytes: bytesShape }, required: ['bytes'] },
}

const octet = value(
  'a number below 256',
  40,
  (given) => Number.isInteger(given) && Number(given) >= 0 && Number(given) < 256,
)

const kinds = word(...Object.keys(effectKeys))

/** Each effect, by what it does. */
export const effectShapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries(effectKeys).map(([kind, { keys, required }]) => [
    kind,
    object({ do: word(kind), ...keys }, ['do', ...required]),
  ]),
)

/** The shape of an effect by what it says that it does. */
export function effectShape(effect: unknown): Shape {
  return effectShapes.get((effect as Partial<Effect> | null | undefined)?.do ?? '') ?? object({ do: kinds }, ['do'])
}

const whenShape = object({
  phase: word('clear', 'tls'),
  login: truth,
  state: text,
  offers: text,
  nth: whole(1),
  from: whole(1),
  open: whole(1),
} satisfies Keys<When>)

const stepShape = object({ when: whenShape, do: list(inner) }, ['when', 'do'])

const oneEffect = list(inner)

const aFunction = value(
  'a list of effects, a list of on(…), or a function that returns effects',
  () => undefined,
  (given) => typeof given === 'function',
)

/** What happens at a moment. */
export const effectsShape: Shape = choice(aFunction, (given) => {
  if (!Array.isArray(given)) return aFunction
  const steps = given.filter((one) => typeof one === 'object' && one !== null && 'when' in one)
  if (steps.length > 0 || (given.length > 0 && isSteps(given))) return list(stepShape)
  return oneEffect
})
