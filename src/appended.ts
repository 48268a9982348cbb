import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { clock } from './clock.ts'

/** A file that is appended to, or a pipe. */
export interface Appended {
  /** @throws {Error} the system's, where it cannot be written any more; of a pipe, once that is known */
  write(bytes: string | Buffer): void
  close(): void
}

/** Octets that wait for the reader of a pipe. */
const mostWaiting = 32 << 20

/** Milliseconds that the reader of a pipe has for what is left. */
const patience = 3000

/**
 * Opens a file to append to, for its owner only where it is made. A link is followed. The reader of a pipe is waited for by
 * nobody: without one it cannot be opened, and one that does not keep up is an error of the next write.
 *
 * @throws {Error} the system's
 */
export function openAppended(file: string): Appended {
  // Without the last, to open a pipe that nobody reads stops the whole process, and no signal ends it.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK = 0 } = constants
  const descriptor = openOrSay(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK)
  return fstatSync(descriptor).isFIFO() ? pipeOf(descriptor) : fileOf(descriptor)
}

function openOrSay(file: string, flags: number): number {
  try {
    return openSync(file, flags, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    throw new Error('nobody reads this pipe', { cause: error })
  }
}

function fileOf(descriptor: number): Appended {
  return {
    write(bytes) {
      const all = Buffer.from(bytes)
      // A disk that is nearly full takes a part and says so, and refuses only the next.
      for (let at = 0; at < all.length; ) at += writeSync(descriptor, all, at)
    },
    close: () => closeSync(descriptor),
  }
}

function pipeOf(descriptor: number): Appended {
  const pipe = new Socket({ fd: descriptor, readable: false, writable: true })
  let failure: Error | undefined
  pipe.on('error', (error) => {
    failure = error
  })
  pipe.unref()
  return {
    write(bytes) {
      if (pipe.writableLength > mostWaiting) failure ??= new Error('who reads this pipe does not keep up')
      if (failure) throw failure
      pipe.write(bytes)
    },
    close() {
      pipe.end()
      clock.setTimeout(() => pipe.destroy(), patience).unref()
    },
  }
}
