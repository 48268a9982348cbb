import { useMockMail } from 'mockmail/jest'
import { logIn } from './log-in'

const mail = useMockMail()
const scenarios = ['expired', 'self-signed', 'wrong-host', 'good']

it.each(mail.cases({ protocol: 'imap', mode: 'starttls', scenarios }))('judges $scenario', async (c) => {
  const server = await mail.start(c)
  if (c.expect === 'reject') {
    await expect(logIn(server)).rejects.toThrow()
    await expect(server).toHaveBeenRefused()
  } else {
    await logIn(server)
    await expect(server).toHaveBeenAccepted()
  }
})
