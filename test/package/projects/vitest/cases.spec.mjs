import { useMockMail } from 'mockmail/vitest'
import { describe, expect, it } from 'vitest'
import { logIn } from './client.cjs'

const scenarios = ['expired', 'self-signed+wrong-host', 'starttls-stripped', 'good']

describe('with the helper', () => {
  const mail = useMockMail()

  it.each(mail.cases({ scenarios, expect: 'reject' }))('$scenario is refused over $protocol, $mode', async (c) => {
    const server = await mail.start(c)
    await expect(logIn(server)).rejects.toThrow()
    await expect(server).toHaveBeenRefused()
    await expect(server).not.toHaveSeenCredentials({ inClear: true })
  })

  it.each(mail.cases({ scenarios, expect: 'accept' }))('$scenario is accepted over $protocol, $mode', async (c) => {
    const server = await mail.start(c)
    await logIn(server)
    await expect(server).toHaveBeenAccepted()
    await expect(server).toHaveSeenCredentials({ inClear: false, user: server.user })
  })

  it('passes nothing because nothing happened', async () => {
    const server = await mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
    await expect(expect(server).toHaveBeenRefused()).rejects.toThrow(/Nothing connected/)
    await expect(expect(server).not.toHaveSeenCredentials()).rejects.toThrow(/Nothing connected/)
  })
})
