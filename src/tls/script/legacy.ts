import { randomBytes, timingSafeEqual } from 'node:crypto'
import { authenticate, type ClientProof, readClientProof, verifyProof, verifySsl3Proof } from './authentication.ts'
import { Fatal, fromHex, joined, nothing, number, numbers, vector } from './bytes.ts'
import type { Extension } from './fields.ts'
import { changeCipherSpec, type Handshake, noCertificate } from './handshake.ts'
import { alpnContent, chosenAlpn, ext, type Hello } from './hello.ts'
import type { Message } from './inbound.ts'
import { type Agreement, agreementOf } from './legacy-exchange.ts'
import { macProtection } from './mac-protection.ts'
import type { Machine } from './machine.ts'
import { aeadProtection, type Protection } from './protection.ts'
import { finishedOf, handshakeHash, keysOf, prfOf, type SideKeys, ssl3Hashes } from './schedule.ts'
import type { KeptSession } from './sessions.ts'
import type { ScriptIdentity } from './settings.ts'
import { authOf, usualSchemes } from './signatures.ts'
import { type Suite, suites, usualSuites } from './suites.ts'

/** What a handshake of SSL 3.0 to TLS 1.2 has agreed on so far. */
interface Agreed {
  readonly version: number
  readonly suite: Suite
  readonly clientRandom: Buffer
  readonly serverRandom: Buffer
  readonly extendedMaster: boolean
  readonly encryptThenMac: boolean
  readonly ticket: boolean
  readonly sessionId: Buffer
  readonly resumed: KeptSession | undefined
}

/** RFC 8446 §4.1.3: what the end of the random says where more would have been possible. */
const sentinels = { tls12: fromHex('444f574e47524401'), older: fromHex('444f574e47524400') }

const renegotiationScsv = 0x00ff

/** The server's side of SSL 3.0 to TLS 1.2: RFC 6101, 2246, 4346 and 5246. */
export function* legacyHandshake(machine: Machine, hello: Hello, version: number): Handshake {
  const { wire, facts, settings } = machine
  const identity = machine.verified && settings.renegotiated ? settings.renegotiated : settings.identity
  wire.version = version
  const agreed = sayHello(machine, hello, version, identity)
  facts.suite = agreed.suite.id
  const { resumed, suite } = agreed
  if (resumed) {
    const keys = keysFor(machine, agreed, resumed.secret)
    if (agreed.ticket) sendTicket(machine, agreed, resumed.secret)
    const server = sendFinished(machine, agreed, keys.server, resumed.secret)
    yield* readFinished(machine, agreed, keys.client, resumed.secret)
    machine.verified = { ...(machine.verified as { client: Buffer; server: Buffer }), server }
    wire.moment('client-finished')
    return
  }

  const agreement = agreementOf(suite, identity, settings.script, version, hello)
  facts.group = agreement.group
  if (suite.auth !== 'anon') sendCertificate(machine, hello, identity)
  if (agreement.params) agreement.send(machine, agreed.clientRandom, agreed.serverRandom)
  const asks = settings.script.clientCertificate !== undefined && suite.auth !== 'anon'
  if (asks || wire.step('certificate-request')?.set !== undefined) requestCertificate(machine, version)
  wire.message('server-hello-done', 14, nothing)

  const proof = asks ? yield* readCertificate(machine, version) : undefined
  const exchanged: Message = yield [16]
  wire.transcript.push(exchanged.raw)
  const master = masterOf(machine, agreed, agreement, exchanged.body, hello.version)
  machine.log('CLIENT_RANDOM', master)
  if (proof && proof.chain.length > 0) yield* readProof(machine, version, proof, master)
  const keys = keysFor(machine, agreed, master)
  yield* readFinished(machine, agreed, keys.client, master)
  wire.moment('client-finished')
  if (agreed.ticket) sendTicket(machine, agreed, master)
  const server = sendFinished(machine, agreed, keys.server, master)
  machine.verified = { ...(machine.verified as { client: Buffer; server: Buffer }), server }
  if (agreed.sessionId.length > 0 && settings.script.resumes !== false) {
    settings.sessions.keepAs(agreed.sessionId, keptOf(machine, agreed, master))
  }
}

