import { expect, it } from 'vitest'
import { describeWith, run } from '../support/programs.ts'
import { identity, type MakeEngine, Port, textOf } from './harness.ts'

const certificate = { id: 'good', subject: identity.subject, fingerprint256: identity.fingerprint256 }

/** How a close_notify that was seen, or missing, may be told: an engine that cannot see them says so. */
const honestly = (truth: 'seen' | 'missing') => expect.stringMatching(new RegExp(`^(?:${truth}|unknown)$`))

/** The same, judged by programs that do not share OpenSSL with Node, or not its version. */
export function describePrograms(name: string, make: MakeEngine): void {
  describeWith(['openssl'], `${name}, as OpenSSL sees it,`, () => {
    const sClient = (port: Port, ...flags: readonly string[]) =>
      run('openssl', ['s_client', '-connect', `127.0.0.1:${port.port}`, '-servername', 'localhost', ...flags], {
        input: 'hello\n',
      })

    it.each([
      ['TLSv1.2', '-tls1_2'],
      ['TLSv1.3', '-tls1_3'],
    ])('completes %s', async (version, flag) => {
      await using port = await Port.open(make({ identity }))
      const ran = sClient(port, flag)
      const { session } = await port.session()
      expect(await textOf(session.stream)).toBe('hello\n')
      expect(session.facts).toMatchObject({
        handshake: { result: 'finished', version, certificate },
        end: { by: 'client', how: 'fin', closeNotify: honestly('seen') },
      })
      expect((await ran).stdout).toContain(`New, ${version}, Cipher is `)
    })

    it.each(['-tls1_2', '-tls1_3'])('is refused by its alert, with %s', async (flag) => {
      await using port = await Port.open(make({ identity }))
      const ran = sClient(port, flag, '-no-CAfile', '-no-CApath', '-no-CAstore', '-verify', '5', '-verify_return_error')
      const end = await port.failure()
      expect(end.failure).toBe('alert')
      expect(end.facts.handshake).toMatchObject({ alertReceived: { code: 48, name: 'unknown_ca' }, certificate })
      expect((await ran).stderr).toContain('certificate verify failed')
    })
  })

  describeWith(['gnutls-cli'], `${name}, as GnuTLS sees it,`, () => {
    it.each([
      ['TLSv1.2', '-VERS-ALL:+VERS-TLS1.2'],
      ['TLSv1.3', '-VERS-ALL:+VERS-TLS1.3'],
    ])('completes %s', async (version, priority) => {
      await using port = await Port.open(make({ identity }))
      const flags = ['--insecure', '--sni-hostname', 'localhost', '--priority', `NORMAL:${priority}`]
      const ran = run('gnutls-cli', ['--port', String(port.port), ...flags, '127.0.0.1'], { input: 'hello\n' })
      const { session } = await port.session()
      expect(await textOf(session.stream)).toBe('hello\n')
      expect(session.facts).toMatchObject({
        handshake: { result: 'finished', version, certificate },
        end: { by: 'client', how: 'fin', closeNotify: honestly('seen') },
      })
      expect((await ran).stdout).toContain('Handshake was completed')
    })
  })
}
