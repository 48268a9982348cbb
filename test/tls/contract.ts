import { once } from 'node:events'
import type { ConnectionOptions } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { TlsEngine } from '../../src/tls/engine.ts'
import { forged, nothing, over, withForged } from './contract-clients.ts'
import { describePrograms } from './contract-programs.ts'
import { dial, dialOver, dialTls, helloOf, identity, type MakeEngine, Port, pki, textOf } from './harness.ts'

const certificate = { id: 'good', subject: identity.subject, fingerprint256: identity.fingerprint256 }

const versions = ['TLSv1.2', 'TLSv1.3'] as const
type Version = (typeof versions)[number]

const only = (version: Version): ConnectionOptions => ({ minVersion: version, maxVersion: version })

type Dialled = ReturnType<typeof dialOver>

/** How a close_notify that was seen, or missing, may be told: an engine that cannot see them says so. */
const honestly = (truth: 'seen' | 'missing') => expect.stringMatching(new RegExp(`^(?:${truth}|unknown)$`))

/** What an engine is known to get wrong: the suite then expects just that, so that a remedy is noticed. */
export type Weakness = 'takes-a-reset-for-a-fin-in-a-session-that-is-heard-below'

/** What every engine has to do, judged through its interface and by programs of others. */
export function describeEngine(name: string, make: MakeEngine, weaknesses: readonly Weakness[] = []): void {
  describe.each([true, false])(`${name}, which hears below TLS: %s,`, (hearsBelow) => {
    const open = (engine: TlsEngine = make({ identity }), timeout = 10_000): Promise<Port> =>
      Port.open(engine, { hearsBelow, timeout })

    it.each(versions)('finishes a handshake in %s, and carries what both sides say', async (version) => {
      await using port = await open()
      const client = dialTls(port.port, only(version))
      const { session } = await port.session()
      expect(session.facts).toMatchObject({ shown: 'good', end: null })
      const heard = textOf(session.stream)
      const answered = textOf(client)
      session.stream.write('ready\r\n')
      await once(client, 'data')
      const cipher = client.getCipher().standardName
      expect(cipher).toMatch(/^TLS_/)
      expect(session.facts.handshake).toEqual({ ...nothing, result: 'finished', version, cipher, certificate })
      client.end('hello\r\n')
      expect([await heard, await answered]).toEqual(['hello\r\n', 'ready\r\n'])
    })

    it('picks the version from what it may and the client can', async () => {
      await using port = await open(make({ identity, profile: { maxVersion: 'TLSv1.2' } }))
      dialTls(port.port)
      const { session } = await port.session()
      expect(session.facts.handshake.version).toBe('TLSv1.2')
      dialTls(port.port, { minVersion: 'TLSv1.3' })
      const { failure, facts } = await port.failure()
      expect(failure).toBe('failed')
      expect(facts).toMatchObject({
        handshake: { certificate: null, alertSent: { code: 70, name: 'protocol_version' } },
        shown: null,
        end: { by: 'server' },
      })
    })

    describe.each(versions)('in %s', (version) => {
      /** A client that has sent its ClientHello, and was answered. */
      const begun = async (port: Port) => {
        const client = dial(port.port)
        client.write(await helloOf(only(version)))
        await once(client, 'data')
        return client
      }

      /** A session that the client has found good, with nothing under way. */
      const settled = async (port: Port) => {
        const dialled = dialOver(port.port, only(version))
        const accepted = await port.session()
        accepted.session.stream.write('+')
        await once(dialled.client, 'data')
        return { ...dialled, ...accepted }
      }

      it.each([
        ['closes', 'closed', 'fin', 'end'],
        ['resets', 'reset', 'rst', 'resetAndDestroy'],
      ] as const)('says that a client %s in the middle, within 100 ms', async (_what, failure, how, act) => {
        await using port = await open()
        const client = await begun(port)
        const started = performance.now()
        client[act]()
        const end = await port.failure()
        expect(performance.now() - started).toBeLessThan(100)
        expect(end.failure).toBe(failure)
        expect(end.facts.handshake).toMatchObject({
          result: failure,
          certificate,
          alertReceived: null,
          alertSent: null,
        })
        expect(end.facts).toMatchObject({ shown: 'good', end: { by: 'client', how, closeNotify: 'missing' } })
      })

      it('is patient with a silent client until its time is over', async () => {
        await using port = await open(undefined, 150)
        await begun(port)
        const started = performance.now()
        const { failure, facts } = await port.failure()
        expect(performance.now() - started).toBeGreaterThan(50)
        expect(failure).toBe('timeout')
        expect(facts.handshake).toMatchObject({ result: 'timeout', certificate, error: null })
        expect(facts.end).toEqual({ by: 'limit', how: 'timeout', closeNotify: 'unknown', why: 'handshake' })
      })

      it('settles when the socket is destroyed from outside', async () => {
        await using port = await open()
        await begun(port)
        port.newest?.destroy()
        const { facts } = await port.failure()
        expect(facts.shown).toBe('good')
      })

      it('names the alert of a client that refuses', async () => {
        await using port = await open()
        const client = await begun(port)
        // Level fatal, unknown_ca, in clear: before the client's keys are on.
        client.write(Buffer.from('15030300020230', 'hex'))
        const { failure, facts } = await port.failure()
        expect(failure).toBe('alert')
        expect(facts.handshake).toMatchObject({
          alertReceived: { code: 48, name: 'unknown_ca' },
          alertSent: null,
          certificate,
        })
        expect(facts.end).toEqual({ by: 'client', how: 'fin', closeNotify: 'missing' })
      })

      it('fails on text behind the ClientHello, which can be heard where that is wanted', async () => {
        await using port = await open()
        const client = await begun(port)
        client.write('a LOGIN joe secret\r\n')
        const { failure, facts, below } = await port.failure()
        expect(failure).toBe('failed')
        expect(facts).toMatchObject({ shown: 'good', end: { by: 'server', how: 'error' } })
        expect(facts.handshake).toMatchObject({ certificate, alertReceived: null, error: expect.stringMatching(/./) })
        if (!hearsBelow) return
        expect(below?.strayed).toBe(true)
        expect(below?.release().toString()).toBe('a LOGIN joe secret\r\n')
      })

      it('keeps the socket open below a handshake that failed, for whoever hears on', async () => {
        if (!hearsBelow) return
        await using port = await open()
        const client = await begun(port)
        client.write(Buffer.from('15030300020230', 'hex'))
        const { raw, end } = await port.next()
        expect(end.below?.release()).toEqual(Buffer.alloc(0))
        client.write('a LOGIN joe secret\r\n')
        const [said] = await once(raw.resume(), 'data')
        expect(String(said)).toBe('a LOGIN joe secret\r\n')
      })

      it('says what a client did that closes TLS properly, and what one that only closes TCP', async () => {
        await using port = await open()
        for (const [truth, leave] of [
          ['seen', ({ client }: Dialled) => client.end()],
          ['missing', ({ below }: Dialled) => below.end()],
        ] as const) {
          const dialled = await settled(port)
          const { session } = dialled
          // Told in the facts already when the stream tells of it.
          const told = new Promise((resolve) => session.stream.once('end', () => resolve(session.facts.end)))
          session.stream.resume()
          leave(dialled)
          expect(await told).toEqual({ by: 'client', how: 'fin', closeNotify: honestly(truth) })
        }
      })

      it('says that a client resets within the session', async () => {
        await using port = await open()
        const { below, session } = await settled(port)
        session.stream.resume()
        below.resetAndDestroy()
        await over(session.stream)
        const isMissed = hearsBelow && weaknesses.includes('takes-a-reset-for-a-fin-in-a-session-that-is-heard-below')
        expect(session.facts.end).toMatchObject({ by: 'client', how: isMissed ? 'fin' : 'rst' })
      })

      it('names the alert that it sends within the session', async () => {
        await using port = await open()
        const { below, session } = await settled(port)
        session.stream.resume()
        below.write(forged)
        await over(session.stream)
        const { handshake, end } = session.facts
        expect(handshake).toMatchObject({
          result: 'finished',
          alertSent: { code: 20, name: 'bad_record_mac' },
          alertReceived: null,
        })
        expect(end).toMatchObject({ by: 'client', how: 'error', why: expect.stringMatching(/./) })
      })

      it('names the alert that it receives within the session', async () => {
        await using port = await open()
        const { raw, session } = await settled(port)
        session.stream.resume()
        // Node's client says of it that its MAC is no good.
        raw.write(forged)
        await over(session.stream)
        expect(session.facts.handshake).toMatchObject({
          result: 'finished',
          alertReceived: { code: 20, name: 'bad_record_mac' },
          alertSent: null,
        })
      })

      it('bears an error that stands in the same segment as the end of the handshake', async () => {
        await using port = await open()
        const socket = dial(port.port)
        withForged(socket, version)
        const { end } = await port.next()
        if ('failure' in end) expect(end.failure).toBe('failed')
        // It may be over before anybody has the stream.
        else if (!end.facts.end) await over(end.stream.resume())
        expect(end.facts.handshake.alertSent).toEqual({ code: 20, name: 'bad_record_mac' })
      })

      it('resumes a session of its own, whose certificate the client has seen, and no other', async () => {
        const engine = make({ identity })
        await using port = await open(engine)
        const first = dialTls(port.port, only(version))
        const ticket = once(first, 'session')
        const { session } = await port.session()
        expect(session.facts.handshake).toMatchObject({ resumed: false, certificate })
        session.stream.resume().write('+')
        first.resume()
        const [saved] = (await ticket) as [Buffer]
        dialTls(port.port, { ...only(version), session: saved })
        const { facts } = (await port.session()).session
        expect(facts.handshake).toMatchObject({ result: 'finished', resumed: true, certificate: null })
        expect(facts.shown).toBe('good')
        await using another = await open()
        dialTls(another.port, { ...only(version), session: saved })
        expect((await another.session()).session.facts.handshake).toMatchObject({ resumed: false, certificate })
      })

      it('shows no certificate where it resumes, though the client breaks off', async () => {
        // Without hearing, an engine may tell from sizes.
        if (!hearsBelow) return
        await using port = await open()
        const first = dialTls(port.port, only(version))
        const ticket = once(first, 'session')
        const { session } = await port.session()
        session.stream.resume().write('+')
        first.resume()
        const client = dial(port.port)
        client.write(await helloOf({ ...only(version), session: ((await ticket) as [Buffer])[0] }))
        await once(client, 'data')
        client.end()
        const { failure, facts } = await port.failure()
        expect(failure).toBe('closed')
        expect(facts).toMatchObject({ shown: null, handshake: { certificate: null } })
      })

      describe('where a client certificate is required', () => {
        const required = (): TlsEngine => make({ identity, profile: { clientCertificate: 'required' } })
        const withCertificate = (id: 'good' | 'untrusted'): ConnectionOptions => {
          const { servedPem, keyPem } = pki.clientIdentity(id)
          return { ...only(version), cert: servedPem, key: keyPem }
        }

        it('takes a good one, and says whose it is', async () => {
          await using port = await open(required())
          dialTls(port.port, withCertificate('good'))
          const { facts } = (await port.session()).session
          expect(facts.handshake).toMatchObject({ result: 'finished', clientCertificate: 'CN=user@mockmail.test' })
          expect(facts.handshake.turnedAway).toBeUndefined()
        })

        it('turns a client away that has none', async () => {
          await using port = await open(required())
          dialTls(port.port, only(version))
          const { failure, facts } = await port.failure()
          expect(failure).toBe('failed')
          expect(facts.handshake).toMatchObject({
            turnedAway: 'no-certificate',
            clientCertificate: null,
            certificate,
            alertSent: version === 'TLSv1.3' ? { code: 116, name: 'certificate_required' } : { code: 40 },
          })
          expect(facts.end).toMatchObject({ by: 'server' })
        })

        it('turns a client away whose certificate it does not trust, and says whose it was', async () => {
          await using port = await open(required())
          dialTls(port.port, withCertificate('untrusted'))
          const { failure, facts } = await port.failure()
          expect(failure).toBe('failed')
          expect(facts.handshake).toMatchObject({
            turnedAway: 'untrusted-certificate',
            // An engine may have lost it by then.
            clientCertificate: expect.toBeOneOf([null, 'CN=user@mockmail.test']),
            certificate,
          })
          expect(facts.end).toMatchObject({ by: 'server' })
        })

        it('takes none for no reason to turn a client away that was not asked', async () => {
          await using port = await open(make({ identity, profile: { clientCertificate: 'optional' } }))
          dialTls(port.port, only(version))
          const { facts } = (await port.session()).session
          expect(facts.handshake.clientCertificate).toBeNull()
          expect(facts.handshake.turnedAway).toBeUndefined()
        })
      })
    })

    it('shows no certificate with a HelloRetryRequest', async () => {
      await using port = await open(make({ identity, profile: { groups: ['P-384'] } }))
      const client = dial(port.port)
      // The share is for the first of them.
      client.write(await helloOf({ ...only('TLSv1.3'), ecdhCurve: 'X25519:P-384' }))
      await once(client, 'data')
      client.end()
      const { failure, facts } = await port.failure()
      expect(failure).toBe('closed')
      expect(facts).toMatchObject({ shown: null, handshake: { certificate: null } })
      dialTls(port.port, { ...only('TLSv1.3'), ecdhCurve: 'X25519:P-384' })
      expect((await port.session()).session.facts).toMatchObject({ shown: 'good', handshake: { certificate } })
    })

    it('says of text in place of a ClientHello that there was no TLS, and gives it back', async () => {
      await using port = await open()
      const client = dial(port.port)
      client.write('a LOGIN joe secret\r\n')
      const { failure, facts, below } = await port.failure()
      expect(failure).toBe('failed')
      expect(facts.handshake).toMatchObject({
        result: 'failed',
        certificate: null,
        alertSent: null,
        alertReceived: null,
      })
      expect(facts).toMatchObject({ shown: null, end: { by: 'server', how: 'error' } })
      expect(below?.strayed).toBe(true)
      // What had been read when the engine began is known.
      expect(below?.release()).toEqual(Buffer.alloc(0))
    })
  })

  describePrograms(name, make)
}
