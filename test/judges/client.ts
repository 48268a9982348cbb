import { constants, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as rest } from 'node:timers/promises'
import tls, { type ConnectionOptions, type TLSSocket, type TLSSocketOptions } from 'node:tls'
import { type Ask, type ClientDialect, dialects, type Errand } from './dialects.ts'
import { dial, Pipe, Talk } from './pipe.ts'
import { ScramLogin } from './scram.ts'

/**
 * Each makes the strict client careless in one way.
 *
 * - `continue-in-clear`: where it cannot have TLS, it goes on without, on the same connection
 * - `retry-in-clear`: the same on a new connection
 * - `ignore-greeting`: whatever greets it, silence too, is good enough to log in
 * - `keep-buffer`: what came in clear behind the answer to STARTTLS is an answer inside TLS
 * - `any-certificate`: it verifies nothing
 * - `any-handshake`: it takes ciphers that encrypt nothing, and asks for STARTTLS where TLS should have begun at once
 * - `lower-version`: it speaks TLS 1.0, and tries again with an older version where a newer one fails
 * - `keep-capabilities`: what the server offered in clear it takes to be offered inside TLS
 * - `any-mechanism`: where one way to log in is refused, it tries the next, down to the plainest, and hashes as little as it is asked to
 * - `ignore-verifier`: whether the server proves that it knows the password is nothing to it
 * - `follow-referrals`: it goes where the server sends it
 * - `use-what-it-read`: mailboxes and messages that were named in clear it opens inside TLS
 * - `no-deadline`: it waits for as long as the server likes
 */
