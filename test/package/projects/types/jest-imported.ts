import { expect, it } from '@jest/globals'
import { type MailCase, type MockMail, type SharedMockMail, useMockMail } from 'mockmail/jest'
import { sharedFleet } from 'mockmail/jest/global-setup'

const mail: MockMail = useMockMail()

it.each(mail.cases({ protocol: 'imap', expect: 'reject' }))('refuses $scenario', async (c: MailCase) => {
  const server = await mail.start(c)
  const refused: Promise<void> = expect(server).toHaveBeenRefused({ because: 'expired' })
  await refused
  await expect(server).not.toHaveSeenCredentials({ inClear: true })
  await expect(server).toHaveBeenAccepted({ settle: 100 })
  await expect(server).toPass()
  await expect(server).toPass({ notes: false, settle: 100 })
  // @ts-expect-error there is no such option
  await expect(server).toPass({ note: false })
  const title: string = c.title
  console.log(title)
  await mail.start({ ...c, port: 2525 })
  await mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
  // @ts-expect-error there is no such scenario
  await mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'expird' })
  // @ts-expect-error there is no such reason
  await expect(server).toHaveBeenRefused({ because: 'mood' })
})

useMockMail({ control: (server) => console.log(server.port), settle: 100 })
useMockMail({ control: 'off' })
// @ts-expect-error a client, or 'off'
useMockMail({ control: 'on' })

const shared: SharedMockMail = useMockMail({ shared: true })
const ca: string = shared.ca.pem
// @ts-expect-error servers of one's own have a CA each
console.log(ca, mail.ca)

sharedFleet({ servernames: ['mail.example.com'] })
// @ts-expect-error a scenario is no option of all servers
sharedFleet({ scenario: 'expired' })
