import { Command, CommanderError } from 'commander'
import { MockmailError, outOfFiles } from '../errors.ts'
import { oneLine, withoutCommands } from '../text/printable.ts'
import { version } from '../version.ts'
import { addCerts } from './certs.ts'
import { addCheck } from './check.ts'
import { addExec, splitCommandLine } from './exec.ts'
import { addExplain } from './explain.ts'
import { addList } from './list.ts'
import { explainMisuse } from './misuse.ts'
import { briefOutput, untilRead } from './output.ts'
import { addUp } from './up.ts'

const examples = `
Examples:
  $ mockmail up                                   the core set on every protocol
  $ mockmail up expired --protocol imap           one fault on two ports
  $ mockmail up self-signed+wrong-host --json     for scripts
  $ mockmail exec expired -- npm test             servers around a command
  $ mockmail check -- ./my-client {url} {ca}      is my client safe?
  $ mockmail explain CERT_HAS_EXPIRED             an error, in a client's words
  $ mockmail certs ./pki                          the certificates as files`

/** Commands that run another one, which stands behind `--`. */
const runners = ['exec', 'check']

/** Runs the command line. Sets the exit status; never rejects for what a user can do wrong. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('mockmail')
    .description('Fake SMTP, IMAP and POP3 servers with broken certificates and broken STARTTLS.')
    .version(version)
    .addHelpText('after', examples)
  addUp(program)
  addExec(program)
  addCheck(program)
  addList(program)
  addExplain(program)
  addCerts(program)
  for (const command of [program, ...program.commands]) {
    command
      .configureOutput({ outputError: () => {}, writeOut: (text) => briefOutput().result(text.trimEnd()) })
      .exitOverride((error) => {
        throw explainMisuse(error, command)
      })
  }
  // There is no place left to say that this failed.
  process.stderr.on('error', () => {})
  try {
    await program.parseAsync(splitCommandLine(argv, runners), { from: 'user' })
  } catch (error) {
    process.exitCode = statusOf(error)
  }
  await untilRead()
}

const misused = 2

function statusOf(given: unknown): number {
  const error = outOfFiles(given)
  // Help and version are no errors; commander has written its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misused
  if (error instanceof MockmailError) {
    process.stderr.write(`mockmail: ${withoutCommands(oneLine(error.message))}\n`)
    return error.exitCode
  }
  throw error
}
