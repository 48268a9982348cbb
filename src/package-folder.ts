import { existsSync, readFileSync } from 'node:fs'
import { MockmailError } from './errors.ts'

let found: URL | undefined

/**
 * The folder of mockmail's package.json, the same from `src` and from what is built of it, which lie at different depths.
 *
 * @throws {MockmailError} PKI_UNUSABLE when it is gone
 */
export function packageFolder(): URL {
  if (found) return found
  const start = new URL('.', import.meta.url)
  for (let folder = start; ; folder = new URL('..', folder)) {
    const file = new URL('package.json', folder)
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'mockmail') {
      found = folder
      return folder
    }
    if (folder.pathname === new URL('..', folder).pathname) {
      throw new MockmailError(
        'PKI_UNUSABLE',
        `No package.json of mockmail is above ${start.pathname}: its test keys and sample messages cannot be found. Install the package anew.`,
      )
    }
  }
}
