import type { Protocol } from '../scenarios/vocabulary.ts'
import type { Dialect } from './core/dialect.ts'
import { imap } from './imap/dialect.ts'
import { pop3 } from './pop3/dialect.ts'
import { smtp } from './smtp/dialect.ts'

/** The dialect of each protocol. */
export const dialects: Readonly<Record<Protocol, Dialect>> = {
  smtp: smtp as unknown as Dialect,
  imap: imap as unknown as Dialect,
  pop3: pop3 as unknown as Dialect,
}
