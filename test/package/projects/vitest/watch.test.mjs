import { appendFileSync } from 'node:fs'
import { useMockMail } from 'mockmail/vitest'
import { expect, it } from 'vitest'
import { logIn } from './client.cjs'

const mail = useMockMail({ control: logIn })

it('is run again', async () => {
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
  const servers = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
  const fleet = await mail.startAll({ scenarios: ['expired'], protocols: ['imap'], modes: ['implicit'] })
  // A directory is made, and with it a listener for the end of the process.
  expect(fleet.ca.path).toContain('ca.pem')
  const server = fleet.endpoint()
  await expect(logIn(server)).rejects.toThrow()
  await expect(server).toHaveBeenRefused()
  appendFileSync('watched.txt', `${JSON.stringify({ port: server.port, listeners, servers })}\n`)
})
