import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import tls from 'node:tls'
import type { ChangedEndpoint, RunOutcome } from '../../src/control/types.ts'
import type { EndpointEvent } from '../../src/fleet/events.ts'
import { type MailServers, type StartServersOptions, startMailServers } from '../../src/index.ts'
import { connectRaw } from '../support/raw.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly raw?: Uint8Array | string
}

/** A fleet with its API, as a program in another language sees it: HTTP alone. */
export interface Controlled extends AsyncDisposable {
  readonly servers: MailServers
  readonly port: number
  readonly token: string
  ask(method: string, path: string, asking?: Asking): Promise<Answer>
  /** The same without a token of our own. */
  askAs(headers: Readonly<Record<string, string>>, method: string, path: string): Promise<Answer>
  switch(id: string, scenario: unknown): Promise<ChangedEndpoint>
  outcome(id: string, query?: string): Promise<RunOutcome>
}

export const imap = { protocols: ['imap'], modes: ['implicit'] } as const

export async function openControlled(options: StartServersOptions = imap): Promise<Controlled> {
  const servers = await startMailServers({ api: true, ...options })
  const { url = '', token = '' } = servers.api ?? {}
  const port = Number(new URL(url).port)
  const ask: Controlled['ask'] = (method, path, { headers, json, raw } = {}) =>
    httpAsk(port, method, path, {
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: json === undefined ? raw : JSON.stringify(json),
    })
  return {
    servers,
    port,
    token,
    ask,
    askAs: (headers, method, path) => httpAsk(port, method, path, { headers, body: undefined }),
    switch: async (id, scenario) => (await ask('PUT', `/api/v1/endpoints/${id}`, { json: { scenario } })).body,
    outcome: async (id, query = 'settle=30') => (await ask('GET', `/api/v1/endpoints/${id}/outcome?${query}`)).body,
    [Symbol.asyncDispose]: () => servers.close(),
  }
}

function httpAsk(
  port: number,
  method: string,
  path: string,
  {
    headers,
    body,
  }: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array | string | undefined },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const json = response.headers['content-type']?.startsWith('application/json')
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: json ? JSON.parse(text) : undefined,
        })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

export interface Told {
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly data: any
}

/** A reader of server-sent events. */
export interface Listening {
  readonly told: readonly Told[]
  readonly response: IncomingMessage
  /** The first that fits, be it there already. */
  next(fits: (told: Told) => boolean): Promise<Told>
  readonly ended: Promise<void>
}

export function listen({ port, token }: Controlled, path = '/api/v1/events'): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, headers: { authorization: `Bearer ${token}` }, agent: false },
      (response) => {
        const told: Told[] = []
        const looks = new Set<() => void>()
        let rest = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          rest += chunk
          const events = rest.split('\n\n')
          rest = events.pop() ?? ''
          for (const text of events) {
            const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(text) ?? []
            told.push({ event, data: JSON.parse(data) })
          }
          for (const look of looks) look()
        })
        response.on('error', () => {})
        resolve({
          told,
          response,
          ended: new Promise((over) => response.on('close', () => over())),
          next: (fits) =>
            new Promise((found) => {
              const look = (): void => {
                const first = told.find(fits)
                if (!first) return
                looks.delete(look)
                found(first)
              }
              looks.add(look)
              look()
            }),
        })
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

type Dialled = Pick<EndpointEvent, 'port' | 'protocol' | 'servername'>

const words = {
  imap: 'a LOGIN u p\r\nb LOGOUT\r\n',
  pop3: 'USER u\r\nPASS p\r\nQUIT\r\n',
  smtp: 'EHLO client\r\nAUTH PLAIN AHUAcA==\r\nQUIT\r\n',
} as const

/** Logs in over implicit TLS. `strict` verifies, `careless` takes any certificate. Resolves to the error's code. */
export function dial(
  { port, protocol, servername }: Dialled,
  ca: string,
  kind: 'strict' | 'careless',
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername, ca, rejectUnauthorized: kind === 'strict' })
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    socket.once('secureConnect', () => {
      const client = connectRaw({ port }, socket)
      client.send(words[protocol])
      void client.closed.then(() => resolve(undefined))
    })
  })
}
