import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { type Errand, playOne } from '../support/clients/client.ts'
import { imapflow, nodemailer } from '../support/clients/node.ts'
import { mail } from '../support/clients/play.ts'
import { python } from '../support/clients/python.ts'
import { describeWith } from '../support/programs.ts'

/** Messages with lines that begin with dots, octets above 127, attachments and headers in raw UTF-8. */
const folder = new URL('../../fixtures/messages/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.eml'))

describeWith(python.needs, 'what SMTP accepts', () => {
  let servers: MailServers
  let errand: Errand
  beforeAll(async () => {
    servers = await startMailServers()
    errand = { ca: servers.ca.path, mail }
  })
  afterAll(() => servers.close())

  it.each(files)('is served by IMAP and POP3 as the same octets: %s', async (file) => {
    const raw = readFileSync(new URL(file, folder))
    for (const mode of ['implicit', 'starttls'] as const) {
      const [smtp, imap, pop3] = (['smtp', 'imap', 'pop3'] as const).map((protocol) =>
        servers.endpoint({ protocol, mode }),
      )
      if (!smtp || !imap || !pop3) throw new Error('A protocol is missing.')
      expect(await playOne(nodemailer, smtp, { ...errand, mail: { ...mail, raw } })).toMatchObject({ ok: true })
      const message = (await playOne(python, pop3, errand)).listed?.length ?? 0
      const read = [playOne(imapflow, imap, { ...errand, message }), playOne(python, pop3, { ...errand, message })]
      for (const { fetched } of await Promise.all(read)) expect(fetched?.equals(raw), `${message}`).toBe(true)
    }
  })
})
