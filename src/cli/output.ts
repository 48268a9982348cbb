import { fstatSync, writeSync } from 'node:fs'
import { clock, pauseOr } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import { forLog } from '../text/printable.ts'

/** Where a command writes. stdout carries results only; everything else goes to stderr. */
export interface Output {
  result(line: string): void
  note(line: string): void
  /** A result that is safe to show as it is, or is not for showing: a report. */
  document(text: string): void
  readonly width: number
}

/** Octets that wait for who reads them: more than this, and results are lost rather than kept for a reader that may never come. */
const mostWaiting = { result: 32 << 20, note: 1 << 20 } as const

/**
 * The process's own streams. What waits for their readers is bounded, and what is lost is told on stderr. After stdout has failed nothing more is written to it, and `onGone` is told once: with an
 * error when the results are lost, without one when nobody wants them any more.
 */
export function processOutput(onGone: (failure?: MockmailError) => void): Output {
  let gone = false
  let missing = 0
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (gone) return
    gone = true
    onGone(isGone(error) ? undefined : lost(error))
  })
  const document = (text: string): void => {
    if (!gone) process.stdout.write(`${text}\n`)
  }
  const note = (line: string): void => {
    if (process.stderr.writableLength <= mostWaiting.note) process.stderr.write(`${forLog(line)}\n`)
  }
  return {
    document,
    result(line) {
      if (process.stdout.writableLength > mostWaiting.result) {
        if (missing++ === 0)
          note('mockmail: stdout is not read as fast as it is written; from here on lines are missing.')
        return
      }
      if (missing > 0) note(`mockmail: ${missing} lines are missing from stdout, which is read again.`)
      missing = 0
      document(forLog(line))
    },
    note,
    width: Math.min(process.stdout.columns || 80, 120),
  }
}

/** The streams of a command that prints and ends. */
export const briefOutput = (): Output =>
  processOutput((failure) => {
    if (failure) process.stderr.write(`mockmail: ${failure.message}\n`)
    process.exit(failure?.exitCode ?? 0)
  })

/** Milliseconds in which a reader of stdout has to read something. */
const patience = 3000

/** Waits for the reader of stdout as long as it reads: what is left of a run that is over keeps nobody waiting for ever. */
export async function untilRead(): Promise<void> {
  const { stdout } = process
  if (stdout.writableLength === 0) return
  let read = false
  const all = new Promise<void>((resolve) => stdout.write('', () => resolve())).then(() => {
    read = true
  })
  for (let left = stdout.writableLength; ; left = stdout.writableLength) {
    await pauseOr(patience, all)
    if (read) return
    if (stdout.writableLength >= left) process.exit()
  }
}

/** Milliseconds between two looks. */
const pollEvery = 1000

/**
 * Tells when the reader of stdout goes away while nothing is written. That can be seen of a socket, which is what Node
 * gives a child; of a pipe only the next line tells.
 */
export function pollReader(onGone: () => void): void {
  if (!isSocket(process.stdout.fd)) return
  const timer = clock.setInterval(() => {
    try {
      writeSync(process.stdout.fd, '')
    } catch (error) {
      if (!isGone(error as NodeJS.ErrnoException)) return
      clock.clearInterval(timer)
      onGone()
    }
  }, pollEvery)
  timer.unref()
}

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket()
  } catch {
    return false
  }
}

const isGone = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'ECONNRESET'

const lost = (error: NodeJS.ErrnoException): MockmailError =>
  new MockmailError('FILE_UNWRITABLE', `stdout cannot be written: ${error.message}.`, { cause: error })
