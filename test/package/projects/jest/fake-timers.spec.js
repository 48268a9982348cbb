const { useMockMail } = require('mockmail/jest')
const { logIn, message } = require('./client.cjs')

const mail = useMockMail({ control: logIn })

beforeEach(() => {
  // Node's own streams wait for process.nextTick; a test that stops it stops its own client.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'], now: new Date('2041-01-01') })
})
afterEach(() => {
  jest.useRealTimers()
})

it.each(mail.cases({ mode: 'implicit', expect: 'accept' }))(
  'dates count from the real clock: $scenario, $protocol',
  async (c) => {
    const server = await mail.start(c)
    await logIn(server)
    await expect(server).toHaveBeenAccepted()
  },
)

it('judges a refusal while the timers stand still', async () => {
  const server = await mail.start({ protocol: 'imap', mode: 'starttls', scenario: 'expired' })
  await expect(logIn(server)).rejects.toThrow(/expired/)
  await expect(server).toHaveBeenRefused({ because: 'expired' })
})

it('takes a message while the timers stand still', async () => {
  const server = await mail.start({ protocol: 'smtp', mode: 'starttls' })
  await logIn(server, { send: message('Standing still') })
  const received = await server.waitForMessage({ to: 'b@example.com' })
  expect(received.headers.get('subject')).toEqual(['Standing still'])
  expect((await received.parsed()).subject).toBe('Standing still')
})

it('gives up waiting in real time', async () => {
  const server = await mail.start({ protocol: 'pop3', mode: 'implicit' })
  await expect(server.waitForConnection({ timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
})
