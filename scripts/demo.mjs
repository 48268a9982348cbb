// Starts the core set, points the real clients that are on this machine at it, and prints what each said beside the verdict.
import { spawn, spawnSync } from 'node:child_process'
import { startMailServers } from '../dist/index.mjs'

const scenarios = [
  'good',
  'expired',
  'self-signed',
  'wrong-host',
  'untrusted-root',
  'missing-intermediate',
  'revoked',
  'starttls-stripped',
]

/** Every client verifies certificates and insists on TLS; `run` returns its own words. */
const clients = [
  {
    name: 'curl',
    protocol: 'imap',
    mode: 'starttls',
    present: has('curl', '--version'),
    run: (server, ca) =>
      shell('curl', [
        '-sS',
        '--ssl-reqd',
        '--cacert',
        ca,
        '-u',
        `${server.user}:${server.password}`,
        '-X',
        'NOOP',
        `imap://localhost:${server.port}`,
      ]),
  },
  {
    name: 'openssl',
    protocol: 'pop3',
    mode: 'starttls',
    present: has('openssl', 'version'),
    run: async (server, ca) => {
      // Without -ign_eof a line that begins with Q is a command to s_client itself.
      const verify = ['-CAfile', ca, '-verify_hostname', 'localhost', '-verify_return_error', '-ign_eof']
      const said = await shell(
        'openssl',
        ['s_client', '-connect', `127.0.0.1:${server.port}`, '-starttls', 'pop3', ...verify],
        'CAPA\nQUIT\n',
      )
      return /verify error:.*/.exec(said)?.[0] ?? /.*STARTTLS.*|Verify return code:.*/i.exec(said)?.[0]?.trim() ?? said
    },
  },
  {
    name: 'nodemailer',
    protocol: 'smtp',
    mode: 'implicit',
    present: await importable('nodemailer'),
    run: (server) => sendMail(server, { secure: true }),
  },
  {
    name: 'nodemailer',
    protocol: 'smtp',
    mode: 'starttls',
    present: await importable('nodemailer'),
    run: (server) => sendMail(server, { requireTLS: true }),
  },
  {
    name: 'imapflow',
    protocol: 'imap',
    mode: 'implicit',
    present: await importable('imapflow'),
    run: listMailboxes,
  },
]

const servers = await startMailServers({ scenarios })
try {
  console.log(`CA of this run: ${servers.ca.path}`)
  for (const { name, protocol, mode, present, run } of clients) {
    console.log(`\n${name} (${protocol}/${mode})${present ? '' : ': not on this machine, skipped'}`)
    if (!present) continue
    for (const server of servers.endpoints.filter((one) => one.protocol === protocol && one.mode === mode)) {
      server.reset()
      const said = await run(server, servers.ca.path)
      const { outcome, verdict, qualifier, detail } = await server.outcome()
      const judged = `${verdict}: ${outcome}, ${qualifier ?? detail}`
      console.log(`  ${server.scenario.padEnd(21)}${judged.padEnd(52)}${firstLine(said)}`)
    }
  }
  console.log(
    '\npass: as a strict client would. note: curl and Node were given no CRL, so they cannot know of the revocation.',
  )
} finally {
  await servers.close()
}

async function sendMail(server, options) {
  const { default: nodemailer } = await import('nodemailer')
  const transport = nodemailer.createTransport({
    host: server.servername,
    port: server.port,
    auth: { user: server.user, pass: server.password },
    tls: server.tls,
    ...options,
  })
  try {
    return (await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', text: 'hello' })).response
  } catch (error) {
    return error.message
  } finally {
    transport.close()
  }
}

async function listMailboxes(server) {
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    host: server.servername,
    port: server.port,
    secure: true,
    auth: { user: server.user, pass: server.password },
    tls: server.tls,
    logger: false,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { length } = await client.list()
    await client.logout()
    return `${length} mailboxes listed`
  } catch (error) {
    client.close()
    return error.message
  }
}

function shell(file, args, input = '') {
  return new Promise((resolve) => {
    const child = spawn(file, args, { timeout: 10_000 })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('close', (code) => resolve(said.trim() || `exit status ${code}`))
  })
}

function has(file, ...args) {
  return spawnSync(file, args).status === 0
}

async function importable(name) {
  return import(name).then(
    () => true,
    () => false,
  )
}

function firstLine(text) {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.slice(0, 110) ?? ''
  )
}
