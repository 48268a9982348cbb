import { effectsShape } from './effect-shape.ts'
import { fineNames, type PlantKind, plantKinds } from './fine-names.ts'
import type {
  CanaryWords,
  CapabilityChange,
  Companion,
  QuirkWords,
  SaslWords,
  StartWords,
  TlsProfile,
} from './quirk-words.ts'
import { choice, type Keys, list, object, oneOrMore, record, type Shape, text, value, whole, word } from './shape.ts'
import { hooks, modes, moments, protocols } from './vocabulary.ts'

/** Where an entry can show. */
export const places = {
  protocols: list(word(...protocols), { least: 1 }),
  modes: list(word(...modes), { least: 1 }),
}

const version = word('TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3')
const sniAnswer = word('alert', 'warning', 'default', 'fin')
/** Bits of the primes that are ready. */
export const dhSizes = [1024, 1536, 2048, 3072, 4096, 6144, 8192] as const

const tls = object({
  minVersion: version,
  maxVersion: version,
  ciphers: text,
  groups: list(text, { least: 1 }),
  sigalgs: text,
  sessionTimeout: whole(1),
  dhBits: value(`a size of which there is a prime: ${dhSizes.join(', ')}`, 2048, (given) =>
    dhSizes.some((size) => size === given),
  ),
  alpn: choice(word('ignored', 'other', 'refused'), (given) =>
    Array.isArray(given) ? list(text, { least: 1 }) : word('ignored', 'other', 'refused'),
  ),
  sni: object({ missing: sniAnswer, unknown: sniAnswer }),
  tickets: word('none', 'rotate'),
  ticketGroup: text,
  clientCertificate: word('optional', 'required'),
} satisfies Keys<TlsProfile>)

const capabilities = object({
  only: list(text),
  add: list(text),
  remove: list(text),
  replace: record(text),
  order: list(text),
  spell: word('lower', 'twice', 'tabs', 'trailing'),
  protocols: places.protocols,
  phase: word('clear', 'tls'),
  in: word('greeting', 'answer', 'login'),
} satisfies Keys<CapabilityChange>)

const sasl = object({
  mechanisms: list(text),
  verifier: word('wrong', 'missing'),
  nonce: word('foreign'),
  iterations: choice(whole(1), (given) => (typeof given === 'string' ? text : whole(1))),
  binding: word('hidden', 'other', 'tls-server-end-point', 'tls-exporter', 'tls-unique'),
  fail: list(text, { least: 1 }),
} satisfies Keys<SaslWords>)

const yes = value('true', true, (given) => given === true)
const no = value('false', false, (given) => given === false)

const start = object({
  state: word('authenticated'),
  messages: list(value('a message', 'Subject: x\r\n\r\n', (given) => typeof given === 'string')),
  folders: list(text),
  apop: yes,
} satisfies Keys<StartWords>)

/** One kind each, so that what is planted is looked for in one way. */
const plantShapes: Readonly<Record<PlantKind, Shape>> = {
  mailbox: text,
  mechanism: text,
  number: whole(1),
  set: text,
  flag: text,
  verb: text,
  message: text,
  text,
}

const noPlant = value(`an object with one of ${plantKinds.join(', ')}`, { mailbox: 'a mailbox' }, () => false)

const plant = choice(object({ mailbox: text }, ['mailbox']), (given) => {
  const kind = plantKinds.find((one) => typeof given === 'object' && given !== null && one in given)
  return kind ? object({ [kind]: plantShapes[kind] }, [kind]) : noPlant
})

const oneProtocol = word(...protocols)
const oneMode = word(...modes)

const canary = object({ protocol: oneProtocol, mode: oneMode } satisfies Keys<CanaryWords>)

const aScenario = value('a scenario', 'good', (given) => typeof given === 'string' && given !== '')

const companion = object(
  {
    scenario: aScenario,
    role: word('canary', 'fallback'),
    protocol: oneProtocol,
    mode: oneMode,
  } satisfies Keys<Companion>,
  ['scenario', 'role'],
)

const atMoments = object(Object.fromEntries(hooks.map((hook) => [hook, effectsShape])))

/** The script engine checks its own words. */
const script = value('an object', {}, (given) => typeof given === 'object' && given !== null && !Array.isArray(given))

/** What a quirk does, word by word. */
export const quirkWords = {
  moments: list(word(...moments), { least: 1 }),
  listen: no,
  start,
  capabilities: oneOrMore(capabilities),
  sasl,
  connections: object({ concurrent: whole(1) }, ['concurrent']),
  tls,
  script: oneOrMore(script),
  shows: list(word(...fineNames)),
  plants: list(plant),
  canary,
  companions: list(companion, { least: 1 }),
  at: choice(atMoments, (given) => (Array.isArray(given) || typeof given === 'function' ? effectsShape : atMoments)),
} satisfies Keys<QuirkWords>
