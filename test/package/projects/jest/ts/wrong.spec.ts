import { useMockMail } from 'mockmail/jest'
import { logIn } from './log-in'

const mail = useMockMail()

it('is wrong about a client that looks at no certificate', async () => {
  const server = await mail.start({ protocol: 'pop3', mode: 'starttls', scenario: 'expired' })
  await logIn(server, { strict: false })
  await expect(server).toHaveBeenRefused()
})
