import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { clock } from '../../clock.ts'
import type { TlsProfile } from '../../scenarios/quirk-words.ts'
import type { Script } from '../../scenarios/tls-script.ts'
import type { Opening } from '../client-hello.ts'
import type { AcceptOptions, Below, TlsEngine, TlsFailure, TlsIdentity, TlsSession } from '../engine.ts'
import type { Facts } from './facts.ts'
import { Machine } from './machine.ts'
import { scriptOf } from './profile.ts'
import { ScriptTlsFacts } from './record-facts.ts'
import { SessionStore } from './sessions.ts'
import type { ScriptIdentity } from './settings.ts'
import { ScriptSocket } from './socket.ts'

export interface ScriptEngineOptions {
  readonly identity: TlsIdentity
  readonly profile?: TlsProfile
  /** What is done otherwise; a list has one for each connection, the last one for all that follow. */
  readonly script?: Script | readonly Script[]
  /** What is shown when a handshake is done again within a session; default the same. */
  readonly renegotiated?: TlsIdentity
  /** The OCSP answer for a client that asks: DER. */
  readonly staple?: Buffer
  /** Takes the lines of an NSS key log. */
  readonly keyLog?: ((line: Buffer) => void) | undefined
}

/** What an engine of this kind knows beside what every engine knows. */
export interface ScriptedFacts {
  readonly script: Facts
}

/**
 * TLS as a script wants it, from SSL 3.0 to TLS 1.3. It is no secure TLS: nothing here runs in constant time, and what it is
 * for is lying.
 */
export class ScriptEngine implements TlsEngine {
  readonly #options: ScriptEngineOptions
  readonly #scripts: readonly Script[]
  readonly #sessions = new SessionStore()
  #made: { readonly identity: ScriptIdentity; readonly renegotiated?: ScriptIdentity } | undefined
  #clientRoots: readonly X509Certificate[] | undefined
  #accepted = 0

  constructor(options: ScriptEngineOptions) {
    this.#options = options
    const { script = {}, profile = {} } = options
    const scripts = Array.isArray(script) ? (script as readonly Script[]) : [script as Script]
    this.#scripts = scripts.map((one) => scriptOf(profile, one))
  }

  async accept(raw: Socket, opening: Opening, { timeout }: AcceptOptions): Promise<TlsSession | TlsFailure> {
    const machine = this.#machine()
    const stream = new ScriptSocket(raw, machine)
    const facts = new ScriptTlsFacts(this.#options.identity, machine, stream)
    const below: Below = {
      get strayed() {
        return machine.inbound.strayed
      },
      release() {
        stream.release()
        return Buffer.from(machine.inbound.stray)
      },
    }
    return new Promise((resolve) => {
      const settle = (): void => {
        const failure = facts.update()
        if (machine.state === 'handshake' && failure === undefined) return
        clock.clearTimeout(timer)
        stream.onChange = () => facts.update()
        resolve(failure === undefined ? { stream, facts, below } : { failure, facts, below })
      }
      const timer = clock.setTimeout(() => {
        facts.timeout()
        settle()
      }, timeout)
      timer.unref()
      stream.onChange = settle
      stream.start(opening.kind === 'other' ? opening.bytes : undefined)
    })
  }

  #machine(): Machine {
    const { identity, renegotiated, staple, keyLog } = this.#options
    this.#made ??= {
      identity: { ...served(identity), ...(staple && { staple }) },
      ...(renegotiated && { renegotiated: served(renegotiated) }),
    }
    this.#clientRoots ??= rootsOf(identity.clientCaPem)
    const nth = this.#accepted++
    return new Machine({
      ...this.#made,
      script: this.#scripts[Math.min(nth, this.#scripts.length - 1)] ?? {},
      sessions: this.#sessions,
      clientRoots: this.#clientRoots,
      now: clock.date,
      ...(keyLog && { keyLog: (line: string) => keyLog(Buffer.from(line)) }),
    })
  }
}

/** The chain as octets, which need be no certificates. */
const served = ({ servedPem, keyPem }: TlsIdentity): ScriptIdentity => ({
  chain: blocksOf(servedPem),
  key: createPrivateKey(keyPem),
})

const blocksOf = (pem: string): readonly Buffer[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)/g)].map(([, text = '']) => Buffer.from(text, 'base64'))

const rootsOf = (pem: string): readonly X509Certificate[] => blocksOf(pem).map((der) => new X509Certificate(der))