function sayHello(machine: Machine, hello: Hello, version: number, identity: ScriptIdentity): Agreed {
  const { wire, facts, settings } = machine
  const { script } = settings
  const offers = (id: number): boolean => version > 0x0300 && hello.extensions.has(id)
  const extendedMaster = offers(ext.extendedMaster) && script.extendedMasterSecret !== false
  const found = machine.verified ? undefined : foundSession(machine, hello, version, extendedMaster)
  const suite =
    (found && suites.get(script.choose?.suite ?? found.session.suite)) ?? chosenSuite(machine, hello, version, identity)
  const isCbc = suite.cipher.kind === 'cbc'
  const encryptThenMac = isCbc && offers(ext.encryptThenMac) && script.encryptThenMac !== false
  const ticket = offers(ext.ticket) && (script.tickets ?? 1) > 0
  facts.alpn = chosenAlpn(script, hello)
  facts.resumed = found?.by ?? null

  const said: Extension[] = []
  const safe = hello.extensions.has(ext.renegotiation) || hello.suites.includes(renegotiationScsv)
  const { client, server } = machine.verified ?? { client: nothing, server: nothing }
  if (safe && script.renegotiationInfo !== false) said.push([ext.renegotiation, vector(1, client, server)])
  if (extendedMaster) said.push([ext.extendedMaster, nothing])
  if (encryptThenMac) said.push([ext.encryptThenMac, nothing])
  if (ticket) said.push([ext.ticket, nothing])
  if (suite.exchange === 'ecdhe' && offers(ext.pointFormats)) said.push([ext.pointFormats, Buffer.of(1, 0)])
  if (facts.alpn !== null) said.push([ext.alpn, alpnContent(facts.alpn)])
  if (!found && identity.staple && offers(ext.statusRequest)) said.push([ext.statusRequest, nothing])

  const shown = wire.shown('server-hello', {
    version: number(2, version),
    random: serverRandom(machine, version),
    sessionId: found ? hello.sessionId : ticket ? nothing : randomBytes(32),
    suite: number(2, suite.id),
    compression: number(1, 0),
  })
  if (script.choose !== undefined) wire.fire('choose')
  // A client of SSL 3.0 knows RFC 5746's extension only if it has sent the number that asks for it.
  const about = wire.extensions('server-hello', said)
  wire.message(
    'server-hello',
    2,
    joined(shown.version, shown.random, vector(1, shown.sessionId), shown.suite, shown.compression, about),
  )
  return {
    version,
    suite,
    clientRandom: hello.random,
    serverRandom: shown.random ?? nothing,
    extendedMaster,
    encryptThenMac,
    ticket,
    sessionId: shown.sessionId ?? nothing,
    resumed: found?.session,
  }
}

function serverRandom({ settings: { script } }: Machine, version: number): Buffer {
  const random = randomBytes(32)
  const knowsMore = script.downgradeSentinel ?? (script.versions === undefined || script.versions.includes(0x0304))
  if (knowsMore) (version === 0x0303 ? sentinels.tls12 : sentinels.older).copy(random, 24)
  return random
}

function foundSession(
  { settings }: Machine,
  hello: Hello,
  version: number,
  extendedMaster: boolean,
): { readonly session: KeptSession; readonly by: 'ticket' | 'id' } | undefined {
  const ticket = hello.extensions.get(ext.ticket)
  const byTicket = ticket && ticket.length > 0 ? settings.sessions.find(ticket) : undefined
  const session = byTicket ?? (hello.sessionId.length > 0 ? settings.sessions.find(hello.sessionId) : undefined)
  const fits =
    session !== undefined &&
    settings.script.resumes !== false &&
    session.version === version &&
    session.extendedMaster === extendedMaster &&
    hello.suites.includes(session.suite)
  return fits ? { session, by: byTicket ? 'ticket' : 'id' } : undefined
}

function chosenSuite(
  { settings: { script } }: Machine,
  hello: Hello,
  version: number,
  identity: ScriptIdentity,
): Suite {
  const auth = authOf(identity.key)
  const hasCurve = hello.groups === null || hello.groups.some((group) => group < 0x0100)
  const fits = (id: number): boolean => {
    const suite = suites.get(id)
    if (suite === undefined || suite.exchange === 'tls13' || suite.from > version) return false
    if (suite.auth !== 'anon' && suite.auth !== auth) return false
    return suite.exchange !== 'ecdhe' || (version > 0x0300 && hasCurve)
  }
  const id =
    script.choose?.suite ?? (script.suites ?? usualSuites).find((one) => hello.suites.includes(one) && fits(one))
  const suite = id === undefined ? undefined : suites.get(id)
  if (suite === undefined) throw new Fatal(40, 'no cipher suite in common')
  return suite
}

function sendCertificate({ wire, facts }: Machine, hello: Hello, identity: ScriptIdentity): void {
  const chain = wire.shownList('certificate', 'chain', identity.chain)
  wire.message('certificate', 11, vector(3, Buffer.concat(chain.map((der) => vector(3, der)))))
  if (!wire.step('certificate')?.omit) facts.certificateShown = true
  const promised = identity.staple && hello.extensions.has(ext.statusRequest)
  const { response } = wire.shown('certificate-status', { response: promised ? (identity.staple as Buffer) : null })
  if (response) wire.message('certificate-status', 22, joined(Buffer.of(1), vector(3, response)))
}

