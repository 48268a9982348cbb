import { X509Certificate } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import type { Facts } from '../../../src/tls/script/facts.ts'
import { Machine } from '../../../src/tls/script/machine.ts'
import { SessionStore } from '../../../src/tls/script/sessions.ts'
import type { ScriptIdentity, Settings } from '../../../src/tls/script/settings.ts'
import { ScriptSocket } from '../../../src/tls/script/socket.ts'

/** How a connection to the server ended, by what the engine knows. */
export interface Ended {
  readonly state: Machine['state']
  readonly result: Machine['result']
  readonly facts: Facts
  readonly stray: string
}

/** A server of the bare engine that greets, answers CAPABILITY and LOGOUT, and knows no other protocol. */
export interface BareServer extends AsyncDisposable {
  readonly port: number
  /** Of every connection that has ended. */
  readonly ended: Ended[]
  /** Resolves when so many have. */
  waitFor(count: number): Promise<readonly Ended[]>
}

export interface BareOptions {
  readonly identity: ScriptIdentity
  /** A list has one for each connection, the last one for all that follow. */
  readonly script?: Script | readonly Script[]
  readonly renegotiated?: ScriptIdentity
  readonly clientCa?: string
  readonly keyLog?: (line: string) => void
}

/** Several of them, closed together. */
export async function startAll(
  options: readonly BareOptions[],
): Promise<AsyncDisposable & { readonly servers: readonly BareServer[] }> {
  const servers = await Promise.all(options.map(startBare))
  return {
    servers,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    },
  }
}

export async function startBare(options: BareOptions): Promise<BareServer> {
  const { identity, script = {}, renegotiated, clientCa, keyLog } = options
  const scripts = Array.isArray(script) ? (script as readonly Script[]) : [script as Script]
  const sessions = new SessionStore()
  const ended: Ended[] = []
  const open = new Set<Socket>()
  const waiting = new Set<() => void>()
  let nth = 0
  const listener = createServer((raw) => {
    open.add(raw)
    const settings: Settings = {
      identity,
      script: scripts[Math.min(nth++, scripts.length - 1)] as Script,
      sessions,
      clientRoots: clientCa === undefined ? [] : [new X509Certificate(clientCa)],
      now: Date.now,
      ...(renegotiated && { renegotiated }),
      ...(keyLog && { keyLog }),
    }
    const machine = new Machine(settings)
    const stream = new ScriptSocket(raw, machine)
    stream.onChange = () => {
      if (machine.state === 'over') raw.end()
      if (machine.state !== 'open') return
      stream.onChange = () => {
        if (machine.state === 'over') raw.end()
      }
      answer(stream)
    }
    raw.on('close', () => {
      open.delete(raw)
      ended.push({
        state: machine.state,
        result: machine.result,
        facts: machine.facts,
        stray: machine.inbound.stray.toString('latin1'),
      })
      for (const wake of waiting) wake()
    })
    stream.start()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (listener.address() as AddressInfo).port,
    ended,
    waitFor: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (ended.length < count) return
          waiting.delete(look)
          resolve(ended)
        }
        waiting.add(look)
        look()
      }),
    async [Symbol.asyncDispose]() {
      for (const raw of open) raw.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

function answer(stream: ScriptSocket): void {
  stream.write('* OK ready\r\n')
  let text = ''
  stream.on('data', (bytes: Buffer) => {
    const lines = (text + bytes.toString('latin1')).split('\r\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const [tag = '*', verb = ''] = line.split(' ')
      const ends = verb.toUpperCase() === 'LOGOUT'
      stream.write(`${ends ? '* BYE bye' : '* CAPABILITY IMAP4rev1'}\r\n${tag} OK done\r\n`)
      if (ends) stream.end()
    }
  })
  stream.on('end', () => stream.end())
}
