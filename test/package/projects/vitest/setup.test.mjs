import { startMailServer } from 'mockmail'
import { expect, it } from 'vitest'
import { logIn } from './client.cjs'

it.each([
  ['right about a client that looks at the certificate', true],
  ['wrong about a client that looks at no certificate', false],
])('is %s', async (_, strict) => {
  const server = await startMailServer({ protocol: 'pop3', mode: 'starttls', scenario: 'expired' })
  try {
    await logIn(server, { strict }).catch(() => {})
    await expect(server).toHaveBeenRefused()
  } finally {
    await server.close()
  }
})

it('is beside a control', async () => {
  const server = await startMailServer({ protocol: 'pop3', mode: 'starttls' })
  try {
    await logIn(server)
    await expect(server).toPass()
  } finally {
    await server.close()
  }
})
