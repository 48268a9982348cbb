import type { Script } from '../../scenarios/tls-script.ts'
import { fieldReader } from '../field-reader.ts'
import { vector } from './bytes.ts'

/** What the engine reads of a ClientHello; the record has a reader of its own. */
export interface Hello {
  /** With its header. */
  readonly raw: Buffer
  readonly version: number
  readonly random: Buffer
  readonly sessionId: Buffer
  readonly suites: readonly number[]
  readonly extensions: ReadonlyMap<number, Buffer>
  /** supported_versions, or what follows from `version`. */
  readonly versions: readonly number[]
  /** Null where the client does not say. */
  readonly groups: readonly number[] | null
  readonly schemes: readonly number[] | undefined
  readonly alpn: readonly string[]
  readonly shares: ReadonlyMap<number, Buffer>
}

/** Extensions that the engine knows. */
export const ext = {
  maxFragment: 1,
  statusRequest: 5,
  groups: 10,
  pointFormats: 11,
  schemes: 13,
  alpn: 16,
  encryptThenMac: 22,
  extendedMaster: 23,
  ticket: 35,
  preSharedKey: 41,
  earlyData: 42,
  versions: 43,
  cookie: 44,
  pskModes: 45,
  authorities: 47,
  keyShare: 51,
  renegotiation: 65281,
} as const

/**
 * Reads a ClientHello.
 *
 * @throws {RangeError} where it is cut short
 */
export function readHello(raw: Buffer): Hello {
  const body = fieldReader(raw.subarray(4))
  const version = body.number(2)
  const random = body.take(32)
  const sessionId = body.vector(1)
  const suites = pairs(body.vector(2))
  body.vector(1)
  const extensions = new Map<number, Buffer>()
  const list = fieldReader(body.left ? body.vector(2) : Buffer.alloc(0))
  while (list.left) extensions.set(list.number(2), list.vector(2))
  const vectorOf = (id: number, size: number): Buffer | undefined => {
    const content = extensions.get(id)
    return content && fieldReader(content).vector(size)
  }
  const versions = vectorOf(ext.versions, 1)
  const groups = vectorOf(ext.groups, 2)
  const schemes = vectorOf(ext.schemes, 2)
  return {
    raw,
    version,
    random,
    sessionId,
    suites,
    extensions,
    versions: versions ? pairs(versions) : upTo(version),
    groups: groups ? pairs(groups) : null,
    schemes: schemes && pairs(schemes),
    alpn: namesOf(vectorOf(ext.alpn, 2)),
    shares: sharesOf(vectorOf(ext.keyShare, 2)),
  }
}

/** Versions that a client without supported_versions takes: every one until its own. */
const upTo = (version: number): readonly number[] => [0x0303, 0x0302, 0x0301, 0x0300].filter((one) => one <= version)

export const pairs = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readUInt16BE(index * 2))

function namesOf(bytes: Buffer | undefined): readonly string[] {
  const names: string[] = []
  const list = fieldReader(bytes ?? Buffer.alloc(0))
  while (list.left) names.push(list.vector(1).toString('latin1'))
  return names
}

function sharesOf(bytes: Buffer | undefined): ReadonlyMap<number, Buffer> {
  const shares = new Map<number, Buffer>()
  const list = fieldReader(bytes ?? Buffer.alloc(0))
  while (list.left) shares.set(list.number(2), list.vector(2))
  return shares
}

/** What pre_shared_key offers, RFC 8446 §4.2.11. */
export interface OfferedPsks {
  readonly identities: readonly Buffer[]
  readonly binders: readonly Buffer[]
  /** The ClientHello without its binders. */
  readonly truncated: Buffer
}

export function readPsks({ extensions, raw }: Hello): OfferedPsks | undefined {
  const content = extensions.get(ext.preSharedKey)
  if (content === undefined) return undefined
  const body = fieldReader(content)
  const identities: Buffer[] = []
  const listed = fieldReader(body.vector(2))
  while (listed.left) {
    identities.push(listed.vector(2))
    listed.take(4)
  }
  const bindersBytes = body.vector(2)
  const binders: Buffer[] = []
  const list = fieldReader(bindersBytes)
  while (list.left) binders.push(list.vector(1))
  return { identities, binders, truncated: raw.subarray(0, raw.length - bindersBytes.length - 2) }
}

/** The application protocol that both know; null where the script does not answer. */
export const chosenAlpn = ({ alpn }: Script, hello: Hello): string | null =>
  alpn?.find((name) => hello.alpn.includes(name)) ?? null

/** An ALPN extension that names one protocol. */
export const alpnContent = (name: string): Buffer => vector(2, vector(1, Buffer.from(name, 'latin1')))
