import { smtp } from '../../src/servers/smtp/dialect.ts'
import { play, type Script } from './harness.ts'

export type SmtpScript = Omit<Script<never>, 'dialect' | 'client'>

/** Lock-step: each line in its own segment. Returns the replies behind the greeting. */
export const talk = async (lines: readonly string[], script: SmtpScript = {}) => {
  const run = await play({ ...script, dialect: smtp, client: lines.map((line) => `${line}\r\n`) })
  return { ...run, replies: run.replies.slice(1).map((reply) => reply.trimEnd()) }
}

export const message = async (wire: Buffer, script: SmtpScript = {}) =>
  play({
    mode: 'plain',
    ...script,
    dialect: smtp,
    client: ['EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n', wire, 'NOOP\r\n'],
  })
