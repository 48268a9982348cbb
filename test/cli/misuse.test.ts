import { beforeAll, describe, expect, it } from 'vitest'
import { itWith } from '../support/programs.ts'
import { ensureBuilt, openWorkplace, run } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

const now = 'Allowed: an instant such as 2030-01-31 or 2030-01-31T12:00:00Z, from 1960 to 9980.'

const misuse: readonly (readonly [args: readonly string[], sentence: string])[] = [
  [['upp'], "There is no command 'upp'. Did you mean 'up'? Allowed: up, exec, check, list, explain, certs."],
  [
    ['expired+wrong-host'],
    "There is no command 'expired+wrong-host'. 'expired+wrong-host' is a scenario: 'mockmail up expired+wrong-host' serves it. Allowed: up, exec, check, list, explain, certs.",
  ],
  [
    ['--verson'],
    "There is no flag '--verson' of 'mockmail'. Did you mean '--version'? 'mockmail --help' shows them all.",
  ],
  [
    ['--mode', 'plain', 'up'],
    "There is no flag '--mode' of 'mockmail'. It is a flag of up, exec, check, and stands behind that word. 'mockmail --help' shows them all.",
  ],
  [
    ['up', '--prot', 'imap'],
    "There is no flag '--prot' of 'mockmail up'. Did you mean '--protocol' or '--port'? 'mockmail up --help' shows them all.",
  ],
  [
    ['up', '--sevrername=a.test'],
    "There is no flag '--sevrername' of 'mockmail up'. Did you mean '--servername'? 'mockmail up --help' shows them all.",
  ],
  [['up', '-x'], "There is no flag '-x' of 'mockmail up'. 'mockmail up --help' shows them all."],
  [
    ['certs', '.', '--port', '1'],
    "There is no flag '--port' of 'mockmail certs'. 'mockmail certs --help' shows them all.",
  ],

  [['up', 'expried'], "There is no scenario 'expried'. Did you mean 'expired'? 'mockmail list' shows them all."],
  [['up', 'expired+not-there'], "There is no scenario 'not-there'. 'mockmail list' shows them all."],
  [
    ['up', 'no\x1b[31m-such\x1b]0;title\x07-scenario'],
    "There is no scenario 'no-such-scenario'. 'mockmail list' shows them all.",
  ],
  [['up', 'good', ''], "There is no scenario ''. 'mockmail list' shows them all."],
  [
    ['exec', 'Expired', '--', 'true'],
    "There is no scenario 'Expired'. Did you mean 'expired'? 'mockmail list' shows them all.",
  ],
  [
    ['certs', 'out', 'wrong.hst'],
    "There is no scenario 'wrong.hst'. Did you mean 'wrong.host' or 'wrong-host'? 'mockmail list' shows them all.",
  ],
  [['up', 'expired+expired'], "'expired' stands in the scenario twice."],
  [
    ['up', 'self-signed+untrusted-root'],
    "'self-signed' and 'untrusted-root' cannot be combined: 'untrusted-root' sets root.trusted, and nothing leads a client to that root any more. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.",
  ],
  [
    ['up', 'expired@2'],
    "'expired@2': 'expired' happens at no chosen moment; only a connection number may follow, as in 'expired@2nd'.",
  ],
  [['up', 'expired@0th'], "'expired@0th': connections are counted from 1st."],
  [
    ['up', 'starttls-stripped', '--mode', 'implicit'],
    "'starttls-stripped' cannot show on smtp, imap, pop3 in mode implicit: starttls-stripped is of mode starttls only.",
  ],

  [['up', '--protocol', 'imap,impa'], "There is no protocol 'impa'. Did you mean 'imap'? Allowed: smtp, imap, pop3."],
  [['up', '--protocol', ''], "There is no protocol ''. Allowed: smtp, imap, pop3."],
  [['up', '--mode', 'tls'], "There is no mode 'tls'. Did you mean 'starttls'? Allowed: implicit, starttls, plain."],
  [['up', '--all', 'good'], "--all and the name 'good' cannot both be given."],
  [['up', '--all', '--tag', 'core'], '--all and --tag cannot both be given.'],
  [['up', '--quiet', '-v'], '--quiet and --verbose cannot both be given.'],

  [['up', '--port', '70000'], "--port: '70000' is not allowed. Allowed: a whole number from 0 to 65535."],
  [['up', '--port', 'abc'], "--port: 'abc' is not allowed. Allowed: a whole number from 0 to 65535."],
  [['up', '--port=-5'], "--port: '-5' is not allowed. Allowed: a whole number from 0 to 65535."],
  [['up', '--port'], "--port <number> lacks its value; 'mockmail up --help' says more."],
  [
    ['up', 'good', '--port', '30001'],
    'Port 30001 is for a single endpoint, and 6 would be started. A port base (--port-base, portBase) serves several.',
  ],
  [['up', '--port', '1', '--port-base', '2'], '--port and --port-base cannot both be given.'],
  [['up', '--port-base', '0'], "--port-base: '0' is not allowed. Allowed: a whole number from 1 to 65535."],
  [
    ['up', '--port-base', 'good'],
    "--port-base: 'good' is not allowed. Allowed: a whole number from 1 to 65535, or nothing, as the last flag.",
  ],
  [['up', 'good', '--port-base', '65532'], 'Port base 65532 leaves no room for 6 ports below 65536.'],

  [['up', '--host', ''], "--host: '' is not allowed. Allowed: an address of this machine."],
  [
    ['up', '--servername', 'bad name'],
    "--servername: 'bad name' is not allowed. Allowed: a host name in ASCII, a wildcard name such as *.example.com, or an IP address.",
  ],
  [
    ['certs', 'out', '--servername', 'münchen.example'],
    "--servername: 'münchen.example' is not allowed. Allowed: a host name in ASCII, a wildcard name such as *.example.com, or an IP address.",
  ],
  [['up', '--now', 'garbage 1'], `--now: 'garbage 1' is not allowed. ${now}`],
  [['up', '--now', '2030-02-30T25:00'], `--now: '2030-02-30T25:00' is not allowed. ${now}`],
  [['up', '--now', '2030-02-30'], `--now: '2030-02-30' is not allowed. ${now}`],
  [['up', '--now', '2030-04-31T12:00:00+02:00'], `--now: '2030-04-31T12:00:00+02:00' is not allowed. ${now}`],
  [['up', '--now', '9999-12-31'], `--now: '9999-12-31' is not allowed. ${now}`],
  [['up', '--key', 'dsa'], "--key: 'dsa' is not allowed. Did you mean 'rsa'? Allowed: ec, rsa."],
  [['up', '--user', 'nobody'], "--user: 'nobody' is not allowed. Allowed: name:password."],
  [['up', '--pki', ''], "--pki: '' is not allowed. Allowed: a directory."],
  [['up', '--log', ''], "--log: '' is not allowed. Allowed: a file."],

  [['up', '--port-offset', '-1'], "--port-offset: '-1' is not allowed. Allowed: a whole number from 0 to 64542."],
  [['up', '--port-base', '--port-offset', '9'], '--port-base and --port-offset cannot both be given.'],
  [['up', '--ttl', 'soon'], "--ttl: 'soon' is not allowed. Allowed: a length of time, such as 500ms, 20s, 10m or 2h."],
  [['up', '--ready-file', ''], "--ready-file: '' is not allowed. Allowed: a file."],
  [['up', '--keylog', ''], "--keylog: '' is not allowed. Allowed: a file."],
  [['exec', '--trust', 'go', '--', 'true'], "--trust: 'go' is not allowed. Allowed: node, openssl, python, java."],

  [['check'], 'The command to run is missing: mockmail check [scenario...] -- <command> [argument...]'],
  [
    ['check', '--timeout', 'soon', '--', 'true'],
    "--timeout: 'soon' is not allowed. Allowed: a length of time, such as 500ms, 20s, 10m or 2h.",
  ],
  [['check', '--jobs', '0', '--', 'true'], "--jobs: '0' is not allowed. Allowed: a whole number from 1 to 9999."],
  [
    ['check', '--contract', 'strickt', '--', 'true'],
    "--contract: 'strickt' is not allowed. Did you mean 'strict'? Allowed: strict, opportunistic.",
  ],
  [
    ['check', '--reporter', 'jsn', '--', 'true'],
    "There is no reporter 'jsn'. Did you mean 'json'? Allowed: pretty, json, junit, markdown, html.",
  ],

  [['list', 'expired'], "'expired' is too much: mockmail list [options]"],
  [['certs'], '<dir> is missing: mockmail certs [options] <dir> [scenario...]'],
  [['certs', ''], "<dir>: '' is not allowed. Allowed: a directory."],
  [['exec', 'good'], 'The command to run is missing: mockmail exec [scenario...] -- <command> [argument...]'],
  [['exec', 'good', '--'], 'The command to run is missing: mockmail exec [scenario...] -- <command> [argument...]'],
  [['exec', 'good', '--', ''], 'The command to run is missing: mockmail exec [scenario...] -- <command> [argument...]'],
  // Only `exec` takes a command.
  [['up', '--', 'npm'], "There is no scenario 'npm'. 'mockmail list' shows them all."],
]

describe('misuse ends with 2 and one sentence', () => {
  it.concurrent.each(misuse)('%j', async (args, sentence) => {
    using workplace = openWorkplace()
    expect(await run(workplace, args)).toEqual({
      status: 2,
      signal: null,
      stdout: '',
      stderr: `mockmail: ${sentence}\n`,
    })
  })

  it('names the tags that there are', async () => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, ['up', '--tag', 'trst'])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(
      /^mockmail: There is no tag 'trst'\. Did you mean 'trust'.*\? Allowed: .*\bcore, .*\btrust.*\.\n$/,
    )
  })

  itWith('ls')('writes no log, and makes no directory', async () => {
    using workplace = openWorkplace()
    await run(workplace, ['up', 'expried', '--log', 'records.log', '--pki', 'pki'])
    await run(workplace, ['certs', 'out', 'expried'])
    const { stdout } = await run(workplace, ['exec', '--quiet', 'good', '--protocol', 'pop3', '--', 'ls'])
    expect(stdout).toBe('tmp\n')
  })

  it('shows the commands when there is none, on stderr', async () => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, [])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^Usage: mockmail \[options\] \[command\]\n/)
  })
})