export const switches = [
  'continue-in-clear',
  'retry-in-clear',
  'ignore-greeting',
  'keep-buffer',
  'any-certificate',
  'any-handshake',
  'lower-version',
  'keep-capabilities',
  'any-mechanism',
  'ignore-verifier',
  'follow-referrals',
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
const patience = 2500

/** Milliseconds, of which every server of a test has fewer. */
const forever = 15_000

const patienceOf = ({ careless }: Manner): number => (careless.includes('no-deadline') ? forever : patience)

/** TLS cannot be had here. The socket is what is left. */
class NoTls extends Error {
  readonly socket: Socket

  constructor(why: string, socket: Socket) {
    super(why)
    this.socket = socket
  }
}

/** One session: greeting, capabilities, TLS, capabilities, login, mail, quit. Says whether it came to its end. */
export async function runClient(target: Target, ...careless: readonly Switch[]): Promise<'done' | 'gave up'> {
  const versions = careless.includes('lower-version') ? (['TLSv1.3', 'TLSv1.2'] as const) : (['TLSv1.3'] as const)
  for (const maxVersion of versions) {
    const manner: Manner = { maxVersion, careless, heard: [] }
    try {
      return await session(target, manner)
    } catch (error) {
      if (!(error instanceof NoTls)) throw error
      if (careless.includes('continue-in-clear')) await goOn(target, error.socket)
      error.socket.destroy()
      if (careless.includes('retry-in-clear')) await retry(target)
      if (careless.includes('any-handshake') && target.mode === 'implicit') await askForTls(target, manner)
    } finally {
      if (careless.includes('follow-referrals')) await follow(target, manner)
    }
  }
  return 'gave up'
}

interface Manner {
  readonly maxVersion: 'TLSv1.3' | 'TLSv1.2'
  readonly careless: readonly Switch[]
  /** Everybody who was talked to. */
  readonly heard: Talk[]
}

const talkOver = (stream: Duplex, manner: Manner, before = ''): Talk => {
  const talk = new Talk(stream, patienceOf(manner), before)
  manner.heard.push(talk)
  return talk
}

async function session(target: Target, manner: Manner): Promise<'done' | 'gave up'> {
  const dialect = dialects[target.protocol]()
  const socket = await dial(target.host, target.port)
  if (!socket) return 'gave up'
  const open = target.mode === 'implicit' ? overTls : throughStartTls
  const opened = await open(target, manner, dialect, socket)
  if (!opened) return 'gave up'
  const { talk, secured } = opened
  const offer = await say(talk, dialect.capabilities())
  // With TLS 1.3 a server may refuse the client when the client has long finished.
  if (offer === undefined) throw new NoTls('no answer inside TLS', socket)
  const offered = manner.careless.includes('keep-capabilities') ? `${opened.before}${offer}` : offer
  await use({ talk, dialect, offered }, target, manner)
  if (manner.careless.includes('use-what-it-read')) for (const ask of dialect.open(opened.before)) await say(talk, ask)
  // Whoever has not answered so far is not waited for again.
  if (talk.silent) talk.send(dialect.quit().line)
  else await say(talk, dialect.quit())
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
  const talk = talkOver(secured, manner)
  const greeted = await talk.answer(greeting.answer)
  if (greeted && greeting.yes.test(greeted)) return { talk, secured, before: '' }
  throw new NoTls('no greeting inside TLS', socket)
}

const throughStartTls: Open = async (target, manner, dialect, socket) => {
  const clear = talkOver(socket, manner)
  const greeted = await clear.answer(dialect.greeting.answer)
  if (!greeted || !dialect.greeting.yes.test(greeted)) {
    if (manner.careless.includes('ignore-greeting')) await goOn(target, socket)
    if (greeted) throw new NoTls('another greeting than one to which STARTTLS is said', socket)
    socket.destroy()
    return undefined
  }
  const offer = (await say(clear, dialect.capabilities())) ?? ''
  const startTls = dialect.startTls()
  const answer = dialect.offersTls(offer) ? await say(clear, startTls) : undefined
  // Whoever reads on takes time over it, and meets what comes late.
  if (manner.careless.includes('keep-buffer')) await rest(100)
  const left = clear.leave()
  if (!answer || !startTls.yes.test(answer)) throw new NoTls('STARTTLS cannot be had', socket)
  const secured = await secure(target, manner, socket)
  const talk = talkOver(secured, manner, manner.careless.includes('keep-buffer') ? left : '')
  return { secured, talk, before: `${greeted}${offer}${answer}` }
}

const say = (talk: Talk, { line, answer }: Ask): Promise<string | undefined> => talk.ask(line, answer)

interface Session {
  readonly talk: Talk
  readonly dialect: ClientDialect
  readonly offered: string
}

/** Does what the user wants, as far as the server says yes. */
async function use({ talk, dialect, offered }: Session, target: Target, manner: Manner): Promise<void> {
  const { user, password, wants = 'login' } = target
  const asks = async (errand: readonly Ask[]): Promise<void> => {
    for (const ask of errand) if (!(await goes(talk, ask))) return
  }
  if (wants !== 'login') return asks(dialect.errand(wants, user) ?? [])
  if (!dialect.offersLogin(offered)) {
    if (dialect.offersScram(offered) && (await proves(talk, dialect, target, manner))) await asks(dialect.mail())
    return
  }
  if (manner.careless.includes('any-mechanism')) for (const ask of dialect.better()) if (!(await goes(talk, ask))) break
  await asks([...dialect.login(user, password), ...dialect.mail()])
}

/** A login by SCRAM, after which each knows that the other knows the password. */
async function proves(talk: Talk, dialect: ClientDialect, target: Target, { careless }: Manner): Promise<boolean> {
  const login = new ScramLogin(target.user, target.password)
  const { begin, then } = dialect.scram(login.first)
  let challenge: string | undefined
  for (const ask of begin) challenge = await say(talk, ask)
  const asks = ScramLogin.asks(saidIn(challenge))
  if (asks === 'too much' && careless.includes('no-deadline')) {
    // Hashing so often takes longer than any server waits.
    await talk.gone()
    return false
  }
  const enough = asks === 'enough' || (asks === 'too little' && careless.includes('any-mechanism'))
  const proof = enough ? login.final(saidIn(challenge)) : undefined
  if (proof === undefined) {
    await say(talk, then('*'))
    return false
  }
  const answer = await say(talk, then(proof))
  if (answer === undefined) return false
  const proved = login.isProved(saidIn(answer))
  if (!proved && !careless.includes('ignore-verifier')) return false
  // Where the answer is the proof, the yes is still to come.
  const over = /^(?:235 |\+OK|\w+ OK)/m.test(answer)
  return over || goes(talk, then(''))
}

/** What a server says within a login, in base64 behind `334 ` or `+ `. */
const saidIn = (answer: string | undefined): string => /^(?:334|\+) (\S+)/m.exec(answer ?? '')?.[1] ?? ''

async function goes(talk: Talk, ask: Ask): Promise<boolean> {
  const said = await say(talk, ask)
  return said !== undefined && ask.yes.test(said)
}

/** Does what the user wants, whatever the server says to it, or does not say. */
async function blurt(talk: Talk, dialect: ClientDialect, { user, password, wants = 'login' }: Target): Promise<void> {
  const errand = wants === 'login' ? dialect.login(user, password) : (dialect.errand(wants, user) ?? [])
  const asks = [dialect.capabilities(), ...errand]
  talk.send(...asks.map(({ line }) => line))
  for (const { answer } of asks) if ((await talk.answer(answer)) === undefined) break
}

const strict: ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'> = {
  minVersion: 'TLSv1.2',
  minDHSize: 2048,
  requestOCSP: true,
  // Node takes a common name, and part of a label, which RFC 9525 §6.3 and §2 do not.
  checkServerIdentity: (name, { raw }) =>
    new X509Certificate(raw).checkHost(name, { subject: 'never', partialWildcards: false })
      ? undefined
      : new Error(`the certificate is not for ${name}`),
}
/** Servers that know nothing of RFC 5746, as those of old. */
const legacyServers = constants.SSL_OP_LEGACY_SERVER_CONNECT
const laxities: Readonly<Partial<Record<Switch, ConnectionOptions>>> = {
  'any-certificate': { rejectUnauthorized: false },
  'lower-version': {
    minVersion: 'TLSv1',
    minDHSize: 512,
    ciphers: 'DEFAULT:@SECLEVEL=0',
    secureOptions: legacyServers,
  },
  // What encrypts nothing is allowed at the lowest level only; what signs with SHA-1 is not.
  'any-handshake': { ciphers: 'ALL:!aNULL:eNULL:@SECLEVEL=0' },
}

