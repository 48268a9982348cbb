import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { describeWith, run, temporaryDirectory } from '../support/programs.ts'
import { buildLargeMessage } from './large.ts'

const large = buildLargeMessage()

describeWith(['curl', 'python3'], 'a message of 1 MB', () => {
  const folder = temporaryDirectory()
  let servers: MailServers
  beforeAll(async () => {
    servers = await startMailServers({ modes: ['implicit'] })
    writeFileSync(join(folder.path, 'message'), large.whole)
  })
  afterAll(async () => {
    await servers.close()
    folder[Symbol.dispose]()
  })

  const endpoint = (protocol: 'smtp' | 'imap' | 'pop3') => servers.endpoint({ protocol, mode: 'implicit' })
  const got = (name: string): Buffer => readFileSync(join(folder.path, name))

  const python = async (file: string): Promise<void> => {
    const { user, password } = endpoint('smtp')
    const ports = (['smtp', 'imap', 'pop3'] as const).map((protocol) => String(endpoint(protocol).port))
    const args = [join(import.meta.dirname, 'fetch.py'), servers.ca.path, user, password, file, folder.path, ...ports]
    expect(await run('python3', args, { timeout: 60_000 })).toMatchObject({ status: 0, stderr: '' })
  }

  const curl = (url: string, ...args: readonly string[]) => {
    const { user, password } = endpoint('smtp')
    const common = ['-q', '-sS', '--cacert', servers.ca.path, '--capath', '/dev/null', '-u', `${user}:${password}`]
    return run('curl', [...common, ...args, url], { timeout: 60_000 })
  }

  it('is what its parts say it is', () => {
    expect(large.whole.length).toBeGreaterThan(1_000_000)
    expect(large.whole).toEqual(Buffer.concat([large.header, large.text]))
  })

  it('arrives by IMAP and POP3 octet for octet after smtplib sent it', async () => {
    await python(join(folder.path, 'message'))
    expectSame(endpoint('smtp').messages[0]?.raw, large.whole)
    expectSame(got('imap-whole'), large.whole)
    expectSame(got('imap-rfc822'), large.whole)
    expectSame(got('imap-pieces'), large.whole)
    expectSame(got('imap-header'), large.header)
    expectSame(got('imap-text'), large.text)
    expectSame(got('imap-first-part'), large.first)
    expectSame(got('imap-second-part'), large.second)
    expectSame(got('imap-second-part-mime'), large.secondMime)
    expectSame(got('imap-middle'), large.whole.subarray(500_000, 570_001))
    expectSame(got('imap-middle-of-second-part'), large.second.subarray(12_345, 77_882))
    expect(got('imap-size').toString()).toMatch(new RegExp(`RFC822\\.SIZE ${large.whole.length}\\)`))
    expectSame(got('pop3-whole'), large.whole)
    expect(got('pop3-size').toString()).toBe(String(large.whole.length))
    const lines = large.text.toString('latin1').split('\r\n').slice(0, 3)
    expect(got('pop3-top').toString('latin1')).toBe(`${large.header.toString('latin1')}${lines.join('\r\n')}\r\n`)
  }, 90_000)

  it('arrives the same by curl after curl sent it', async () => {
    const [smtp, imap, pop3] = [endpoint('smtp'), endpoint('imap'), endpoint('pop3')]
    smtp.reset()
    const upload = [
      '--mail-from',
      'alice@example.com',
      '--mail-rcpt',
      'bob@example.com',
      '-T',
      join(folder.path, 'message'),
    ]
    expect(await curl(smtp.url, ...upload)).toMatchObject({ status: 0, stderr: '' })
    expectSame(smtp.messages[0]?.raw, large.whole)
    const listed = (await curl(pop3.url)).stdout.trimEnd().split('\r\n')
    const number = listed.length
    expect(listed.at(-1)).toBe(`${number} ${large.whole.length}`)
    expectSame((await curl(`${pop3.url}/${number}`)).output, large.whole)
    expectSame((await curl(`${imap.url}/INBOX;MAILINDEX=${number}`)).output, large.whole)
    expectSame((await curl(`${imap.url}/INBOX;MAILINDEX=${number};SECTION=TEXT`)).output, large.text)
    expectSame((await curl(`${imap.url}/INBOX;MAILINDEX=${number};SECTION=2`)).output, large.second)
    expectSame(
      (await curl(`${imap.url}/INBOX;MAILINDEX=${number};PARTIAL=500000.70001`)).output,
      large.whole.subarray(500_000, 570_001),
    )
  }, 90_000)

  it('arrives by POP3 as curl appended it over IMAP', async () => {
    const [imap, pop3] = [endpoint('imap'), endpoint('pop3')]
    imap.reset()
    expect(await curl(`${imap.url}/INBOX`, '-T', join(folder.path, 'message'))).toMatchObject({ status: 0, stderr: '' })
    const number = (await curl(pop3.url)).stdout.trimEnd().split('\r\n').length
    expectSame((await curl(`${pop3.url}/${number}`)).output, large.whole)
  }, 60_000)
})

/** Says where two buffers part: a difference of two megabytes is nothing to print. */
function expectSame(seen: Buffer | undefined, expected: Buffer): void {
  const octets = seen ?? Buffer.alloc(0)
  const at = octets.equals(expected) ? -1 : expected.findIndex((octet, index) => octets[index] !== octet)
  expect({ length: octets.length, differsAt: at }).toEqual({ length: expected.length, differsAt: -1 })
}
