import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Said } from './client.ts'

/** The sample message that a client stored in a folder, known by its Message-ID. */
export function readFirstStored(folder: string): Pick<Said, 'fetched'> {
  for (const name of readdirSync(folder)) {
    const stored = readFileSync(join(folder, name))
    if (stored.includes('\nMessage-ID: <01@samples.mockmail.test>')) return { fetched: stored }
  }
  return {}
}
