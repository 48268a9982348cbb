import { describe, expect, it } from 'vitest'
import { careless, imap, openFile, pop3, strict, toPass } from './controlled.ts'

describe('a matcher that is not awaited', () => {
  const slow = { settle: 60 } as const

  it('fails its test', async () => {
    const file = openFile({ control: 'off' })
    const calls: Promise<unknown>[] = []
    const forgetful = await file.row(strict, 'expired', async (expects) => {
      calls.push(expects.toHaveBeenRefused(slow), expects.not.toHaveSeenCredentials(slow))
    })
    expect(forgetful).toMatchObject({
      code: 'NOT_AWAITED',
      message: expect.stringMatching(
        /^NOT_AWAITED: expect\(…\)\.toHaveBeenRefused\(\), expect\(…\)\.not\.toHaveSeenCredentials\(\) had not answered when its test ended/,
      ),
    })
    expect(await file.row(strict, 'expired', (expects) => expects.toHaveBeenRefused(slow))).toBeUndefined()
    await Promise.all(calls)
    await file.over()
  })

  it('fails the file where it may be of several tests, once none of them runs', async () => {
    const file = openFile({ control: 'off' })
    const server = await file.mail.start({ ...imap, scenario: 'expired' })
    await strict(server).catch(() => {})
    file.begins('one')
    file.begins('two')
    const call = file.expect(server).toHaveBeenRefused(slow)
    file.ends({ id: 'one', errors: [] })
    file.ends({ id: 'two', errors: [] })
    await call
    await expect(file.over()).rejects.toMatchObject({ code: 'NOT_AWAITED' })
  })

  it('fails the file where no test is known to have called it', async () => {
    const file = openFile({ control: 'off' })
    const server = await file.mail.start({ ...imap, scenario: 'expired' })
    await strict(server).catch(() => {})
    const call = file.expect(server).toHaveBeenRefused(slow)
    await expect(file.over()).rejects.toMatchObject({ code: 'NOT_AWAITED' })
    await call
  })

  it('is told beside a missing control', async () => {
    const file = openFile()
    const server = await file.mail.start({ ...imap, scenario: 'expired' })
    await strict(server).catch(() => {})
    await file.expect(server).toHaveBeenRefused()
    const call = file.expect(server).toHaveBeenRefused(slow)
    await expect(file.over()).rejects.toMatchObject({
      code: 'NOT_AWAITED',
      message: expect.stringMatching(
        /^NOT_AWAITED: expect\(…\)\.toHaveBeenRefused\(\) had not[^\n]*\nNO_CONTROL: nothing shows/,
      ),
    })
    await call
  })

  it('is not held against a test that failed while it waited, nor against those that ran beside it', async () => {
    const file = openFile({ control: 'off' })
    const server = await file.mail.start({ ...imap, scenario: 'expired' })
    await strict(server).catch(() => {})
    file.begins('one')
    const call = file.expect(server).toHaveBeenRefused(slow)
    file.begins('two')
    file.ends({ id: 'two', errors: [] })
    file.ends({ id: 'one', errors: ['timed out'] })
    await call
    await file.over()
  })
})

describe('the dialogue of a test that failed', () => {
  it('is told, of its own servers and of shared ones that it dialled, where its error does not hold it', async () => {
    const file = openFile({ control: 'off' })
    const shared = await file.mail.start(pop3)
    const untouched = await file.mail.start(imap)
    await file.test(async () => {
      const own = await file.mail.start({ ...imap, scenario: 'expired' })
      await careless(own)
      await careless(shared)
      throw new Error('promise resolved instead of rejecting')
    })
    expect(file.told).toHaveLength(2)
    expect(file.told.join('\n')).toContain('  C*: a LOGIN u p\n')
    expect(file.told.join('\n')).toContain('  C*: PASS p\n')
    expect(file.told.join('\n')).toMatch(/^expired \(imap\/implicit, \S+\): came to leaked \(fail\) /m)
    expect(file.told.join('\n')).not.toContain(untouched.url)
    await file.over()
  })

  it('is not told twice, nor of a test that passed', async () => {
    const file = openFile({ control: 'off' })
    await file.row(careless, 'expired', (expects) => expects.toHaveBeenRefused())
    await file.row(strict, 'good', toPass)
    expect(file.told).toEqual([])
    await file.over()
  })
})
