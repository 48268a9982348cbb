import { useMockMail } from 'mockmail/vitest'
import { describe, expect, it } from 'vitest'
import { logIn } from './client.cjs'

const mail = useMockMail({ control: logIn })
const scenarios = ['expired', 'self-signed', 'wrong-host', 'untrusted-root']

describe.concurrent('at the same time', () => {
  it.each([...scenarios, ...scenarios])('%s is refused, and each server has its own connections', async (scenario) => {
    const server = await mail.start({ protocol: 'imap', mode: 'starttls', scenario })
    await expect(logIn(server)).rejects.toThrow()
    await expect(server).toHaveBeenRefused()
    expect(server.connections.map((connection) => connection.scenario)).toEqual([scenario])
  })
})
