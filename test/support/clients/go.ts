import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import type { Target } from './client.ts'

/** What Go's crypto/tls makes of each, in one process: `OK` or its error. */
export async function goHandshakes(targets: readonly Target[], ca: string): Promise<readonly string[]> {
  using folder = temporaryDirectory()
  const program = join(folder.path, 'handshakes')
  const built = await run('go', ['build', '-o', program, join(import.meta.dirname, 'handshakes.go')], {
    timeout: 90_000,
  })
  if (built.status !== 0) throw new Error(`go build: ${built.stderr}`)
  const lines = targets.map(({ protocol, mode, servername, port }) => [protocol, mode, servername, port].join(' '))
  const { stdout, stderr } = await run(program, [ca], { input: `${lines.join('\n')}\n` })
  const said = stdout.trimEnd().split('\n')
  if (said.length !== lines.length) throw new Error(`handshakes.go: ${stdout}${stderr}`)
  return said
}