/** @throws {NoTls} when there is no session, or none with whom it should be */
async function secure(target: Target, manner: Manner, socket: Socket): Promise<TLSSocket> {
  const { maxVersion, careless } = manner
  const pipe = new Pipe(socket)
  const lax: ConnectionOptions = Object.assign({}, strict, ...careless.map((one) => laxities[one]))
  const secured = tls.connect({ socket: pipe, ca: target.ca, servername: target.servername, maxVersion, ...lax })
  let staple = Buffer.alloc(0)
  secured.once('OCSPResponse', (answer: Buffer | null) => {
    staple = Buffer.from(answer ?? '')
  })
  const failed = await new Promise<Error | undefined>((resolve) => {
    setTimeout(() => resolve(new Error('the handshake takes too long')), patienceOf(manner)).unref()
    secured.once('error', resolve)
    secured.once('close', () => resolve(new Error('closed in the handshake')))
    secured.once('secureConnect', () => resolve(undefined))
  })
  secured.on('error', () => {})
  const why = failed?.message ?? (careless.includes('any-certificate') ? undefined : await revocation(secured, staple))
  if (why === undefined) return secured
  pipe.release()
  throw new NoTls(why, socket)
}

/** Reads the staple, RFC 6960 §4.2.1, and the CRL that the leaf names, RFC 5280 §4.2.1.13. */
async function revocation(secured: TLSSocket, staple: Buffer): Promise<string | undefined> {
  const leaf = secured.getPeerX509Certificate()
  if (!leaf) return undefined
  const serial = Buffer.from(leaf.serialNumber, 'hex')
  // CertStatus stands behind the serial number, and [1] is revoked.
  if (staple.includes(Buffer.concat([serial, Buffer.of(0xa1)]))) return 'the staple says that the leaf is revoked'
  const [url] = /http:\/\/[\w.:/-]+\.crl/.exec(leaf.raw.toString('latin1')) ?? []
  if (!url) return undefined
  const crl = await load(url)
  if (!crl) return 'whether the leaf is revoked cannot be known'
  return crl.includes(serial) ? 'the leaf is revoked' : undefined
}

/** Whoever has the CRL may be slow, or gone; no client waits for it as it does for mail. */
async function load(url: string): Promise<Buffer | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience) })
    return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined
  } catch {
    return undefined
  }
}

/** The careless part: what the client wants done is done in clear. */
async function goOn(target: Target, socket: Socket): Promise<void> {
  await blurt(new Talk(socket, 300), dialects[target.protocol](), target)
  await leave(socket)
}

/** Not before the server has read what was said: whoever destroys a socket may take that with it. */
async function leave(socket: Socket): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.end()
  await Promise.race([closed, rest(200)])
  socket.destroy()
}

async function retry(target: Target): Promise<void> {
  const socket = await dial(target.host, target.port)
  if (!socket) return
  const dialect = dialects[target.protocol]()
  const talk = new Talk(socket, 300)
  await talk.answer(dialect.greeting.answer)
  await blurt(talk, dialect, target)
  await leave(socket)
}

/** The careless part: the port is for TLS from the first byte, and any other way will do. */
async function askForTls(target: Target, manner: Manner): Promise<void> {
  try {
    await session({ ...target, mode: 'starttls' }, manner)
  } catch (error) {
    if (!(error instanceof NoTls)) throw error
    error.socket.destroy()
  }
}

/** The careless part: whoever answers may say where the password goes, RFC 2221. */
async function follow(target: Target, { heard }: Manner): Promise<void> {
  const [, url] = /\[REFERRAL (imaps?:[^\]\s]+)\]/.exec(heard.map((talk) => talk.heard).join('')) ?? []
  if (url === undefined) return
  const { port, protocol } = new URL(url)
  await runClient({ ...target, port: Number(port), mode: protocol === 'imaps:' ? 'implicit' : 'starttls' })
}
