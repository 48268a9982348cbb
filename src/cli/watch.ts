import { openAppended } from '../appended.ts'
import { MockmailError } from '../errors.ts'
import { connectionEvent, messageEvent } from '../fleet/events.ts'
import type { MailServers } from '../fleet/start.ts'
import { jsonLine } from '../fleet/told.ts'
import { Turns } from '../fleet/turns.ts'
import type { ConnectionRecord } from '../record/record.ts'
import { formatTranscript } from '../record/transcript.ts'
import { oneLine } from '../text/printable.ts'
import { formatProof } from '../verdicts/proof.ts'
import { type Judgement, judgeConnection } from '../verdicts/verdict.ts'

/** An open `--log` file. */
export interface Log {
  /**
   * Appends one line.
   * @throws {MockmailError} FILE_UNWRITABLE
   */
  write(line: string): void
  close(): void
}

/**
 * Opens the log before anything starts, so that an unwritable one is found at once.
 *
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export function openLog(file: string | undefined): Log | undefined {
  if (file === undefined) return undefined
  const attempt = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      throw new MockmailError('FILE_UNWRITABLE', `--log ${file}: ${(error as Error).message}.`, { cause: error })
    }
  }
  const log = attempt(() => openAppended(file))
  return {
    write: (line) => attempt(() => log.write(`${line}\n`)),
    close: () => log.close(),
  }
}

/** What {@link watch} does with what it sees. */
export interface Watch {
  readonly json: boolean | undefined
  readonly quiet: boolean | undefined
  readonly verbose: boolean | undefined
  readonly log: Log | undefined
  print(line: string): void
  /** For what is said of the telling itself. */
  note(line: string): void
  /** Called when the log cannot be written any more. */
  fail(error: MockmailError): void
}

/**
 * Prints a line (or a JSON event) for every connection that ends and every message that comes in. What cannot be told whole is
 * told cut down, and what cannot be told at all is told of: neither ends anything. Of many at once one is told in a turn.
 *
 * @returns what tells all that is left; that is done too when they close
 */
export function watch(servers: MailServers, options: Watch): () => void {
  const { json, quiet, verbose = false, log, print, note, fail } = options
  const lineOf = (event: object, what: string, shortened = false): string => {
    const { line, cut } = jsonLine(event)
    if (cut || shortened) note(`mockmail: ${what} is too large to be told whole, and was cut down.`)
    return line
  }
  const attempt = (what: string, tell: () => void): void => {
    try {
      tell()
    } catch (error) {
      if (error instanceof MockmailError) fail(error)
      else note(`mockmail: ${what} cannot be told: ${oneLine(String(error))}.`)
    }
  }
  const turns = new Turns()
  servers.each((server) => {
    const where = `${server.protocol}/${server.mode}`
    server.onClose(async () => turns.finish())
    server.onEnded((record) => {
      const what = `connection ${record.id} of ${record.scenario} ${where}`
      // It may show another one when its turn comes.
      const { resolved } = server
      turns.add(() => {
        if (log) attempt(what, () => log.write(lineOf(record, what)))
      })
      turns.add(() =>
        attempt(what, () => {
          const judgement = judgeConnection(record, resolved)
          if (json) print(lineOf(connectionEvent(server, record, judgement), what))
          else if (!quiet) print(connectionLine(record, judgement, { verbose }))
        }),
      )
    })
    server.onMessage((message) => {
      if (!json) return
      const what = `a message of ${message.connection.scenario} ${where}`
      turns.add(() =>
        attempt(what, () => {
          const event = messageEvent(server, message)
          print(lineOf(event, what, event.cut))
        }),
      )
    })
  })
  return () => turns.finish()
}

/** After {@link watch}, for a command that never asks again for what has been told, and may run for days. */
export function forgetTold(servers: MailServers): void {
  servers.each((server) => server.onEnded((record) => server.forget(record)))
}

function connectionLine(
  record: ConnectionRecord,
  { outcome, detail, grade, qualifier, verdict, proof }: Judgement,
  { verbose }: { readonly verbose: boolean },
): string {
  const { scenario, protocol, mode } = record
  const time = new Date(record.openedAt).toTimeString().slice(0, 8)
  const line = `${time} ${scenario} ${protocol}/${mode} ${outcome} ${qualifier ?? detail} (${verdict})`
  if (!verbose) return line
  const { result, version, cipher, error } = record.handshake
  const handshake = result === 'none' ? '' : `\n  TLS ${[result, version, cipher, error].filter(Boolean).join(', ')}`
  const wrong = proof && grade !== 'safe' ? formatProof(proof, { width: 200, served: scenario }) : []
  const shown = wrong.map(
    (one) => `
  ${one}`,
  )
  return `${line}${handshake}${shown.join('')}${formatTranscript(record.transcript)
    .replace(/^(?=.)/gm, '  ')
    .replace(/^/, '\n')
    .trimEnd()}`
}
