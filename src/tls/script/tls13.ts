import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { authenticate, type ClientProof, readClientProof, verifyProof } from './authentication.ts'
import { Fatal, joined, nothing, number, vector } from './bytes.ts'
import type { Extension } from './fields.ts'
import type { Handshake } from './handshake.ts'
import { alpnContent, chosenAlpn, ext, type Hello, readHello, readPsks } from './hello.ts'
import type { Message } from './inbound.ts'
import { groups as known, shareOf, usualGroups } from './key-exchange.ts'
import type { Machine } from './machine.ts'
import { tls13Protection } from './protection.ts'
import { deriveSecret, expandLabel, extract, finished13, hashOf, hashSize, trafficKeys } from './schedule.ts'
import type { KeptSession } from './sessions.ts'
import { type Suite, suites, usualSuites } from './suites.ts'
import { proofInput, requestCertificate, sendCertificate } from './tls13-certificate.ts'
import { Schedule } from './tls13-schedule.ts'

/** RFC 8446 §4.1.3: a ServerHello with this random is a HelloRetryRequest. */
const retryRandom = createHash('sha256').update('HelloRetryRequest').digest()

/** Octets of early data that are passed over. */
const mostEarly = 2 ** 20

/** The server's side of TLS 1.3, RFC 8446. */
export function* tls13Handshake(machine: Machine, first: Hello): Handshake {
  const { wire, facts, settings } = machine
  const { script } = settings
  const suite = chosenSuite(machine, first)
  facts.suite = suite.id
  wire.version = 0x0303
  if (first.extensions.has(ext.earlyData)) {
    facts.earlyData = 'refused'
    machine.inbound.early = mostEarly
  }
  let hello = first
  let retries =
    script.retries ?? (first.shares.has(groupFor(machine, first)) || script.choose?.group !== undefined ? 0 : 1)
  if (script.retries !== undefined) wire.fire('retries')
  for (let nth = 1; nth <= (script.retries ?? 1) && retries > 0; nth++, retries--) {
    const group = groupToAskFor(machine, hello)
    sendRetry(machine, hello, suite, group, nth)
    const again: Message = yield [1]
    hello = readHello(again.raw)
    if (facts.cookieEchoed === false) facts.cookieEchoed = hello.extensions.has(ext.cookie)
    wire.transcript.push(again.raw)
  }

  const group = groupFor(machine, hello)
  facts.group = group
  const psk = acceptedPsk(machine, hello, suite)
  const share = shareOf(group)
  const theirs = hello.shares.get(group)
  if (theirs === undefined && script.choose?.group === undefined)
    throw new Fatal(109, 'no key share of a group that we have')

  const shown = wire.shown('server-hello', {
    version: number(2, 0x0303),
    random: randomBytes(32),
    sessionId: hello.sessionId,
    suite: number(2, suite.id),
    compression: number(1, 0),
    selectedVersion: number(2, 0x0304),
    group: number(2, group),
    share: share.shown,
    psk: psk ? number(2, psk.index) : null,
  })
  if (script.choose !== undefined) wire.fire('choose')
  const said: Extension[] = []
  if (shown.selectedVersion) said.push([ext.versions, shown.selectedVersion])
  if (shown.share) said.push([ext.keyShare, joined(shown.group, vector(2, shown.share))])
  if (shown.psk) said.push([ext.preSharedKey, shown.psk])
  wire.message('server-hello', 2, helloBody(shown, wire.extensions('server-hello', said)))

  // Where the client has sent no share of that group, no secret comes of it, and it fails before it would matter.
  const agreed = theirs === undefined ? randomBytes(32) : share.secret(theirs)
  const keys = new Schedule(suite, psk?.session.secret ?? null, agreed)
  sendSpec(machine, hello)
  const [clientHandshake, serverHandshake] = keys.handshake(wire.transcript)
  machine.log('CLIENT_HANDSHAKE_TRAFFIC_SECRET', clientHandshake)
  machine.log('SERVER_HANDSHAKE_TRAFFIC_SECRET', serverHandshake)
  wire.protect(protectionOf(suite, serverHandshake))

  facts.alpn = chosenAlpn(script, hello)
  const granted: Extension[] = facts.alpn === null ? [] : [[ext.alpn, alpnContent(facts.alpn)]]
  wire.message('encrypted-extensions', 8, wire.extensions('encrypted-extensions', granted, 'list'))
  const asks = script.clientCertificate !== undefined && psk === undefined
  if (asks || wire.step('certificate-request')?.set !== undefined) requestCertificate(machine)
  if (psk === undefined) sendCertificate(machine, hello, suite)
  finish(machine, suite, serverHandshake)
  const [clientData, serverData] = keys.application(wire.transcript)
  machine.log('CLIENT_TRAFFIC_SECRET_0', clientData)
  machine.log('SERVER_TRAFFIC_SECRET_0', serverData)
  if (settings.keyLog) machine.log('EXPORTER_SECRET', keys.exporter(wire.transcript))
  wire.protect(protectionOf(suite, serverData))
  wire.moment('handshake-done')
  machine.inbound.readWith(protectionOf(suite, clientHandshake))

  if (asks) yield* readCertificate(machine)
  const ended: Message = yield [20]
  const right = finished13(suite.hash, clientHandshake, hashOf(suite.hash, wire.transcript))
  if (ended.body.length !== right.length || !timingSafeEqual(ended.body, right))
    throw new Fatal(51, "the client's Finished is wrong")
  wire.transcript.push(ended.raw)
  machine.inbound.early = 0
  machine.inbound.readWith(protectionOf(suite, clientData))
  keepUpdating(machine, suite, clientData, serverData)
  wire.moment('client-finished')
  sendTickets(machine, suite, keys.resumption(wire.transcript))
}

