import { randomUUID } from 'node:crypto'
import { closeSync, constants, lstatSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { pause } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import type { ReadyEvent } from '../fleet/events.ts'

/**
 * Writes the ready event to a file, so that nobody reads half of it. What is there and is no regular file, such as a pipe, a
 * link or a device, is written to, and stays; for the reader of a pipe it waits without holding anything up.
 *
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export async function writeReadyFile(file: string, ready: ReadyEvent): Promise<void> {
  const text = `${JSON.stringify(ready)}\n`
  try {
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? true) replace(file, text)
    else await writeInto(file, Buffer.from(text))
  } catch (error) {
    throw new MockmailError('FILE_UNWRITABLE', `${file} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

/** The name beside it is nobody else's, and is not followed where it leads elsewhere. */
function replace(file: string, text: string): void {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Milliseconds between two looks whether there is a reader, and room. */
const patience = 20

async function writeInto(file: string, bytes: Buffer): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK = 0 } = constants
  const descriptor = await untilReady('ENXIO', () => openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o600))
  try {
    for (let written = 0; written < bytes.length; ) {
      written += await untilReady('EAGAIN', () => writeSync(descriptor, bytes, written))
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Tries again while it fails for want of a reader; it does not keep the process alive. */
async function untilReady<T>(code: string, act: () => T): Promise<T> {
  for (;;) {
    try {
      return act()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== code) throw error
    }
    await pause(patience)
  }
}
