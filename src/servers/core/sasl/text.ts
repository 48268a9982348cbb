import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { clock } from '../../../clock.ts'

/** Text in UTF-8, or in latin1 where it is not UTF-8: what a client sent is a fact, not an error. */
export const decodeText = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')

/** What CRAM-MD5 and APOP hash the password with: `<random.time@servername>`, RFC 2195 §2, RFC 1939 §7. */
export const createTimestamp = (servername: string): string =>
  `<${randomBytes(8).toString('hex')}.${clock.date()}@${servername}>`

/** What stands behind a key, in whatever case; undefined where the key does not stand there. */
export const after = (key: string, field = ''): string | undefined =>
  field.toLowerCase().startsWith(key.toLowerCase()) ? field.slice(key.length) : undefined
