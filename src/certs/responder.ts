import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { clock } from '../clock.ts'
import type { Unavailable } from '../scenarios/entry.ts'
import { Bites } from './bites.ts'

/** The HTTP server that revocation information is fetched from; on loopback. */
export interface Responder {
  /** Without a slash at the end. */
  readonly url: string
  /** Stops listening and ends every connection, kept alive or not. Idempotent. */
  close(): Promise<void>
}

/** What is served: DER, and how it cannot be had. */
export interface Answer {
  readonly body: Uint8Array
  readonly unavailable?: Unavailable
}

/** What is served; nothing for an issuer that does not exist, or has none. */
export interface ResponderContent {
  crl(issuer: string): Answer | undefined
  ocsp(issuer: string, request: Uint8Array): Answer | undefined
  /** The certificate of an issuer. */
  certificate(issuer: string): Uint8Array | undefined
}

/** What keeps one client from starving the others. */
export interface ResponderLimits {
  /** Milliseconds for a whole request, from the connection or from the answer before it. */
  readonly patience: number
  /** Connections at a time; one more ends the one that has been waited for longest. */
  readonly connections: number
  /** Milliseconds between the octets of what is slow, and for which what is silent says nothing. */
  readonly slowness: number
  readonly silence: number
}

const usualLimits: ResponderLimits = { patience: 10_000, connections: 256, slowness: 500, silence: 600_000 }

/**
 * Serves `/crl/<issuer>.crl` (RFC 5280 §4.2.1.13) and OCSP by POST and GET below `/ocsp/<issuer>` (RFC 6960 appendix
 * A.1), and `/ca/<how>/<issuer>.crt` (RFC 5280 §4.2.2.1), on a free port of 127.0.0.1.
 */
export const startResponder = async (
  content: ResponderContent,
  given: Partial<ResponderLimits> = {},
): Promise<Responder> => {
  const limits = { ...usualLimits, ...given }
  /** Those that a request is awaited from, the longest first. */
  const sockets = new Map<Socket, NodeJS.Timeout>()
  let http: Promise<HttpServer> | undefined
  const forget = (socket: Socket): void => {
    clock.clearTimeout(sockets.get(socket))
    sockets.delete(socket)
  }
  const awaitRequest = (socket: Socket): void => {
    forget(socket)
    wait(socket, limits.patience)
  }
  const wait = (socket: Socket, ms: number): void => {
    if (!socket.destroyed) sockets.set(socket, clock.setTimeout(() => socket.destroy(), ms).unref())
  }
  // Certificates need the port at once; HTTP takes long to load, and most runs never get a request.
  const server = createServer((socket) => {
    const [longest] = sockets.size < limits.connections ? [] : sockets.keys()
    longest?.destroy()
    if (longest !== undefined) forget(longest)
    awaitRequest(socket)
    socket.on('close', () => forget(socket))
    socket.on('error', () => socket.destroy())
    http ??= loadHttp(content, limits)
    const hold = (): void => {
      forget(socket)
      wait(socket, limits.silence)
    }
    http.then((loaded) => void loaded.emit('connection', new Bites(socket, () => awaitRequest(socket), hold)))
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
        for (const socket of sockets.keys()) socket.destroy()
      })),
  }
}

/** Node's own time limits are those of a server that listens, which this one does not. */
const loadHttp = async (content: ResponderContent, limits: ResponderLimits): Promise<HttpServer> => {
  const { createServer: createHttpServer } = await import('node:http')
  return createHttpServer((request, response) => {
    const bites = request.socket as Duplex as Bites
    response.on('finish', () => bites.onAnswered())
    answer(request, content).then(
      (reply) => {
        if (reply.unavailable === 'silent' || reply.unavailable === 'slow') bites.onHeld()
        send(response, reply, limits)
      },
      () => request.destroy(),
    )
  })
}

interface Reply {
  readonly status: 200 | 404 | 405 | 413
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly unavailable?: Unavailable | undefined
}

const notFound: Reply = { status: 404 }

const answer = async (request: IncomingMessage, content: ResponderContent): Promise<Reply> => {
  const [, kind, name = '', rest] = /^\/(crl|ocsp|ca)\/([\w.-]+)(?:\/(.*))?$/s.exec(request.url ?? '') ?? []
  if (kind === 'crl' && rest === undefined) return answerCrl(request, name, content)
  if (kind === 'ocsp') return answerOcsp(request, { issuer: name, encoded: rest ?? '' }, content)
  if (kind === 'ca') return answerCertificate(name, rest ?? '', content)
  return notFound
}

const answerCertificate = (how: string, file: string, content: ResponderContent): Reply => {
  const issuer = /^(.+)\.crt$/.exec(file)?.[1]
  const body = issuer === undefined ? undefined : content.certificate(issuer)
  if (body === undefined || how === 'not-found') return notFound
  const unavailable = how === 'slow' || how === 'silent' ? how : undefined
  return { status: 200, headers: { 'content-type': 'application/pkix-cert' }, body, unavailable }
}

const answerCrl = (request: IncomingMessage, name: string, content: ResponderContent): Reply => {
  const issuer = /^(.+)\.crl$/.exec(name)?.[1]
  const { body, unavailable } = (issuer === undefined ? undefined : content.crl(issuer)) ?? {}
  if (body === undefined || unavailable === 'not-found') return notFound
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, headers: { allow: 'GET, HEAD' } }
  return { status: 200, headers: { 'content-type': 'application/pkix-crl' }, body, unavailable }
}

const answerOcsp = async (
  request: IncomingMessage,
  { issuer, encoded }: { readonly issuer: string; readonly encoded: string },
  content: ResponderContent,
): Promise<Reply> => {
  const asked = await ocspRequest(request, encoded)
  if (asked === 'too long') return { status: 413, headers: { connection: 'close' } }
  const { body, unavailable } = content.ocsp(issuer, asked ?? new Uint8Array()) ?? {}
  if (body === undefined || unavailable === 'not-found') return notFound
  if (asked === undefined) return { status: 405, headers: { allow: 'GET, POST' } }
  return { status: 200, headers: { 'content-type': 'application/ocsp-response' }, body, unavailable }
}

/** A request about a thousand certificates has less. */
const longestRequest = 65_536

const ocspRequest = async (request: IncomingMessage, encoded: string): Promise<Buffer | 'too long' | undefined> => {
  if (request.method === 'GET') return Buffer.from(unescaped(encoded), 'base64')
  if (request.method !== 'POST') return undefined
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    chunks.push(chunk)
    length += chunk.length
    if (length > longestRequest) return 'too long'
  }
  return Buffer.concat(chunks)
}

const unescaped = (encoded: string): string => {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ''
  }
}

const send = (
  response: ServerResponse,
  { status, headers, body, unavailable }: Reply,
  { slowness }: ResponderLimits,
): void => {
  // Whoever waits is let go when the time of silence is over.
  if (unavailable === 'silent') return
  response.writeHead(status, { ...headers, 'content-length': body?.length ?? 0 })
  if (unavailable === 'slow' && body !== undefined) sendSlowly(response, body, slowness)
  else response.end(response.req.method === 'HEAD' ? undefined : body)
}

/** An octet at a time, until there are no more or nobody reads them. */
const sendSlowly = (response: ServerResponse, body: Uint8Array, slowness: number): void => {
  let at = 0
  const next = (): void => {
    if (response.destroyed) return
    if (at >= body.length) return void response.end()
    response.write(body.subarray(at, ++at))
    clock.setTimeout(next, slowness).unref()
  }
  next()
}
