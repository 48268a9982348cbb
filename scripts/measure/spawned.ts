import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Said, Target } from './findings.ts'
import type { JudgeFacts } from './judge.ts'

/** What fetchmail says of any certificate. */
const chatter =
  /^(?:Server certificate:|Issuer|Subject|Loaded OpenSSL|SSL\/TLS: using|Trying to connect|[\d.]+ querying|.*fingerprint|.*TLS succeeded|.*[<>] )/

/** A client that is one process per connection. */
export interface Spawned extends JudgeFacts {
  /** Default: its id. */
  readonly client?: string
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
  /** The version of TLS that was agreed on, told where all went well. */
  negotiated?(output: string): string | undefined
}

const matches = (output: string, pattern: RegExp): readonly string[] =>
  [...output.matchAll(pattern)].map(([whole, part]) => part ?? whole)

const uncoded = (text: string): Said => ({ code: null, text })

const sClient: Spawned = {
  id: 's_client',
  ecosystem: 'openssl',
  implementation: 'openssl',
  needs: ['openssl'],
  asked: 'by tests',
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
  // Where a session is printed it says which version; otherwise the ciphers do, and those of TLS 1.0 are called SSLv3.
  negotiated: (output) =>
    (/^ +Protocol +: (\S+)$/m.exec(output) ?? /^New, (\S+), Cipher is (?!\(NONE\))/m.exec(output))?.[1],
}

const gnutlsCli: Spawned = {
  id: 'gnutls-cli',
  ecosystem: 'gnutls',
  implementation: 'gnutls',
  needs: ['gnutls-cli'],
  asked: 'by tests',
  version: { command: ['gnutls-cli', '--version'], pattern: /gnutls-cli (\S+)/ },
  // It takes a CRL only from an issuer that it was told to trust: the intermediate.
  configuration: (target, ca) => {
    if (!target.crl) return ''
    return [ca, join(target.crl, '../chain.pem')].map((file) => readFileSync(file, 'utf8')).join('')
  },
  command: (target, ca, directory) => [
    'gnutls-cli',
    ...['--x509cafile', target.crl ? join(directory, 'configuration') : ca],
    ...(target.crl ? ['--x509crlfile', target.crl.replace('crl-chain', 'crl')] : []),
    ...['--port', String(target.port), '--sni-hostname', target.servername],
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
  negotiated: (output) => /^- Description: \((TLS[\d.]+)/m.exec(output)?.[1],
}

/** Such a program with further options, asked of versions of TLS only. */
const withOptions = (program: Spawned, id: string, options: readonly string[]): Spawned => ({
  ...program,
  id,
  explained: false,
  of: 'versions of TLS',
  command(target, ca, directory) {
    const [file, ...rest] = program.command(target, ca, directory)
    return program === sClient ? [file, ...rest, ...options] : [file, ...options, ...rest]
  },
})

/** Every such client that `measure` knows; those that are not on the machine are left out. */
export const spawned: readonly Spawned[] = [
  sClient,
  // As before RFC 8996.
  withOptions(sClient, 's_client-every-version', ['-min_protocol', 'TLSv1', '-cipher', 'DEFAULT@SECLEVEL=0']),
  gnutlsCli,
  // GnuTLS 3.7 still offers TLS 1.0 and 1.1 by default.
  withOptions(gnutlsCli, 'gnutls-cli-modern', ['--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3']),
  {
    id: 'curl',
    ecosystem: 'curl',
    implementation: 'openssl',
    needs: ['curl'],
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
    id: 'msmtp',
    ecosystem: 'gnutls',
    implementation: 'gnutls',
    needs: ['msmtp'],
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
    id: 'fetchmail',
    ecosystem: 'openssl',
    implementation: 'openssl',
    needs: ['fetchmail'],
    takesNoCrl: true,
    version: { command: ['fetchmail', '--version'], pattern: /release (\S+?)\+/ },
    protocols: ['imap', 'pop3'],
    // It asks for the configuration on stdin, and for one nobody else can read.
    command: (_target, _ca, directory) => [
      ...(['fetchmail', '-f', '-', '--nodetach', '--nosyslog', '--check', '-v', '-i', '/dev/null'] as const),
      ...['--pidfile', join(directory, 'pid')],
    ],
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
    id: 'mbsync',
    ecosystem: 'openssl',
    implementation: 'openssl',
    needs: ['mbsync'],
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
