import { useMockMail } from 'mockmail/jest'

const mail = useMockMail()

it('does not compile', async () => {
  await mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'expird' })
})
