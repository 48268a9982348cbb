import type { MailServer } from 'mockmail'

export const { logIn } = require('../client.cjs') as {
  logIn(server: MailServer, options?: { strict?: boolean }): Promise<void>
}