const protectionOf = (suite: Suite, secret: Buffer) => {
  const { key, iv } = trafficKeys(suite, secret)
  return tls13Protection(suite.cipher, key, iv)
}

function chosenSuite({ settings: { script } }: Machine, hello: Hello): Suite {
  const ours = (script.suites ?? usualSuites).filter((id) => suites.get(id)?.exchange === 'tls13')
  const id = script.choose?.suite ?? ours.find((one) => hello.suites.includes(one))
  const suite = id === undefined ? undefined : suites.get(id)
  if (suite === undefined) throw new Fatal(40, 'no cipher suite in common')
  return suite
}

/** The best group that both have, one with a share before one without. */
function groupFor({ settings: { script } }: Machine, hello: Hello): number {
  if (script.choose?.group !== undefined) return script.choose.group
  const common = commonGroups(script.groups, hello)
  const group = common.find((one) => hello.shares.has(one)) ?? common[0]
  if (group === undefined) throw new Fatal(40, 'no group in common')
  return group
}

const commonGroups = (ours: readonly number[] = usualGroups, hello: Hello): readonly number[] =>
  ours.filter((one) => known.has(one) && (hello.groups?.includes(one) ?? false))

/** One that the client has, and has sent no share of; the best where it has sent one of each. */
function groupToAskFor(machine: Machine, hello: Hello): number {
  const common = commonGroups(machine.settings.script.groups, hello)
  return common.find((one) => !hello.shares.has(one)) ?? groupFor(machine, hello)
}

function helloBody(
  shown: { readonly [Name in 'version' | 'random' | 'sessionId' | 'suite' | 'compression']: Buffer | null },
  extensions: Buffer,
): Buffer {
  const { version, random, sessionId, suite, compression } = shown
  return joined(version, random, vector(1, sessionId), suite, compression, extensions)
}

function sendRetry(machine: Machine, hello: Hello, suite: Suite, group: number, nth: number): void {
  const { wire, facts } = machine
  const moment = `hello-retry-request:${nth}` as const
  const shown = wire.shown(moment, {
    version: number(2, 0x0303),
    random: retryRandom,
    sessionId: hello.sessionId,
    suite: number(2, suite.id),
    compression: number(1, 0),
    selectedVersion: number(2, 0x0304),
    group: number(2, group),
    cookie: null,
  })
  const said: Extension[] = []
  if (shown.selectedVersion) said.push([ext.versions, shown.selectedVersion])
  if (shown.group) said.push([ext.keyShare, shown.group])
  if (shown.cookie) {
    said.push([ext.cookie, vector(2, shown.cookie)])
    facts.cookieEchoed = false
  }
  // Only the first ClientHello is replaced by its hash.
  if (nth === 1) {
    const hashed = hashOf(suite.hash, wire.transcript)
    wire.transcript = [Buffer.concat([Buffer.of(254), number(3, hashed.length), hashed])]
  }
  wire.message(moment, 2, helloBody(shown, wire.extensions(moment, said)))
  if (nth === 1) sendSpec(machine, hello)
}

/** The compatibility CCS goes out once, and only to a client that plays along: RFC 8446 §D.4. */
function sendSpec({ wire }: Machine, hello: Hello): void {
  if (hello.sessionId.length === 0 || wire.specSent) return
  wire.specSent = true
  wire.changeCipherSpec()
}