function requestCertificate({ wire, settings }: Machine, version: number): void {
  const moment = 'certificate-request'
  const shown = wire.shown(moment, {
    types: Buffer.of(1, 64, 2),
    schemes: version === 0x0303 ? numbers(2, settings.script.schemes ?? usualSchemes) : null,
  })
  const names = wire.shownList(moment, 'authorities', [])
  const listed = vector(2, Buffer.concat(names.map((name) => vector(2, name))))
  wire.message(moment, 13, joined(vector(1, shown.types), vector(2, shown.schemes), listed))
}

/** A client of SSL 3.0 that has no certificate says so by an alert. */
function* readCertificate(machine: Machine, version: number): Generator<readonly number[], ClientProof, Message> {
  const shown: Message = yield version === 0x0300 ? [11, noCertificate] : [11]
  if (shown.type === 11) machine.wire.transcript.push(shown.raw)
  const proof = shown.type === 11 ? readClientProof(shown.body, 'older') : { chain: [], certificates: [] }
  authenticate(machine, proof, version)
  return proof
}

function* readProof(
  { wire }: Machine,
  version: number,
  proof: ClientProof,
  master: Buffer,
): Generator<readonly number[], void, Message> {
  const proven: Message = yield [15]
  if (version === 0x0300) verifySsl3Proof(proof, proven.body, ssl3Hashes(wire.transcript, nothing, master))
  else verifyProof(proof, proven.body, version === 0x0303 ? 'with-scheme' : 'bare', Buffer.concat(wire.transcript))
  wire.transcript.push(proven.raw)
}

function masterOf(machine: Machine, agreed: Agreed, agreement: Agreement, body: Buffer, offered: number): Buffer {
  const { version, suite } = agreed
  const premaster = agreement.premaster(body, offered)
  const prf = prfOf(version, suite)
  if (!agreed.extendedMaster) {
    return prf(premaster, 'master secret', Buffer.concat([agreed.clientRandom, agreed.serverRandom]), 48)
  }
  return prf(premaster, 'extended master secret', handshakeHash(version, suite, machine.wire.transcript), 48)
}

interface DirectionKeys {
  readonly client: () => Protection
  readonly server: () => Protection
}

function keysFor(_machine: Machine, agreed: Agreed, master: Buffer): DirectionKeys {
  const { version, suite, clientRandom, serverRandom: random } = agreed
  const keys = keysOf(version, suite, master, { client: clientRandom, server: random })
  const made = (side: SideKeys) => (): Protection =>
    suite.cipher.kind === 'aead'
      ? aeadProtection(suite.cipher, side.key, side.iv)
      : macProtection(suite, version, side, agreed.encryptThenMac ? 'encrypt-then-mac' : 'mac-then-encrypt')
  return { client: made(keys.client), server: made(keys.server) }
}

function sendFinished(
  machine: Machine,
  { version, suite }: Agreed,
  protection: () => Protection,
  master: Buffer,
): Buffer {
  const { wire } = machine
  wire.changeCipherSpec()
  // Without its announcement no keys are changed, and the Finished goes out in clear.
  if (!wire.step('change-cipher-spec')?.omit) wire.protect(protection())
  const right = finishedOf(version, suite, master, 'server', wire.transcript)
  const { verifyData } = wire.shown('finished', { verifyData: right })
  wire.message('finished', 20, joined(verifyData))
  wire.moment('handshake-done')
  return right
}

function* readFinished(
  machine: Machine,
  { version, suite }: Agreed,
  protection: () => Protection,
  master: Buffer,
): Generator<readonly number[], void, Message> {
  yield [changeCipherSpec]
  machine.inbound.readWith(protection())
  const right = finishedOf(version, suite, master, 'client', machine.wire.transcript)
  const ended: Message = yield [20]
  if (ended.body.length !== right.length || !timingSafeEqual(ended.body, right))
    throw new Fatal(51, "the client's Finished is wrong")
  machine.wire.transcript.push(ended.raw)
  machine.verified = { client: right, server: machine.verified?.server ?? nothing }
}

const keptOf = ({ facts }: Machine, { version, suite, extendedMaster }: Agreed, secret: Buffer): KeptSession => ({
  version,
  suite: suite.id,
  secret,
  extendedMaster,
  clientCertificate: facts.clientCertificate,
})

/** RFC 5077 §3.3. */
function sendTicket(machine: Machine, agreed: Agreed, master: Buffer): void {
  const { wire, settings } = machine
  const kept = keptOf(machine, agreed, master)
  const { lifetime, ticket } = wire.shown('new-session-ticket', {
    lifetime: number(4, 7200),
    ticket: settings.sessions.keep(kept),
  })
  if (ticket) settings.sessions.keepAs(ticket, kept)
  wire.message('new-session-ticket', 4, joined(lifetime, vector(2, ticket)))
}
