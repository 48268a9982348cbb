import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { MockmailError } from '../errors.ts'
import { type EndpointChange, LiveFleet } from '../fleet/live.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import type { ApiAddress, MailServers } from '../fleet/mail-servers.ts'
import { checkOptionNames } from '../fleet/options.ts'
import type { ApiOptions } from './api-options.ts'
import { failureOf } from './failures.ts'
import { Feed } from './feed.ts'
import { checkArrival, type Guard } from './guard.ts'
import { holderHeader, toldHeader } from './holder.ts'
import { Judge } from './judged.ts'
import { Leases } from './leases.ts'
import { listen } from './listening.ts'
import { type Operation, type OperationName, operations } from './operations.ts'
import { OwnParts } from './own-parts.ts'
import { page, pageHeaders } from './page/page.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { endpointRoutes } from './routes/endpoints.ts'
import { messageRoutes } from './routes/messages.ts'

/** What the routes act on. */
export interface Control {
  readonly live: LiveFleet
  readonly judge: Judge
  readonly feed: Feed
  readonly leases: Leases
  readonly parts: OwnParts
}

/** A control API that listens. */
export interface OpenApi extends ApiAddress {
  readonly port: number
  close(): Promise<void>
}

/**
 * Opens the control API of a fleet. It is loaded by those who ask for it only.
 *
 * @throws {MockmailError} INVALID_OPTION, PORT_IN_USE, LISTEN_FAILED
 */
export async function openApi(
  servers: MailServers,
  options: ApiOptions = {},
  onChange: (change: EndpointChange, server: MailServer) => void = () => {},
): Promise<OpenApi> {
  const live = new LiveFleet(servers)
  live.onChange(onChange)
  const control: Control = {
    live,
    judge: new Judge(live),
    feed: new Feed(live),
    leases: new Leases(live),
    parts: new OwnParts(servers.ground?.own),
  }
  const token = randomBytes(24).toString('hex')
  const names = [...(options.names ?? []), ...(options.host === undefined ? [] : [options.host])]
  const router = routerOf(control, { token, names })
  const answer = getRequestListener(router.fetch, { overrideGlobalObjects: false })
  const makeServer = (): Server => {
    // A worker's idle connection stays: what it says next must leave its process at once.
    const server = createServer({ keepAliveTimeout: 0 }, (request, response) => void answer(request, response))
    server.on('clientError', (_, socket) => socket.destroy())
    return server
  }
  const { port, close } = await listen(makeServer, options)
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    port,
    async close() {
      control.feed.close()
      control.leases.close()
      await close()
    },
  }
}

type Answer = (c: Context) => Response | Promise<Response>

function routerOf(control: Control, guard: Guard): Hono {
  const answers: Readonly<Record<OperationName, Answer>> = {
    livez: (c) => c.text('ok\n'),
    readyz: (c) => c.text('ok\n'),
    page: (c) => c.html(page(), 200, { ...pageHeaders() }),
    ...endpointRoutes(control),
    ...messageRoutes(control),
    ...catalogueRoutes(control),
  }
  const router = new Hono()
  router.use(async (c, next) => {
    const { host, origin, authorization } = c.req.header()
    checkArrival({ path: c.req.path, host, origin, authorization }, guard)
    await next()
    c.header('x-content-type-options', 'nosniff')
    c.header('cache-control', 'no-store')
    const holder = c.req.header(holderHeader)
    if (holder !== undefined) c.header(toldHeader, String(control.leases.toldTo(holder)))
  })
  for (const [name, operation] of Object.entries(operations) as [OperationName, Operation][]) {
    router.on(operation.method, operation.path.replace(/\{(\w+)\}/g, ':$1'), (c) => {
      checkOptionNames(`${operation.method} ${operation.path}`, c.req.query(), Object.keys(operation.query ?? {}))
      return answers[name](c)
    })
  }
  router.notFound((c) => failed(c, noSuchRoute(c)))
  router.onError((error, c) => failed(c, error))
  return router
}

function failed(c: Context, error: unknown): Response {
  const { status, body } = failureOf(error)
  // What is left of a body that is too large is not read.
  if (status === 413) c.header('connection', 'close')
  return c.json(body, status as ContentfulStatusCode)
}

function noSuchRoute({ req }: Context): MockmailError {
  const allowed = Object.values(operations).map(({ method, path }) => `${method} ${path}`)
  return new MockmailError(
    'NO_SUCH_ROUTE',
    `There is no ${req.method} ${req.path}. GET /api/v1/openapi.json lists all.`,
    {
      allowed,
    },
  )
}
