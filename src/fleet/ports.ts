import getPort from 'get-port'
import { MockmailError } from '../errors.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import { checkPort } from './options.ts'

/** Where endpoints listen. At most one of these may be given; default: any free port each. */
export interface PortOptions {
  /** The port of the only endpoint. */
  readonly port?: number
  /** Consecutive ports from this one on; `true` finds a free block. */
  readonly portBase?: number | true
  /**
   * The well-known ports of one scenario, plus this: 10,000 gives 10025, 10465 and 10587 for SMTP, 10110 and 10995 for POP3,
   * 10143 and 10993 for IMAP.
   */
  readonly portOffset?: number
}

interface Place {
  readonly scenario: { readonly id: string }
  readonly protocol: Protocol
  readonly mode: Mode
}

/**
 * Gives every endpoint its port, 0 for any free one. With an offset an endpoint may stand twice: SMTP with STARTTLS is at
 * home on 25 and 587.
 *
 * @throws {MockmailError} INVALID_OPTION, PORT_IN_USE
 */
export async function assignPorts<P extends Place>(
  places: readonly P[],
  options: PortOptions,
): Promise<readonly (P & { readonly port: number })[]> {
  const given = (['port', 'portBase', 'portOffset'] as const).filter((option) => options[option] !== undefined)
  if (given.length > 1) {
    throw new MockmailError(
      'INVALID_OPTION',
      `Only one of port, port base and port offset can be given, not ${given.length}.`,
    )
  }
  if (options.portOffset !== undefined) return wellKnownPorts(places, options.portOffset)
  const numbers = await choosePorts(places.length, options)
  return places.map((place, index) => ({ ...place, port: numbers[index] ?? 0 }))
}

/** RFC 8314 §7, RFC 6409 §3.1. The first of a mode is the one that another mode may claim too. */
const wellKnown: Readonly<Record<Protocol, Readonly<Record<Mode, readonly number[]>>>> = {
  smtp: { implicit: [465], starttls: [25, 587], plain: [25] },
  imap: { implicit: [993], starttls: [143], plain: [143] },
  pop3: { implicit: [995], starttls: [110], plain: [110] },
}

function wellKnownPorts<P extends Place>(
  places: readonly P[],
  portOffset: number,
): readonly (P & { readonly port: number })[] {
  const offset = checkPort('portOffset', portOffset, { from: 0 })
  const scenarios = new Set(places.map(({ scenario }) => scenario.id))
  if (scenarios.size > 1) {
    throw new MockmailError(
      'INVALID_OPTION',
      `A port offset is for one scenario, and ${scenarios.size} would be started: ${[...scenarios].join(', ')}.`,
    )
  }
  const numbered = places.flatMap((place) =>
    wellKnown[place.protocol][place.mode].map((port) => ({
      ...place,
      port: checkPort('portOffset', port + offset, { from: 1 }),
    })),
  )
  const taken = new Map<number, Place>()
  for (const place of numbered) {
    const other = taken.get(place.port)
    if (other) {
      throw new MockmailError(
        'INVALID_OPTION',
        `Port ${place.port} would be both ${other.protocol}/${other.mode} and ${place.protocol}/${place.mode}; choose one mode.`,
      )
    }
    taken.set(place.port, place)
  }
  return numbered
}

async function choosePorts(count: number, { port, portBase }: PortOptions): Promise<readonly number[]> {
  if (port !== undefined) {
    checkPort('port', port, { from: 0 })
    if (count === 1) return [port]
    throw new MockmailError(
      'INVALID_OPTION',
      `Port ${port} is for a single endpoint, and ${count} would be started. A port base (--port-base, portBase) serves several.`,
    )
  }
  if (portBase === undefined) return []
  const base = portBase === true ? await freeBlock(count) : checkPort('portBase', portBase, { from: 1 })
  if (base + count - 1 > 65_535) {
    throw new MockmailError('INVALID_OPTION', `Port base ${base} leaves no room for ${count} ports below 65536.`)
  }
  return Array.from({ length: count }, (_, index) => base + index)
}

/** Well-known development ports end below it, ephemeral ports of Linux begin above most of it. */
const firstBlock = 20_000

/** The first of `count` consecutive ports of which none is in use now, on any address of this machine. */
async function freeBlock(count: number): Promise<number> {
  let base = firstBlock
  for (let tries = 0; tries < 100 && base + count <= 65_536; tries++) {
    const busy = await firstBusy(base, count)
    if (busy === undefined) return base
    base = busy + 1
  }
  throw new MockmailError('PORT_IN_USE', `No block of ${count} free ports was found from ${firstBlock} on.`)
}

async function firstBusy(base: number, count: number): Promise<number | undefined> {
  for (let port = base; port < base + count; port++) {
    if ((await getPort({ port })) !== port) return port
  }
  return undefined
}
