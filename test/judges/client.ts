import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import tls, { type ConnectionOptions, type TLSSocket } from 'node:tls'
import { type Ask, type ClientDialect, dialects, type Errand } from './dialects.ts'
import { dial, Pipe, Talk } from './pipe.ts'

/**
 * Each makes the strict client careless in one way.
 *
 * - `continue-in-clear`: where it cannot have TLS, it goes on without, on the same connection
 * - `retry-in-clear`: the same on a new connection
 * - `ignore-greeting`: whatever greets it, silence too, is good enough to log in
 * - `keep-buffer`: what came in clear behind the answer to STARTTLS is an answer inside TLS
 * - `any-certificate`: it verifies nothing
 * - `lower-version`: it speaks TLS 1.0, and tries again with an older version where a newer one fails
 * - `keep-capabilities`: what the server offered in clear it takes to be offered inside TLS
 * - `any-mechanism`: where one way to log in is refused, it tries the next, down to the plainest
 * - `use-what-it-read`: mailboxes that were named in clear it opens inside TLS
 * - `no-deadline`: it waits for as long as the server likes
 */
export const switches = [
  'continue-in-clear',
  'retry-in-clear',
  'ignore-greeting',
  'keep-buffer',
  'any-certificate',
  'lower-version',
  'keep-capabilities',
  'any-mechanism',
  'use-what-it-read',
  'no-deadline',
] as const
export type Switch = (typeof switches)[number]

/** All that the client is told: where to go, whom to trust, who it is. Not what is wrong there. */
export interface Target {
  readonly protocol: 'smtp' | 'imap' | 'pop3'
  readonly mode: 'implicit' | 'starttls'
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly ca: string
  readonly user: string
  readonly password: string
  /** Default: to log in, and to hand in mail. */
  readonly wants?: Errand
}

/** Milliseconds. The slowest answer that a correct server may take is a second late. */
const patience = 1500

/** Milliseconds, of which every server of a test has fewer. */
const forever = 15_000

const patienceOf = (careless: Switch | undefined): number => (careless === 'no-deadline' ? forever : patience)

/** TLS cannot be had here. The socket is what is left. */
class NoTls extends Error {
  readonly socket: Socket

  constructor(why: string, socket: Socket) {
    super(why)
    this.socket = socket
  }
}

/** One session: greeting, capabilities, TLS, capabilities, login, mail, quit. Says whether it came to its end. */
export async function runClient(target: Target, careless?: Switch): Promise<'done' | 'gave up'> {
  const versions = careless === 'lower-version' ? (['TLSv1.3', 'TLSv1.2'] as const) : (['TLSv1.3'] as const)
  for (const maxVersion of versions) {
    try {
      return await session(target, { maxVersion, careless })
    } catch (error) {
      if (!(error instanceof NoTls)) throw error
      if (careless === 'continue-in-clear') await goOn(target, error.socket)
      error.socket.destroy()
      if (careless === 'retry-in-clear') await retry(target)
    }
  }
  return 'gave up'
}

interface Manner {
  readonly maxVersion: 'TLSv1.3' | 'TLSv1.2'
  readonly careless: Switch | undefined
}

async function session(target: Target, manner: Manner): Promise<'done' | 'gave up'> {
  const dialect = dialects[target.protocol]()
  const socket = await dial(target.host, target.port)
  const open = target.mode === 'implicit' ? overTls : throughStartTls
  const opened = await open(target, manner, dialect, socket)
  if (!opened) return 'gave up'
  const { talk, secured } = opened
  const offer = await say(talk, dialect.capabilities())
  // With TLS 1.3 a server may refuse the client when the client has long finished.
  if (offer === undefined) throw new NoTls('no answer inside TLS', socket)
  const offered = manner.careless === 'keep-capabilities' ? `${opened.before}${offer}` : offer
  if (dialect.offersLogin(offered) || (target.wants ?? 'login') !== 'login') {
    await use(talk, dialect, target, manner.careless)
    if (manner.careless === 'use-what-it-read') for (const ask of dialect.open(opened.before)) await say(talk, ask)
  }
  await say(talk, dialect.quit())
  secured.end(() => socket.end())
  return 'done'
}

interface Opened {
  readonly talk: Talk
  readonly secured: Duplex
  /** What the server had said in clear. */
  readonly before: string
}

type Open = (target: Target, manner: Manner, dialect: ClientDialect, socket: Socket) => Promise<Opened | undefined>

