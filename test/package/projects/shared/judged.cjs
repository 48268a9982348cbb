// What a file of tests may say of a client, right or wrong. `lib.open(options)` is useMockMail() with its `expect`.
const { logIn } = require('./client.cjs')

/** README's client without `tls: server.tls`: it trusts nothing, so it refuses everything. */
const distrustful = (server) => logIn({ ...server, tls: { servername: server.servername } })
const careless = (server) => logIn(server, { strict: false })
const dead = async () => {
  throw new Error('no such client')
}

const scenarios = ['expired', 'starttls-stripped']
const expired = { protocol: 'imap', mode: 'implicit', scenario: 'expired' }

/** The documented pattern: it ends as it likes, and something is asserted of the server. */
const rows = ({ it, open }, client) => {
  const { mail, expects } = open({ settle: 100 })
  it.each(mail.cases({ protocol: 'imap', scenarios }))('$title', async (c) => {
    const server = await mail.start(c)
    await client(server).catch(() => {})
    await expects(server).toPass()
  })
}

const one = ({ it, open }, client, options) => {
  const { mail, expects } = open(options)
  it('is refused', async () => {
    const server = await mail.start(expired)
    await client(server).catch(() => {})
    await expects(server).toHaveBeenRefused()
    await expects(server).not.toHaveSeenCredentials()
  })
}

const controls = ({ it, open }, client) => {
  const { mail } = open()
  it('is used', async () => {
    await client(await mail.start({ ...expired, scenario: 'good' }))
  })
}

const forget =
  ({ open }, client, options) =>
  () => {
    const { mail, expects } = open(options)
    return async () => {
      const server = await mail.start(expired)
      await client(server).catch(() => {})
      // No await: this is what is tested.
      expects(server).toHaveBeenRefused()
    }
  }

exports.files = {
  right: (lib) => rows(lib, logIn),
  'distrustful-rows': (lib) => rows(lib, distrustful),
  'dead-rows': (lib) => rows(lib, dead),
  'careless-rows': (lib) => rows(lib, careless),
  distrustful: (lib) => one(lib, distrustful),
  'without-control': (lib) => one(lib, logIn),
  'with-control': (lib) => one(lib, logIn, { control: logIn }),
  'with-failing-control': (lib) => one(lib, distrustful, { control: distrustful }),
  'control-off': (lib) => one(lib, logIn, { control: 'off' }),
  nested(lib) {
    lib.describe('refusals', () => one(lib, logIn))
    lib.describe('controls', () => controls(lib, logIn))
  },
  'nested-without-control'(lib) {
    lib.describe('refusals', () => one(lib, logIn))
    lib.describe('others', () => {
      const { mail } = lib.open()
      lib.it('starts', () => mail.start(expired))
    })
  },
  forgotten: (lib) => lib.it('is forgotten', forget(lib, logIn, { control: logIn })()),
  'forgotten-and-wrong': (lib) => lib.it('is forgotten', forget(lib, careless, { control: logIn })()),
  'forgotten-at-the-same-time'(lib) {
    const test = forget(lib, logIn, { control: 'off' })()
    lib.concurrent({ one: test, two: test })
  },
  'leak-behind-a-throw'(lib) {
    const { mail, expects } = lib.open()
    lib.it('leaks', async () => {
      const server = await mail.start(expired)
      await lib.rejects(careless(server))
      await expects(server).toHaveBeenRefused()
    })
  },
  'leak-in-time-out'(lib) {
    const { mail } = lib.open()
    lib.timesOut('never ends', async () => {
      await careless(await mail.start(expired))
      await new Promise(() => {})
    })
  },
}

/** What each of them must come to: nothing where it is green, else what it is told. */
exports.verdicts = {
  right: null,
  'distrustful-rows': 'NO_CONTROL',
  'dead-rows': 'Nothing connected',
  'careless-rows': 'did not pass (fail): was leaked',
  distrustful: 'NO_CONTROL',
  'without-control': 'NO_CONTROL',
  'with-control': null,
  'with-failing-control': 'was no control: came to refused',
  'control-off': null,
  nested: null,
  'nested-without-control': 'NO_CONTROL',
  forgotten: 'toHaveBeenRefused() had not answered when its test ended',
  'forgotten-and-wrong': 'toHaveBeenRefused() had not answered when its test ended',
  // Of the test that ends last, or of the file.
  'forgotten-at-the-same-time': 'toHaveBeenRefused() had not answered when ',
  'leak-behind-a-throw': 'C*: b LOGIN',
  'leak-in-time-out': 'C*: b LOGIN',
}
