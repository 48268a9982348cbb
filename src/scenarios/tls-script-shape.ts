import { MockmailError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import {
  type Keys,
  list,
  object,
  type Problem,
  problemOf,
  record,
  row,
  type Shape,
  truth,
  value,
  word,
} from './shape.ts'
import {
  type Edit,
  type Field,
  fieldsOf,
  type RecordOptions,
  type Script,
  type Step,
  type TlsEffect,
  tlsMoments,
} from './tls-script.ts'

const octets = value(
  'an even number of hexadecimal digits',
  '00ff',
  (given) => typeof given === 'string' && /^(?:[0-9a-f]{2})*$/i.test(given),
)
const bytes = value(
  'a string or a Uint8Array',
  'text',
  (given) => typeof given === 'string' || given instanceof Uint8Array,
)
const yes = value('true', true, (given) => given === true)

const between = (least: number, most: number): Shape =>
  value(`a whole number from ${least} to ${most}`, least, (given) => isWhole(given, least, most))

const isWhole = (given: unknown, least: number, most: number): boolean =>
  Number.isInteger(given) && (given as number) >= least && (given as number) <= most

const octet = between(0, 0xff)
const pair = between(0, 0xffff)
const version = between(0x0300, 0x0304)
const any = value('a whole number', -1, Number.isInteger)
/** A script must end, whatever it does. */
const times = between(1, 10_000)
const most = between(0, 2 ** 20)

/** One member, and one only: that is what each of these is. */
const edits: Readonly<Record<EditWord, Shape>> = {
  flip: any,
  cut: most,
  drop: most,
  append: octets,
  prepend: octets,
  splice: row(any, most, octets),
  fill: row(octet, most),
  hex: octets,
}

type EditWord = Edit extends infer One ? (One extends unknown ? keyof One : never) : never

const someEdits = value(
  `one edit (${Object.keys(edits).join(', ')}), or a list of them`,
  { flip: 0 },
  (given) => isEdit(given) || (Array.isArray(given) && given.length > 0 && given.every(isEdit)),
)

function isEdit(given: unknown): boolean {
  const keys = typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.keys(given) : []
  return keys.length === 1 && problemOf(object(edits), given) === undefined
}

/** Effects stand in record options and the other way round, so that each is looked up when it is asked for. */
const effects = value('a list of effects', [{ do: 'silent' }], (given) => problemOfEffects(given, '') === undefined)

const recordKeys: Keys<RecordOptions> = {
  size: between(1, 2 ** 16),
  join: yes,
  type: octet,
  version: pair,
  length: pair,
  pad: between(-(2 ** 14), 2 ** 14),
  flip: any,
  clear: yes,
  empties: times,
  between: effects,
}
const records = object(recordKeys)

/** Where a step is looked at, its effects have their own turn, which tells more. */
const anything = list(value('an effect', { do: 'silent' }, () => true))
const stepRecords = object({ ...recordKeys, between: anything })

/** What each effect must have, and may have. */
const effectShapes: { readonly [Word in TlsEffect['do']]: Shape } = {
  alert: object({ do: word('alert'), alert: octet, level: word('warning', 'fatal') }, ['alert']),
  'change-cipher-spec': object({ do: word('change-cipher-spec'), body: octets, times }),
  data: object({ do: word('data'), bytes, times }, ['bytes']),
  handshake: object({ do: word('handshake'), type: octet, body: octets, hashed: yes, times }, ['type', 'body']),
  record: object({ do: word('record'), type: octet, body: octets, times, options: records }, ['type', 'body']),
  below: object({ do: word('below'), bytes }, ['bytes']),
  'echo-client-hello': object({ do: word('echo-client-hello') }),
  'key-update': object({ do: word('key-update'), asks: yes, times }),
  renegotiate: object({ do: word('renegotiate') }),
  wait: object({ do: word('wait'), ms: between(1, 600_000) }, ['ms']),
  silent: object({ do: word('silent') }),
  close: object({ do: word('close'), how: word('fin', 'rst', 'clean') }, ['how']),
}

function problemOfEffects(given: unknown, path: string): Problem | undefined {
  if (!Array.isArray(given) || given.length === 0) return { path, what: 'must be a list of effects that is not empty' }
  for (const [index, one] of given.entries()) {
    const at = `${path}[${index}]`
    const words = Object.keys(effectShapes)
    const problem =
      problemOf(
        object({ do: word(...words) }, ['do']),
        typeof one === 'object' && one !== null ? { do: one.do } : one,
        at,
      ) ?? problemOf(effectShapes[one.do as TlsEffect['do']], one, at)
    if (problem) return problem
  }
  return undefined
}

const field = value(
  'a number, hexadecimal digits, edits or null',
  null,
  (given) =>
    given === null ||
    isWhole(given, 0, 2 ** 32 - 1) ||
    problemOf(octets, given) === undefined ||
    problemOf(someEdits, given) === undefined,
)
const extensions = value(
  'an object of extensions by number, each hexadecimal digits, edits, null or twice',
  {},
  (given) => {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
    return Object.entries(given).every(
      ([id, one]) =>
        isWhole(Number(id), 0, 0xffff) &&
        (one === 'twice' || (typeof one !== 'number' && problemOf(field, one) === undefined)),
    )
  },
)

const shapeOfField = (name: Field): Shape => {
  if (name === 'extensions') return extensions
  return name === 'chain' || name === 'authorities' ? list(octets) : field
}

/** A step of a moment whose message has these fields. */
const stepOf = (fields: readonly Field[]): Shape => {
  const keys: Keys<Step> = {
    before: anything,
    set: object(Object.fromEntries(fields.map((name) => [name, shapeOfField(name)]))),
    body: someEdits,
    bytes: someEdits,
    transcript: word('as-sent', 'as-meant'),
    omit: yes,
    times,
    records: stepRecords,
    after: anything,
  }
  return object(keys)
}

const scriptKeys: Keys<Script> = {
  choose: object({ version, suite: pair, group: pair, scheme: pair }),
  versions: list(version, { least: 1 }),
  suites: list(pair, { least: 1 }),
  groups: list(pair, { least: 1 }),
  schemes: list(pair, { least: 1 }),
  alpn: list(
    value('a name', 'imap', (given) => typeof given === 'string'),
    { least: 1 },
  ),
  retries: between(0, 10),
  tickets: between(0, 100),
  resumes: truth,
  dh: object({ p: octets, g: octets }, ['p', 'g']),
  encryptThenMac: truth,
  extendedMasterSecret: truth,
  renegotiationInfo: truth,
  downgradeSentinel: truth,
  clientCertificate: word('optional', 'required'),
  signKey: word('other'),
  records: object({ handshake: records, data: records }),
  at: record(value('an object', {}, (given) => typeof given === 'object' && given !== null)),
}

/** The first thing that is wrong with a script, or undefined. */
export function problemOfScript(given: unknown, path = ''): Problem | undefined {
  const problem = problemOf(object(scriptKeys), given, path)
  if (problem) return problem
  const { at = {} } = given as { readonly at?: Readonly<Record<string, unknown>> }
  for (const [moment, step] of Object.entries(at)) {
    const where = path === '' ? `at.${moment}` : `${path}.at.${moment}`
    const fields = fieldsAt(moment)
    if (fields === undefined) {
      const names = [...tlsMoments, 'data:1', 'hello-retry-request:1']
      return { path: where, what: `is no moment.${didYouMean(moment, names)} Allowed: ${names.join(', ')}` }
    }
    const wrong = problemOf(stepOf(fields), step, where) ?? problemOfStep(step as Step, where)
    if (wrong) return wrong
  }
  return undefined
}

/** The fields that can be set at a moment; undefined where there is no such moment. */
function fieldsAt(moment: string): readonly Field[] | undefined {
  const [, name, nth] = /^(data|hello-retry-request):([1-9]\d{0,5})$/.exec(moment) ?? []
  if (nth !== undefined) return name === 'data' ? [] : fieldsOf['hello-retry-request']
  return Object.hasOwn(fieldsOf, moment) ? fieldsOf[moment as keyof typeof fieldsOf] : undefined
}

/** Effects tell what is wrong with them by where they stand. */
function problemOfStep(step: Step, path: string): Problem | undefined {
  if (Object.keys(step).length === 0) return { path, what: 'says nothing' }
  const named = [
    ['before', step.before],
    ['after', step.after],
    ['records.between', step.records?.between],
  ] as const
  for (const [name, given] of named) {
    const problem = given === undefined ? undefined : problemOfEffects(given, `${path}.${name}`)
    if (problem) return problem
  }
  return undefined
}

/**
 * A script as it was given, when it is one.
 *
 * @throws {MockmailError} INVALID_DEFINITION, which says where and what is allowed
 */
export function checkedScript(given: unknown): Script {
  const problem = problemOfScript(given)
  if (problem === undefined) return given as Script
  const where = problem.path === '' ? 'it' : `'${problem.path}'`
  throw new MockmailError('INVALID_DEFINITION', `The script cannot be used: ${where} ${problem.what}.`)
}
