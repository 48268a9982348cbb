// What must hold wherever the package is loaded. Prints one line per fact; the test reads them.
const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { logIn, message } = require('./client.cjs')

/** Longer than a refusal takes to arrive. */
const settle = 100

module.exports = async ({ startMailServer, startMailServers, MockmailError, scenarios }, system) => {
  const fact = (text) => console.log(`${system} on ${process.version}: ${text}`)
  assert.ok(scenarios.some(({ id }) => id === 'expired'))

  const servers = await startMailServers({ scenarios: ['good', 'expired'] })
  for (const server of servers.endpoints) {
    const { scenario, protocol, mode } = server
    if (scenario === 'good') await logIn(server)
    else await assert.rejects(logIn(server), { code: 'CERT_HAS_EXPIRED' })
    const { outcome, verdict } = await server.outcome({ settle })
    assert.deepEqual([outcome, verdict], [scenario === 'good' ? 'accepted' : 'refused', 'pass'])
    // Both are known only when the TLS socket was traced back to its connection.
    const [{ handshake }] = server.connections
    assert.equal(handshake.certificate.id, scenario)
    if (scenario === 'good') assert.equal(handshake.result, 'finished')
    fact(`${scenario} ${protocol}/${mode} ${outcome}`)
  }
  await servers.close()

  const smtp = await startMailServer({ protocol: 'smtp', mode: 'starttls' })
  await logIn(smtp, { send: message('From far away') })
  assert.equal((await (await smtp.waitForMessage()).parsed()).subject, 'From far away')
  await smtp.close()
  fact('a message came in')

  for (const [name, refuse] of refusers) {
    const server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'untrusted-root' })
    if (await refuse(server)) {
      const { qualifier, reason } = await server.outcome({ settle })
      assert.deepEqual([qualifier, reason], ['alert:unknown_ca', 'unknown-issuer'])
      fact(`${name} sent ${qualifier}`)
    } else {
      fact(`${name} is not on this machine, skipped`)
    }
    await server.close()
  }

  await assert.rejects(startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'expird' }), (error) => {
    assert.ok(error instanceof MockmailError)
    assert.equal(error.code, 'UNKNOWN_SCENARIO')
    assert.match(error.message, /'expired'/)
    return true
  })

  assert.deepEqual(await leftOpen(), [])
  fact('nothing is left open')
}

/** What would keep the process alive, once the handles that were closed have gone, which takes a turn or two. */
async function leftOpen() {
  const ours = ['TCPServerWrap', 'TCPSocketWrap', 'Timeout', 'FSReqCallback']
  let left = []
  for (let turn = 0; turn < 10; turn++) {
    left = process.getActiveResourcesInfo().filter((name) => ours.includes(name))
    if (left.length === 0) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return left
}

/** Clients that say by an alert why they refuse. Each resolves to whether it is there. */
const refusers = [
  [
    'openssl',
    async ({ port, tls }) => {
      if (spawnSync('openssl', ['version']).status !== 0) return false
      const trusted = ['-no-CAfile', '-no-CApath', '-no-CAstore', '-verify_return_error']
      await ended('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', tls.servername, ...trusted])
      return true
    },
  ],
  [
    'python',
    async ({ port, tls }) => {
      if (spawnSync('python3', ['--version']).status !== 0) return false
      const script = `
import socket, ssl, sys
context = ssl.create_default_context(cadata=sys.stdin.read())
try:
    context.wrap_socket(socket.create_connection(("127.0.0.1", ${port})), server_hostname="${tls.servername}")
except ssl.SSLCertVerificationError as error:
    print(error)
`
      await ended('python3', ['-c', script], tls.ca)
      return true
    },
  ],
]

function ended(command, args, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: 20_000 })
    child.on('error', reject)
    child.on('close', resolve)
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