function finish({ wire }: Machine, suite: Suite, secret: Buffer): void {
  const right = finished13(suite.hash, secret, hashOf(suite.hash, wire.transcript))
  const { verifyData } = wire.shown('finished', { verifyData: right })
  wire.message('finished', 20, joined(verifyData))
}

function* readCertificate(machine: Machine): Generator<readonly number[], void, Message> {
  const { wire, facts } = machine
  const suite = suites.get(facts.suite ?? 0) as Suite
  const shown: Message = yield [11]
  wire.transcript.push(shown.raw)
  const proof: ClientProof = readClientProof(shown.body, 'tls13')
  authenticate(machine, proof, 0x0304)
  if (proof.chain.length === 0) return
  const context = hashOf(suite.hash, wire.transcript)
  const proven: Message = yield [15]
  verifyProof(proof, proven.body, 'with-scheme', proofInput('client', context))
  wire.transcript.push(proven.raw)
}

/** A PSK of ours whose binder is right, RFC 8446 §4.2.11. */
function acceptedPsk(
  { wire, settings, facts }: Machine,
  hello: Hello,
  suite: Suite,
): { readonly index: number; readonly session: KeptSession } | undefined {
  const offered = readPsks(hello)
  // Only with an agreement of its own beside it: psk_dhe_ke.
  const modes = hello.extensions.get(ext.pskModes)
  if (offered === undefined || settings.script.resumes === false || !modes?.includes(1, 1)) return undefined
  for (const [index, identity] of offered.identities.entries()) {
    const session = settings.sessions.find(identity)
    if (session?.version !== 0x0304 || suites.get(session.suite)?.hash !== suite.hash) continue
    const early = extract(suite.hash, Buffer.alloc(hashSize(suite.hash)), session.secret)
    const key = deriveSecret(suite.hash, early, 'res binder', hashOf(suite.hash, []))
    const before = wire.transcript.slice(0, -1)
    const binder = finished13(suite.hash, key, hashOf(suite.hash, [...before, offered.truncated]))
    if (!offered.binders[index]?.equals(binder)) throw new Fatal(51, 'a binder is wrong')
    facts.resumed = 'psk'
    facts.clientCertificate = session.clientCertificate
    return { index, session }
  }
  return undefined
}

function sendTickets({ wire, settings, facts }: Machine, suite: Suite, secret: Buffer): void {
  for (let nth = settings.script.tickets ?? 1; nth > 0; nth--) {
    const nonce = number(2, nth)
    const psk = expandLabel(suite.hash, secret, 'resumption', nonce, hashSize(suite.hash))
    const { clientCertificate } = facts
    const kept: KeptSession = { version: 0x0304, suite: suite.id, secret: psk, extendedMaster: true, clientCertificate }
    const shown = wire.shown('new-session-ticket', {
      lifetime: number(4, 7200),
      ageAdd: randomBytes(4),
      nonce,
      ticket: settings.sessions.keep(kept),
    })
    // The client takes it by the name that it was told.
    if (shown.ticket) settings.sessions.keepAs(shown.ticket, kept)
    const { lifetime, ageAdd, ticket } = shown
    const about = wire.extensions('new-session-ticket', [], 'list')
    wire.message('new-session-ticket', 4, joined(lifetime, ageAdd, vector(1, shown.nonce), vector(2, ticket), about))
  }
}

/** Changes of keys within the session, RFC 8446 §4.6.3 and §7.2. */
function keepUpdating(machine: Machine, suite: Suite, client: Buffer, server: Buffer): void {
  const { wire } = machine
  const next = (secret: Buffer): Buffer => expandLabel(suite.hash, secret, 'traffic upd', nothing, hashSize(suite.hash))
  let [read, write] = [client, server]
  let left = 1000
  machine.updateWrite = () => {
    write = next(write)
    wire.protect(protectionOf(suite, write))
  }
  machine.afterHandshake = ({ type, body }) => {
    if (type !== 24) throw new Fatal(10, `message ${type} within the session`)
    if (body.length !== 1 || (body[0] ?? 2) > 1) throw new Fatal(47, 'a KeyUpdate that is none')
    if (--left === 0) throw new Fatal(10, 'too many changes of keys')
    read = next(read)
    machine.inbound.readWith(protectionOf(suite, read))
    if (body[0] === 1) wire.effects([{ do: 'key-update' }])
  }
}
