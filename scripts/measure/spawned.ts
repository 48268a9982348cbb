import type { Said, Target } from './findings.ts'

/** What fetchmail says of any certificate. */
const chatter =
  /^(?:Server certificate:|Issuer|Subject|Loaded OpenSSL|SSL\/TLS: using|Trying to connect|[\d.]+ querying|.*fingerprint|.*TLS succeeded|.*[<>] )/

/** A client that is one process per connection. */
export interface Spawned {
  readonly ecosystem: string
  readonly client: string
  readonly version: VersionQuery
  /** Default: all three. */
  readonly protocols?: readonly string[]
  /** Scenarios that it is not pointed at. Default none. */
  readonly unasked?: readonly string[]
  /** It cannot be given a CRL. */
  readonly takesNoCrl?: true
  /** Exit statuses of a success. Default 0. */
  readonly accepts?: readonly number[]
  command(target: Target, ca: string, directory: string): readonly [string, ...string[]]
  /** Fed on stdin. */
  input?(target: Target, ca: string): string
  /** Written to the file `configuration` of the directory. */
  configuration?(target: Target, ca: string, directory: string): string
  /** Picks the sentences that say what went wrong, each with the code that one would look up. */
  lines(output: string): readonly Said[]
}

/** How a program is asked for its version. */
export interface VersionQuery {
  readonly command: readonly [string, ...string[]]
  readonly pattern: RegExp
}

const matches = (output: string, pattern: RegExp): readonly string[] =>
  [...output.matchAll(pattern)].map(([whole, part]) => part ?? whole)

const uncoded = (text: string): Said => ({ code: null, text })

