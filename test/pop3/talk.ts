import { pop3 } from '../../src/servers/pop3/dialect.ts'
import { play, type Situation } from '../smtp/harness.ts'

export const one = { raw: Buffer.from('Subject: one\r\n\r\nhello\r\n.dot\r\n') }
export const two = { raw: Buffer.from('Subject: two\r\n\r\na\r\nb\r\nc\r\n') }
export const login = ['USER user', 'PASS pass']

/** Lock-step: each line in its own segment. Returns the replies behind the greeting. */
export const talk = async (
  lines: readonly string[],
  script: Situation & { replace?: (action: string, verb: string) => string | undefined } = {},
) => {
  const client = lines.map((line) => `${line}\r\n`)
  const run = await play({ mode: 'implicit', samples: [one, two], ...script, dialect: pop3, client })
  return { ...run, greeting: run.replies[0] ?? '', replies: run.replies.slice(1) }
}

/** What is said behind a login. */
export const transaction = async (lines: readonly string[], script: Situation = {}) => {
  const { replies, ...run } = await talk([...login, ...lines], script)
  return { ...run, replies: replies.slice(2) }
}
