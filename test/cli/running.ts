import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { expect } from 'vitest'
import type { EndpointEvent, ReadyEvent } from '../../src/fleet/events.ts'
import type { Running } from './mockmail.ts'

/** Asks for an orderly stop, and holds the run to it. */
export async function stop(running: Running, workplace: { leftovers(): readonly string[] }) {
  running.process.kill('SIGTERM')
  const ended = await running.ended
  expect({ status: ended.status, signal: ended.signal }).toEqual({ status: 0, signal: null })
  expect(workplace.leftovers()).toEqual([])
  return ended
}

export const pick = (ready: ReadyEvent, query: Partial<EndpointEvent> = {}): EndpointEvent => {
  const found = ready.endpoints.find((endpoint) =>
    Object.entries(query).every(([key, value]) => endpoint[key as keyof EndpointEvent] === value),
  )
  if (!found) throw new Error(`no ${JSON.stringify(query)}`)
  return found
}

/** What the table of a single endpoint says. */
export function readTable(stdout: string): { endpoint: Pick<EndpointEvent, 'port' | 'servername'>; ca: string } {
  const [port = ''] = /\d{4,5}$/m.exec(stdout) ?? []
  const [, servername = ''] = /^dial {3}(\S+)/m.exec(stdout) ?? []
  const [, ca = ''] = /^trust {2}(.+)$/m.exec(stdout) ?? []
  return { endpoint: { port: Number(port), servername }, ca }
}

/** Speaks lines over implicit TLS, each after an answer to the one before, until the server closes. Resolves to the error. */
export async function speak(
  { port, servername }: Pick<EndpointEvent, 'port' | 'servername'>,
  ca: string,
  lines: readonly string[],
): Promise<string | undefined> {
  const socket = tls.connect({ port, host: '127.0.0.1', servername, ca: readFileSync(ca) })
  const left = [...lines]
  socket.on('data', () => {
    const next = left.shift()
    if (next !== undefined) socket.write(`${next}\r\n`)
  })
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    socket.on('close', () => resolve(undefined))
  })
}

export const events = <T>(stdout: string): T[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
