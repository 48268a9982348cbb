import { fstatSync, writeSync } from 'node:fs'
import { forLog } from '../check/text.ts'
import { clock } from '../clock.ts'
import { MockmailError } from '../errors.ts'

/** Where a command writes. stdout carries results only; everything else goes to stderr. */
export interface Output {
  result(line: string): void
  note(line: string): void
  /** A result that is safe to show as it is, or is not for showing: a report. */
  document(text: string): void
  readonly width: number
}

/**
 * The process's own streams. After stdout has failed nothing more is written to it, and `onGone` is told once: with an
 * error when the results are lost, without one when nobody wants them any more.
 */
export function processOutput(onGone: (failure?: MockmailError) => void): Output {
  let gone = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (gone) return
    gone = true
    onGone(isGone(error) ? undefined : lost(error))
  })
  const document = (text: string): void => {
    if (!gone) process.stdout.write(`${text}\n`)
  }
  return {
    document,
    result: (line) => document(forLog(line)),
    note(line) {
      process.stderr.write(`${forLog(line)}\n`)
    },
    width: Math.min(process.stdout.columns || 80, 120),
  }
}

/** The streams of a command that prints and ends. */
export const briefOutput = (): Output =>
  processOutput((failure) => {
    if (failure) process.stderr.write(`mockmail: ${failure.message}\n`)
    process.exit(failure?.exitCode ?? 0)
  })

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
