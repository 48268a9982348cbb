import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import type { ConnectionRecord, HandshakeRecord } from '../../src/record/record.ts'
import { Endpoint } from '../../src/servers/core/endpoint.ts'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { pop3 } from '../../src/servers/pop3/dialect.ts'
import type { ConnectionEnd, TlsEngine, TlsFacts, TlsFailure, TlsSession } from '../../src/tls/engine.ts'
import { captureClientHello, connectRaw } from '../support/raw.ts'

const clientHello = await captureClientHello()

const toyHandshake = (result: HandshakeRecord['result']): HandshakeRecord => ({
  result,
  version: 'TOY',
  cipher: 'NULL',
  alpn: null,
  resumed: false,
  certificate: { id: 'toy', subject: 'CN=toy', fingerprint256: '00' },
  alertReceived: null,
  alertSent: null,
  error: null,
  clientCertificate: null,
})

/** What a client says behind its ClientHello, as it is: `!` is an alert, and `.` a close_notify. */
class ToyStream extends Duplex {
  readonly handshake = toyHandshake('finished')
  end_: ConnectionEnd | null = null
  readonly #raw: Socket
  #ignored = clientHello.length

  constructor(raw: Socket) {
    super()
    this.#raw = raw
    raw.on('data', (chunk: Buffer) => {
      const skipped = Math.min(this.#ignored, chunk.length)
      this.#ignored -= skipped
      const text = chunk.toString('latin1', skipped)
      if (text.includes('!')) this.handshake.alertReceived = { code: 90, name: 'user_canceled' }
      if (text.includes('.')) this.end_ = { by: 'client', how: 'fin', closeNotify: 'seen' }
      this.push(text.replaceAll(/[!.]/g, ''))
    })
    raw.on('end', () => {
      this.end_ ??= { by: 'client', how: 'fin', closeNotify: 'missing' }
      this.push(null)
    })
    raw.resume()
  }

  get facts(): TlsFacts {
    const stream = this
    return {
      handshake: this.handshake,
      shown: 'toy',
      get end() {
        return stream.end_
      },
    }
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#raw.write(chunk, () => done())
  }

  override _final(done: () => void): void {
    this.#raw.end(() => done())
  }
}

/** An engine that is Node's in nothing: a session in clear behind the ClientHello. */
const toy: TlsEngine = {
  async accept(raw): Promise<TlsSession> {
    const stream = new ToyStream(raw)
    return { stream, facts: stream.facts, below: null }
  },
}

/** An engine that fails, and has heard this in place of TLS. */
const failing = (heard: string): TlsEngine => ({
  async accept(): Promise<TlsFailure> {
    const handshake = toyHandshake('failed')
    const end: ConnectionEnd = { by: 'server', how: 'error', closeNotify: 'unknown', why: 'toy' }
    const below = { strayed: true, release: () => Buffer.from(heard) }
    return { failure: 'failed', facts: { handshake, shown: null, end }, below }
  },
})

async function serve(engine: TlsEngine): Promise<{
  readonly endpoint: Endpoint
  readonly ended: Promise<ConnectionRecord>
  [Symbol.asyncDispose](): Promise<void>
}> {
  const store = new MailStore([])
  const endpoint = new Endpoint({
    dialect: pop3,
    mode: 'implicit',
    scenario: 'good',
    host: '127.0.0.1',
    port: 0,
    servername: 'localhost',
    store: () => store,
    mechanisms: [],
    limits: { idle: 10_000, handshake: 10_000 },
    behaviour: () => ({
      listens: true,
      start: {},
      startParts: [],
      sasl: {},
      saslParts: [],
      tls: {},
      hearsBelow: false,
      tlsParts: [],
      capabilities: [],
      at: new Map(),
    }),
    engine: () => engine,
    urls: () => ({ self: '', canary: '' }),
    knows: () => true,
    check: () => true,
    onMessage: () => {},
    onDefect: (error) => {
      throw error
    },
  })
  await endpoint.listen()
  const ended = new Promise<ConnectionRecord>((resolve) => endpoint.run.onEnded(resolve))
  return { endpoint, ended, [Symbol.asyncDispose]: () => endpoint.close() }
}

/** A client that has said its ClientHello. */
function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.write(clientHello)
  return socket
}

it("an engine's facts are the record's, those too that come within the session", async () => {
  await using served = await serve(toy)
  const client = connectRaw(served.endpoint, dial(served.endpoint.port))
  await client.until('+OK')
  const [record] = served.endpoint.run.records
  expect(record?.handshake).toEqual(toyHandshake('finished'))
  expect(record?.fired).toMatchObject([{ part: 'toy', where: 'certificate' }])
  client.send('NOOP!\r\n')
  await client.until(/\+OK.*\r\n-ERR/)
  expect(record?.handshake.alertReceived).toEqual({ code: 90, name: 'user_canceled' })
  client.socket.end()
  expect((await served.ended).end).toEqual({ by: 'client', how: 'fin', closeNotify: 'missing' })
})

it('a close_notify that an engine has seen is told, whoever ended the session', async () => {
  for (const [said, by, closeNotify] of [
    ['NOOP\r\n.', 'client', 'seen'],
    ['QUIT\r\n.', 'server', 'seen'],
    ['QUIT\r\n', 'server', 'missing'],
  ] as const) {
    await using served = await serve(toy)
    const client = connectRaw(served.endpoint, dial(served.endpoint.port))
    await client.until('+OK')
    client.send(said)
    await client.until(/\+OK.*\r\n[+-]/)
    client.socket.end()
    expect((await served.ended).end).toEqual({ by, how: 'fin', closeNotify })
  }
})

it('what an engine has heard below TLS is understood, as anything in clear', async () => {
  await using served = await serve(failing('USER joe\r\n'))
  const socket = dial(served.endpoint.port)
  await once(socket.resume(), 'end')
  socket.end()
  const { handshake, identities, end, fired } = await served.ended
  expect(handshake).toEqual(toyHandshake('failed'))
  expect(end).toEqual({ by: 'server', how: 'error', closeNotify: 'unknown', why: 'toy' })
  expect(identities).toMatchObject([{ phase: 'clear', name: 'joe' }])
  expect(fired).toEqual([])
})