const overTls: Open = async (target, manner, { greeting }, socket) => {
  const secured = await secure(target, manner, socket)
  const talk = new Talk(secured, patienceOf(manner.careless))
  if (await talk.answer(greeting)) return { talk, secured, before: '' }
  throw new NoTls('no greeting inside TLS', socket)
}

const throughStartTls: Open = async (target, manner, dialect, socket) => {
  const clear = new Talk(socket, patienceOf(manner.careless))
  if (!(await clear.answer(dialect.greeting))) {
    if (manner.careless === 'ignore-greeting') await blurt(clear, dialect, target)
    socket.destroy()
    return undefined
  }
  const offer = (await say(clear, dialect.capabilities())) ?? ''
  const startTls = dialect.startTls()
  const answer = dialect.offersTls(offer) ? await say(clear, startTls) : undefined
  const rest = clear.leave()
  if (!answer || !startTls.yes.test(answer)) throw new NoTls('STARTTLS cannot be had', socket)
  const secured = await secure(target, manner, socket)
  const talk = new Talk(secured, patienceOf(manner.careless), manner.careless === 'keep-buffer' ? rest : '')
  return { secured, talk, before: `${offer}${answer}` }
}

const say = (talk: Talk, { line, answer }: Ask): Promise<string | undefined> => talk.ask(line, answer)

/** Does what the user wants, as far as the server says yes. */
async function use(talk: Talk, dialect: ClientDialect, target: Target, careless: Switch | undefined): Promise<void> {
  const { user, password, wants = 'login' } = target
  if (careless === 'any-mechanism') for (const ask of dialect.better()) if (!(await goes(talk, ask))) break
  const errand =
    wants === 'login' ? [...dialect.login(user, password), ...dialect.mail()] : (dialect.errand(wants, user) ?? [])
  for (const ask of errand) if (!(await goes(talk, ask))) return
}

async function goes(talk: Talk, ask: Ask): Promise<boolean> {
  const said = await say(talk, ask)
  return said !== undefined && ask.yes.test(said)
}

/** Does what the user wants, whatever the server says to it, or does not say. */
async function blurt(talk: Talk, dialect: ClientDialect, { user, password, wants = 'login' }: Target): Promise<void> {
  const errand = wants === 'login' ? dialect.login(user, password) : (dialect.errand(wants, user) ?? [])
  talk.send(dialect.capabilities().line, ...errand.map(({ line }) => line))
  await talk.answer(errand.at(-1)?.answer ?? /$/)
}

/** @throws {NoTls} when there is no session, or none with whom it should be */
async function secure(target: Target, { maxVersion, careless }: Manner, socket: Socket): Promise<TLSSocket> {
  const pipe = new Pipe(socket)
  const lax: ConnectionOptions =
    careless === 'any-certificate'
      ? { rejectUnauthorized: false }
      : careless === 'lower-version'
        ? { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }
        : { minVersion: 'TLSv1.2' }
  const secured = tls.connect({ socket: pipe, ca: target.ca, servername: target.servername, maxVersion, ...lax })
  const failed = await new Promise<Error | undefined>((resolve) => {
    setTimeout(() => resolve(new Error('the handshake takes too long')), patienceOf(careless)).unref()
    secured.once('error', resolve)
    secured.once('close', () => resolve(new Error('closed in the handshake')))
    secured.once('secureConnect', () => resolve(undefined))
  })
  secured.on('error', () => {})
  const why = failed?.message ?? (careless === 'any-certificate' ? undefined : await revocation(secured))
  if (why === undefined) return secured
  pipe.release()
  throw new NoTls(why, socket)
}

/** Reads the CRL that the leaf names, RFC 5280 §4.2.1.13. */
async function revocation(secured: TLSSocket): Promise<string | undefined> {
  const leaf = secured.getPeerX509Certificate()
  if (!leaf) return undefined
  const [url] = /http:\/\/[\w.:/-]+\.crl/.exec(leaf.raw.toString('latin1')) ?? []
  if (!url) return undefined
  const crl = Buffer.from(await (await fetch(url)).arrayBuffer())
  return crl.includes(Buffer.from(leaf.serialNumber, 'hex')) ? 'the leaf is revoked' : undefined
}

/** The careless part: what the client wants done is done in clear. */
const goOn = (target: Target, socket: Socket): Promise<void> =>
  blurt(new Talk(socket, 1000), dialects[target.protocol](), target)

async function retry(target: Target): Promise<void> {
  const socket = await dial(target.host, target.port)
  const dialect = dialects[target.protocol]()
  const talk = new Talk(socket, 1000)
  await talk.answer(dialect.greeting)
  await blurt(talk, dialect, target)
  socket.destroy()
}
