import { appendFileSync, closeSync, openSync } from 'node:fs'
import { MockmailError } from '../errors.ts'
import type { MailServer } from '../server.ts'
import type { ConnectionRecord } from '../servers/core/record.ts'
import { formatTranscript } from '../servers/core/transcript.ts'
import type { MailServers } from '../start.ts'
import { type Judgement, judgeConnection } from '../verdicts/verdict.ts'
import { connectionEvent, messageEvent } from './events.ts'

/** An open `--log` file. */
export interface Log {
  /** @throws {MockmailError} FILE_UNWRITABLE */
  write(record: ConnectionRecord): void
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
  const descriptor = attempt(() => openSync(file, 'a', 0o600))
  return {
    write: (record) => attempt(() => appendFileSync(descriptor, `${JSON.stringify(record)}\n`)),
    close: () => closeSync(descriptor),
  }
}

/** What {@link watch} does with what it sees. */
export interface Watch {
  readonly json: boolean | undefined
  readonly quiet: boolean | undefined
  readonly verbose: boolean | undefined
  readonly log: Log | undefined
  print(line: string): void
  /** Called when the log cannot be written any more. */
  fail(error: MockmailError): void
}

/** Prints a line (or a JSON event) for every connection that ends and every message that comes in. */
export function watch(servers: MailServers, { json, quiet, verbose = false, log, print, fail }: Watch): void {
  for (const server of servers.endpoints) {
    server.onEnded((record) => {
      try {
        log?.write(record)
      } catch (error) {
        if (error instanceof MockmailError) fail(error)
        else throw error
      }
      const judgement = judgeConnection(record, server.resolved)
      if (json) print(JSON.stringify(connectionEvent(server, record, judgement)))
      else if (!quiet) print(connectionLine(server, record, judgement, { verbose }))
    })
    server.onMessage((message) => {
      if (json) print(JSON.stringify(messageEvent(server, message)))
    })
  }
}

/** After {@link watch}, for a command that never asks again for what has been told, and may run for days. */
export function forgetTold({ endpoints }: MailServers): void {
  for (const server of endpoints) server.onEnded((record) => server.forget(record))
}

function connectionLine(
  { scenario, protocol, mode }: MailServer,
  record: ConnectionRecord,
  { outcome, detail, qualifier, verdict }: Judgement,
  { verbose }: { readonly verbose: boolean },
): string {
  const time = new Date(record.openedAt).toTimeString().slice(0, 8)
  const line = `${time} ${scenario} ${protocol}/${mode} ${outcome} ${qualifier ?? detail} (${verdict})`
  if (!verbose) return line
  const { result, version, cipher, error } = record.handshake
  const handshake = result === 'none' ? '' : `\n  TLS ${[result, version, cipher, error].filter(Boolean).join(', ')}`
  return `${line}${handshake}${formatTranscript(record.transcript)
    .replace(/^(?=.)/gm, '  ')
    .replace(/^/, '\n')
    .trimEnd()}`
}
