import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { startMailServer } from '../../src/index.ts'
import { temporaryDirectory } from '../support/programs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Two sessions over TLS, one after the other; prints the warnings, and how far each came. */
const sessions = (file: string): string => `
import { once } from 'node:events'
import { connect } from 'node:tls'
import { startMailServer } from './src/index.ts'
process.on('warning', ({ name, code, message }) => console.log(name, code, message))
const server = await startMailServer({ protocol: 'imap', mode: 'implicit', keylog: ${JSON.stringify(file)} })
for (let session = 0; session < 3; session++) {
  const socket = connect({ host: server.host, port: server.port, ...server.tls })
  const [greeting] = await once(socket, 'data')
  console.log(String(greeting).slice(0, 4))
  socket.destroy()
  await once(socket, 'close')
}
await server.close()
`

describe.skipIf(process.platform === 'win32')('a key log', () => {
  it('that cannot grow is told once, and the run goes on', async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'keys.log')
    // Blocks of 512 or 1024 octets; a session over TLS 1.3 writes about as much.
    const limited = `ulimit -f 1; exec "$0" --import tsx --input-type=module --eval "$1"`
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, sessions(file)], { cwd: root })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.filter((line) => line === '* OK')).toHaveLength(3)
    expect(lines.filter((line) => line !== '* OK')).toEqual([
      `MockmailWarning FILE_UNWRITABLE The key log ${file} ends here, and the run goes on: EFBIG: file too large, write.`,
    ])
  })

  it('with room has the secrets of every session, and is for its owner only', async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'keys.log')
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', sessions(file)],
      { cwd: root },
    )
    expect(stdout).toBe('* OK\n* OK\n* OK\n')
    expect(readFileSync(file, 'utf8').match(/^CLIENT_TRAFFIC_SECRET_0 /gm)).toHaveLength(3)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('that cannot be made is refused before anything listens', async () => {
    const start = startMailServer({
      protocol: 'imap',
      mode: 'implicit',
      keylog: join(import.meta.dirname, 'no/such/file'),
    })
    await expect(start).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
  })
})
