import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const live = new Set<string>()

const removeAll = (): void => {
  for (const directory of live) remove(directory)
}

function remove(directory: string): void {
  live.delete(directory)
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
}

/** A directory of our own under the system's temporary one, mode 0700, removed at exit if not before. */
export function openScratch(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'mockmail-'))
  if (live.size === 0) process.once('exit', removeAll)
  live.add(path)
  return {
    path,
    remove() {
      remove(path)
      if (live.size === 0) process.off('exit', removeAll)
    },
  }
}
