import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import type { Errand, Said, Target } from './client.ts'

/** A program of ours, in a client library's language, that plays every session in one process. */
export interface Script {
  readonly program: string
  /** Before the arguments that every script has. */
  readonly args: readonly string[]
  /** Variables that make the machine trust the roots, when that is all that is to trust them. */
  readonly machine?: (ca: string) => Readonly<Record<string, string>>
}

/**
 * What scripts have in common. Arguments: `given` or `machine`, the CA's file, sender, recipient, a file with the message
 * to send, the number of the message to fetch, and a file with CRLs or `-`. Each line of stdin is a target: protocol,
 * mode, host, port, user and password. Each line of stdout is a result: `ok` or `error`, then in base64 and set apart by commas what was said,
 * the lines listed, and the message fetched; `-` stands for none.
 */
export async function playScript(
  { program, args, machine }: Script,
  targets: readonly Target[],
  { ca, crls = '-', mail, message = 1, trust = 'given' }: Errand,
): Promise<readonly Said[]> {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'message')
  writeFileSync(file, mail.raw)
  const lines = targets.map(({ protocol, mode, servername, port, user, password }) =>
    [protocol, mode, servername, port, user, password].join(' '),
  )
  const common = [trust, ca, mail.from, mail.to, file, String(message), crls]
  const { stdout, stderr } = await run(program, [...args, ...common], {
    input: `${lines.join('\n')}\n`,
    timeout: 90_000,
    environment: trust === 'machine' ? (machine?.(ca) ?? {}) : {},
  })
  const results = stdout.trimEnd().split('\n')
  if (results.length !== targets.length) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`)
  return results.map(readResult)
}

function readResult(line: string): Said {
  const [status = '', said = '-', listed = '-', fetched = '-'] = line.split(',')
  const decode = (base64: string): Buffer => Buffer.from(base64, 'base64')
  return {
    ok: status === 'ok',
    said: said === '-' ? '' : decode(said).toString(),
    ...(listed !== '-' && { listed: decode(listed).toString().split('\n') }),
    ...(fetched !== '-' && { fetched: decode(fetched) }),
  }
}
