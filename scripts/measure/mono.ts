import type { Mode, Protocol } from '../../src/index.ts'
import { compileMonoClient, monoPrograms } from '../../test/dotnet/mono.ts'
import type { Finding, Target } from './findings.ts'
import type { Judge } from './judge.ts'

/** Mono's SslStream, with a callback that refuses whatever it is told of. */
export const mono: Judge = {
  id: 'mono',
  ecosystem: 'dotnet',
  // BoringSSL, which is a fork.
  implementation: 'openssl',
  needs: monoPrograms,
  asked: 'by tests',
  // Its status of a chain is partly its own invention.
  explained: false,
  of: 'TLS',
  takesNoCrl: true,
  version: { command: ['mono', '--version'], pattern: /version (\d+(?:\.\d+)+)/ },
  async ask({ targets, ca, directory }) {
    const client = await compileMonoClient(directory)
    await client.trust(ca)
    const sessions = targets.map((target) => ({
      target: { ...target, protocol: target.protocol as Protocol, mode: target.mode as Mode },
      callback: 'strict' as const,
    }))
    const played = await client.play(sessions)
    return played.flatMap(({ ok, errors, statuses, said }, index): readonly Finding[] => {
      const target = targets[index]
      if (!target) return []
      const session: Finding = ok
        ? { client: 'Mono SslStream', target, outcome: 'accepted', said: [] }
        : { client: 'Mono SslStream', target, outcome: 'error', said: [{ code: null, text: said }] }
      return [session, callback(target, errors, statuses)]
    })
  },
}

/** What the callback was told, which it is not where the handshake ends before. */
function callback(target: Target, errors: string, statuses: string): Finding {
  const common = { client: 'Mono callback', target, said: [] }
  if (errors === '-') return { ...common, outcome: 'unsaid' }
  if (errors === 'None') return { ...common, outcome: 'accepted' }
  return { ...common, outcome: 'error', said: [{ code: null, text: `${errors} ${statuses}` }] }
}
