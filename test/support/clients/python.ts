import { join } from 'node:path'
import { run } from '../programs.ts'
import type { Errand, Said, SessionClient, Target } from './client.ts'

/** Python's smtplib, imaplib and poplib with `ssl.create_default_context(cafile=…)`. */
export const python: SessionClient = {
  name: 'python',
  needs: ['python3'],
  protocols: ['smtp', 'imap', 'pop3'],
  play: (target, errand) => playPython(target, errand),
}

async function playPython(target: Target, { ca, mail }: Errand): Promise<Said> {
  const { protocol, mode, servername, port, user, password } = target
  const errand = { protocol, mode, servername, port, user, password, ca, ...mail }
  const script = join(import.meta.dirname, 'session.py')
  const { stdout, stderr } = await run('python3', [script], { input: JSON.stringify(errand) })
  if (stderr !== '') throw new Error(`session.py: ${stderr}`)
  const { fetched, ...said } = JSON.parse(stdout) as Omit<Said, 'fetched'> & { readonly fetched?: string }
  return { ...said, ...(fetched !== undefined && { fetched: Buffer.from(fetched, 'base64') }) }
}
