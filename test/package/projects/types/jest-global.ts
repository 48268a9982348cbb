/// <reference types="jest" />
import { useMockMail } from 'mockmail/jest'

const mail = useMockMail()

it.each(mail.cases())('refuses $scenario', async (c) => {
  const server = await mail.start(c)
  const refused: Promise<void> = expect(server).toHaveBeenRefused({ because: 'expired' })
  await refused
  await expect(server).not.toHaveSeenCredentials({ inClear: true })
  // @ts-expect-error there is no such reason
  await expect(server).toHaveBeenRefused({ because: 'mood' })
})
