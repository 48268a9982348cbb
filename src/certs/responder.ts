import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** The HTTP server that revocation information is fetched from; on loopback. */
export interface Responder {
  /** Without a slash at the end. */
  readonly url: string
  /** Stops listening and ends every connection, kept alive or not. Idempotent. */
  close(): Promise<void>
}

/** What is served: DER, or nothing for an issuer that does not exist. */
export interface ResponderContent {
  crl(issuer: string): Uint8Array | undefined
}

/** Serves `GET /crl/<issuer>.crl` (RFC 5280 §4.2.1.13) on a free port of 127.0.0.1. */
export const startResponder = async (content: ResponderContent): Promise<Responder> => {
  const sockets = new Set<Socket>()
  let http: Promise<HttpServer> | undefined
  // Certificates need the port at once; HTTP takes long to load, and most runs never get a request.
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    http ??= loadHttp(content)
    http.then((loaded) => void loaded.emit('connection', socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  // The endpoints keep a process alive, not the place where their certificates are looked up.
  server.unref()
  const { port } = server.address() as AddressInfo
  let closed: Promise<void> | undefined
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      (closed ??= new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })),
  }
}

const loadHttp = async (content: ResponderContent): Promise<HttpServer> => {
  const { createServer: createHttpServer } = await import('node:http')
  return createHttpServer((request, response) => answer(request, response, content))
}

const answer = (request: IncomingMessage, response: ServerResponse, content: ResponderContent): void => {
  const issuer = /^\/crl\/([\w-]+)\.crl$/.exec(request.url ?? '')?.[1]
  const body = issuer === undefined ? undefined : content.crl(issuer)
  if (body === undefined) {
    response.writeHead(404).end()
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/pkix-crl', 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}