/** Every such client that `measure` knows; those that are not on the machine are left out. */
export const spawned: readonly Spawned[] = [
  {
    ecosystem: 'openssl',
    client: 's_client',
    version: { command: ['openssl', 'version'], pattern: /OpenSSL (\S+)/ },
    command: (target, ca) => [
      'openssl',
      's_client',
      ...['-connect', `${target.host}:${target.port}`, '-servername', target.servername, '-CAfile', ca],
      ...['-verify_hostname', target.servername, '-name', 'localhost'],
      // Only the first CRL of a file is read.
      ...(target.crl ? ['-crl_check', '-CRL', target.crl.replace('crl-chain', 'crl')] : []),
      ...(target.mode === 'starttls' ? ['-starttls', target.protocol] : []),
    ],
    lines(output) {
      const coded = (pattern: RegExp): readonly Said[] =>
        [...output.matchAll(pattern)].map(([text, code]) => ({ code: code ?? null, text }))
      return [
        ...coded(/verify error:num=(\d+):.*/g),
        ...coded(/Verify return code: ([1-9]\d*) \(.*\)/g).slice(0, 1),
        ...coded(/^[0-9A-F]+:error:([0-9A-F]+):.*$/gm),
        ...matches(output, /^(?:Didn't find .*|.*connect:errno=\d+)$/gm).map(uncoded),
      ]
    },
  },
  {
    ecosystem: 'curl',
    client: 'curl',
    version: { command: ['curl', '--version'], pattern: /curl (\S+).*?(OpenSSL|GnuTLS)/ },
    command: (target, ca) => [
      'curl',
      ...['-sS', '--cacert', ca, '--max-time', '3', '-u', `${target.user}:${target.password}`],
      ...(target.protocol === 'pop3' ? [] : ['-X', 'NOOP']),
      ...(target.crl ? ['--crlfile', target.crl] : []),
      ...(target.mode === 'starttls' ? ['--ssl-reqd'] : []),
      `${target.protocol}${target.mode === 'implicit' ? 's' : ''}://${target.servername}:${target.port}`,
    ],
    lines(output) {
      const found = /^curl: \((\d+)\) .*$/m.exec(output)
      return found?.[1] ? [{ code: found[1], text: found[0] }] : []
    },
  },
  {
    ecosystem: 'gnutls',
    client: 'gnutls-cli',
    takesNoCrl: true,
    version: { command: ['gnutls-cli', '--version'], pattern: /gnutls-cli (\S+)/ },
    command: (target, ca) => [
      'gnutls-cli',
      ...['--x509cafile', ca, '--port', String(target.port), '--sni-hostname', target.servername],
      `--verify-hostname=${target.servername}`,
      ...(target.mode === 'starttls' ? [`--starttls-proto=${target.protocol}`] : []),
      target.host,
    ],
    lines(output) {
      return [
        ...matches(output, /- Status: (The certificate is NOT trusted.*?)\s*$/gm),
        ...matches(output, /^\*\*\* ((?:Fatal error|Received alert).*)$/gm),
        ...matches(output, /^(?:Could not connect to .*|error receiving .*)$/gm),
      ]
        .filter((text) => !text.includes('Error in the certificate'))
        .map(uncoded)
    },
  },
  {
    ecosystem: 'gnutls',
    client: 'msmtp',
    version: { command: ['msmtp', '--version'], pattern: /msmtp version (\S+)/ },
    protocols: ['smtp'],
    command: (target, ca) => [
      'msmtp',
      ...['--host=localhost', `--port=${target.port}`, '--tls=on', `--tls-trust-file=${ca}`, '--timeout=3'],
      `--tls-starttls=${target.mode === 'starttls' ? 'on' : 'off'}`,
      ...(target.crl ? [`--tls-crl-file=${target.crl}`] : []),
      ...['--auth=on', `--user=${target.user}`, `--passwordeval=echo ${target.password}`, '--from=a@example.com'],
      'b@example.com',
    ],
    input: () => 'Subject: x\n\nx\n',
    lines: (output) =>
      matches(output, /^msmtp: (.*)$/gm)
        .filter((text) => !/could not send mail|^server message|account default|--file=/.test(text))
        .map(uncoded),
  },
  {
    ecosystem: 'openssl',
    client: 'fetchmail',
    takesNoCrl: true,
    version: { command: ['fetchmail', '--version'], pattern: /release (\S+?)\+/ },
    protocols: ['imap', 'pop3'],
    // It asks for the configuration on stdin, and for one nobody else can read.
    command: () => ['fetchmail', '-f', '-', '--nodetach', '--nosyslog', '--check', '-v', '-i', '/dev/null'],
    input: (target, ca) =>
      [
        `poll localhost with proto ${target.protocol} port ${target.port} timeout 3`,
        `user "${target.user}" password "${target.password}"`,
        `${target.mode === 'implicit' ? 'ssl' : 'sslproto "auto"'} sslcertck sslcertfile "${ca}"\n`,
      ].join(' '),
    lines: (output) =>
      matches(output, /^fetchmail: (.*)$/gm)
        .filter((text) => /certificate|TLS|SSL|verif|refused|upgrade|mismatch|auth|command not|timeout/i.test(text))
        .filter((text) => !chatter.test(text))
        .map(uncoded),
    // 1 is: no new mail.
    accepts: [0, 1],
  },
  {
    ecosystem: 'openssl',
    client: 'mbsync',
    unasked: ['starttls-injected'],
    takesNoCrl: true,
    version: { command: ['mbsync', '--version'], pattern: /isync (\S+)/ },
    protocols: ['imap'],
    command: (_target, _ca, directory) => ['mbsync', '-c', `${directory}/configuration`, '-l', 'x'],
    configuration: (target, ca, directory) =>
      [
        'IMAPAccount a',
        'Host localhost',
        `Port ${target.port}`,
        `User ${target.user}`,
        `Pass ${target.password}`,
        `SSLType ${target.mode === 'implicit' ? 'IMAPS' : 'STARTTLS'}`,
        `CertificateFile ${ca}`,
        'Timeout 3',
        '',
        'IMAPStore far',
        'Account a',
        '',
        'MaildirStore near',
        `Path ${directory}/`,
        '',
        'Channel x',
        'Far :far:',
        'Near :near:',
        '',
      ].join('\n'),
    lines: (output) =>
      matches(
        output,
        /^(?:SSL error.*|IMAP error.*|IMAP command .*|Cannot connect to .*|Socket error.*|Error.*|Timeout.*)$/gm,
      ).map(uncoded),
  },
]
