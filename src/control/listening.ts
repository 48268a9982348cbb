import type { Server } from 'node:http'
import { isIP } from 'node:net'
import { clock, pauseOr } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import type { ApiOptions } from './api-options.ts'

const loopback = '127.0.0.1'

/**
 * Listens on loopback, and on the same port of a further address where one was given.
 *
 * @throws {MockmailError} PORT_IN_USE, LISTEN_FAILED
 */
export async function listen(
  makeServer: () => Server,
  { port = 0, host }: ApiOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const servers: Server[] = []
  const close = async (): Promise<void> => void (await Promise.all(servers.map(closeServer)))
  try {
    for (const address of addressesFor(host)) {
      servers.push(await listenOn(makeServer(), address, servers[0] ? portOf(servers[0]) : port))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { port: servers[0] ? portOf(servers[0]) : 0, close }
}

/** Of every address loopback is one. */
function addressesFor(host: string | undefined): readonly string[] {
  if (host === undefined || host === loopback) return [loopback]
  return host === '0.0.0.0' || host === '::' ? [host] : [loopback, host]
}

function listenOn(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const where = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
      reject(
        code === 'EADDRINUSE'
          ? new MockmailError(
              'PORT_IN_USE',
              `The control API cannot listen on ${where}: it is in use. Another port, or none, finds a free one.`,
            )
          : new MockmailError('LISTEN_FAILED', `The control API cannot listen on ${where}: ${message}.`),
      )
    })
    server.listen({ host, port, exclusive: true }, () => resolve(server))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** Milliseconds for answers that are under way, such as the last events of a stream. */
const lastWords = 250

/** Who still asks then is cut off. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const idle = clock.setInterval(() => server.closeIdleConnections(), 5)
  await pauseOr(lastWords, closed)
  clock.clearInterval(idle)
  server.closeAllConnections()
  await closed
}
