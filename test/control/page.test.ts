import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, Page } from '../check/reporters/chromium.ts'
import { connectRaw, talk } from '../support/raw.ts'
import { type Controlled, dial, openControlled } from './api.ts'

if (!chromiumPath) console.log('skipped: the live page, as neither chromium nor google-chrome is in /usr/bin')

/** What a click does takes effect when the browser and the server come to it. */
const patience = { timeout: 10_000, interval: 20 }

const both = { protocols: ['imap'], modes: ['implicit'], scenarios: ['good', 'expired'] } as const

const addressOf = ({ servers }: Controlled): string => `${servers.api?.url}/#token=${servers.api?.token}`

describe.skipIf(!chromiumPath)('the live page', () => {
  let page: Page

  beforeAll(async () => {
    page = await Page.open(chromiumPath ?? '')
  }, 60_000)
  afterAll(() => page?.close())

  const textOf = (selector: string): Promise<string> =>
    page.read(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`)
  const rows = (): Promise<readonly string[]> =>
    page.read(
      `[...document.querySelectorAll('#endpoints tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' ').trim())`,
    )
  const listed = (list: string): Promise<number> => page.read(`document.querySelectorAll('#${list} li').length`)

  const visit = async (controlled: Controlled): Promise<void> => {
    await page.show({ width: 1280, height: 900 })
    await page.visit(addressOf(controlled))
    await expect.poll(() => textOf('#state'), patience).toBe('listening')
  }

  it('shows endpoints with what they come to, connections as they end, dialogue, chain, ClientHello', async () => {
    await using controlled = await openControlled(both)
    await visit(controlled)
    const [good, expired] = controlled.servers.endpoints as [never, never]
    const [ports] = [controlled.servers.endpoints.map(({ port }) => port)]
    expect(await rows()).toEqual([
      expect.stringContaining(`good imap/implicit ${ports[0]}`),
      expect.stringContaining(`expired imap/implicit ${ports[1]}`),
    ])
    await dial(good, controlled.servers.ca.pem, 'strict')
    await dial(expired, controlled.servers.ca.pem, 'careless')
    await expect
      .poll(rows, patience)
      .toEqual([expect.stringMatching(/good .* ✓accepted 1/), expect.stringMatching(/expired .* ✗leaked 1/)])
    expect(await listed('connections')).toBe(2)
    expect(await textOf('#connections li')).toMatch(/✗\s*expired\s*imap\/implicit\s*leaked/)
    await page.click('#connections li button')
    await expect.poll(() => textOf('#detail'), patience).toContain('leak-credentials-untrusted-tls')
    const detail = await textOf('#detail')
    expect(detail).toContain('C*: a LOGIN u p')
    expect(detail).toMatch(/Chain[\s\S]*subject[\s\S]*valid[\s\S]*names[\s\S]*DNS:localhost/)
    expect(detail).toMatch(/ClientHello[\s\S]*server name[\s\S]*localhost[\s\S]*JA4/)
    expect(await textOf('#detail mark.client')).toContain('LOGIN u p')
    expect(page.observed.complaints).toEqual([])
  })

  it('switches a scenario, and shows messages', async () => {
    await using controlled = await openControlled({ protocols: ['smtp'], modes: ['plain'] })
    await visit(controlled)
    const [server] = controlled.servers.endpoints as [never]
    await talk(
      server,
      'EHLO c',
      'MAIL FROM:<a@x.example>',
      'RCPT TO:<b@x.example>',
      'DATA',
      'Subject: Hi',
      '',
      '<b>',
      '.',
      'QUIT',
    )
    await expect.poll(() => listed('messages'), patience).toBe(1)
    await page.click('#messages li button')
    await expect.poll(() => textOf('#detail'), patience).toMatch(/Hi\s*a@x.example → b@x.example\s*<b>/)
    await page.press('Escape')
    await page.click('#endpoints input')
    await page.type('port-closed')
    await page.press('Enter')
    await expect.poll(rows, patience).toEqual([expect.stringContaining('port-closed')])
    expect(controlled.servers.endpoints[0]?.scenario).toBe('port-closed')
    await page.click('#endpoints input')
    await page.type('expird')
    await page.press('Enter')
    await expect.poll(() => textOf('#detail'), patience).toContain("Did you mean 'expired'")
  })

  it('keeps the token out of its address, and says what is missing without one', async () => {
    await using controlled = await openControlled(both)
    await visit(controlled)
    expect(await page.read('location.href')).toBe(`${controlled.servers.api?.url}/`)
    expect(await page.read('document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })')).toBe('{}')
    await page.visit(`${controlled.servers.api?.url}/`)
    expect(await textOf('#state')).toContain('the token behind # is missing')
    expect(await rows()).toEqual([])
    await page.visit(`${controlled.servers.api?.url}/#token=wrong`)
    await expect.poll(() => textOf('#state'), patience).toContain('The token is missing or wrong')
  })

  it('says that mockmail has ended, when it has', async () => {
    const controlled = await openControlled(both)
    await visit(controlled)
    await controlled.servers.close()
    await expect.poll(() => textOf('#state'), patience).toBe('mockmail has ended')
  })

  it('complains of nothing and asks nobody else while ten clients come and go', async () => {
    await using controlled = await openControlled({ ...both, scenarios: ['good', 'expired', 'wrong-host'] })
    await visit(controlled)
    const { endpoints, ca } = controlled.servers
    const clients = Array.from({ length: 10 }, async (_, index) => {
      for (const server of endpoints) await dial(server as never, ca.pem, index % 3 === 0 ? 'careless' : 'strict')
    })
    await Promise.all(clients)
    await expect.poll(() => listed('connections'), patience).toBe(30)
    await expect
      .poll(rows, patience)
      .toEqual([
        expect.stringMatching(/✓accepted 10/),
        expect.stringMatching(/✗leaked 10/),
        expect.stringMatching(/✗leaked 10/),
      ])
    expect(page.observed.complaints).toEqual([])
    const elsewhere = page.observed.requests.filter((url) => !url.startsWith(`${controlled.servers.api?.url}/`))
    expect(elsewhere.filter((url) => !url.startsWith('data:'))).toEqual([])
    mkdirSync('temp/page', { recursive: true })
    for (const dark of [false, true]) {
      for (const [width, height] of [
        [1280, 900],
        [390, 844],
      ] as const) {
        await page.show({ width, height, dark })
        writeFileSync(`temp/page/live-${width}-${dark ? 'dark' : 'light'}.png`, await page.picture())
      }
    }
    await page.show({ width: 390, height: 844 })
    expect(await page.read('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.click('#connections li button')
    await expect.poll(() => textOf('#detail'), patience).toContain('ClientHello')
    writeFileSync('temp/page/live-390-detail.png', await page.picture())
  }, 60_000)

  it('keeps the browser busy for no more than 200 ms at a time with a thousand connections', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    await visit(controlled)
    await page.read(`(() => {
      globalThis.longest = 0
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
      }).observe({ entryTypes: ['longtask'] })
    })()`)
    const [server] = controlled.servers.endpoints as [never]
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(Array.from({ length: 100 }, () => talk(server, 'USER u', 'PASS p', 'STAT', 'QUIT')))
    }
    await expect.poll(rows, patience).toEqual([expect.stringMatching(/✓accepted 1000|accepted 1000/)])
    expect(await listed('connections')).toBe(200)
    expect(await page.read('longest')).toBeLessThan(200)
    expect(page.observed.complaints).toEqual([])
  }, 60_000)

  it('finds a task that is too long: the observer sees one', async () => {
    await using controlled = await openControlled(both)
    await visit(controlled)
    const longest = await page.read<number>(`new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries()[0].duration)).observe({ entryTypes: ['longtask'] })
      setTimeout(() => { for (const end = performance.now() + 250; performance.now() < end; ); })
    })`)
    expect(longest).toBeGreaterThan(200)
  })

  describe('is alone with the API', () => {
    /** A page that is served from elsewhere, and tries to reach the API. */
    const elsewhere = async (): Promise<{ readonly origin: string; close(): void }> => {
      const server = createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>elsewhere</title>')
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
    }
    const trying = (url: string, token: string, init = '{}'): string => `fetch('${url}', {
      headers: ${token === '' ? '{}' : `{ authorization: 'Bearer ${token}' }`}, ...${init}
    }).then((answer) => answer.text().then((text) => answer.type + ' ' + answer.status + ' ' + text.slice(0, 40)), (error) => error.name)`

    it('a page of another origin reads nothing, even with the token, and changes nothing', async () => {
      await using controlled = await openControlled(both)
      const other = await elsewhere()
      await page.visit(other.origin)
      const { url = '', token = '' } = controlled.servers.api ?? {}
      expect(await page.read(trying(`${url}/api/v1/ca.pem`, token))).toBe('TypeError')
      expect(await page.read(trying(`${url}/livez`, ''))).toBe('TypeError')
      expect(await page.read(trying(`${url}/api/v1/endpoints/e1`, token, "{ method: 'DELETE' }"))).toBe('TypeError')
      // What a page can send without being asked is refused by its Origin, and answered with nothing that it may read.
      const simple = "{ method: 'POST', mode: 'no-cors', body: '{}' }"
      expect(await page.read(trying(`${url}/api/v1/endpoints/e1/reset`, '', simple))).toMatch(/^opaque 0/)
      expect(controlled.servers.endpoints).toHaveLength(2)
      // The same from its own page is answered.
      await visit(controlled)
      expect(await page.read(trying('/api/v1/ca.pem', token))).toMatch(/^basic 200 -----BEGIN CERTIFICATE/)
      other.close()
    })

    it('a page whose name was made to lead here is refused, and one without the token too', async () => {
      await using controlled = await openControlled(both)
      const { url = '', token = '' } = controlled.servers.api ?? {}
      // Chromium takes every name below localhost for loopback, as it would a name that was made to lead there.
      await page.visit(`http://rebound.localhost:${controlled.port}/`)
      expect(await page.read('document.body.innerText')).toContain('FORBIDDEN')
      expect(await page.read(trying('/api/v1/ca.pem', token))).toMatch(/^basic 403 .*FORBIDDEN/)
      await page.visit(`${url}/`)
      expect(await page.read(trying('/api/v1/ca.pem', ''))).toMatch(/^basic 401 .*UNAUTHORIZED/)
      await page.visit(`http://localhost:${controlled.port}/#token=${token}`)
      await expect.poll(() => textOf('#state'), patience).toBe('listening')
    })

    it('cannot be framed, and runs no script but its own', async () => {
      await using controlled = await openControlled(both)
      const answer = await controlled.askAs({}, 'GET', '/')
      const policy = answer.headers['content-security-policy'] ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      await visit(controlled)
      await page.read(
        `document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.ran = true' }))`,
      )
      expect(await page.read('globalThis.ran ?? false')).toBe(false)
    })
  })

  it('shows what a client says as text, and never obeys it', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    await visit(controlled)
    const [server] = controlled.servers.endpoints as [never]
    const hostile = '<img src=x onerror="globalThis.ran = 1"><script>globalThis.ran = 1</script>'
    const client = connectRaw(server)
    client.send(`USER ${hostile}\r\nQUIT\r\n`)
    await client.closed
    await expect.poll(() => listed('connections'), patience).toBe(1)
    await page.click('#connections li button')
    await expect.poll(() => textOf('#detail'), patience).toContain(hostile)
    expect(await page.read('globalThis.ran ?? 0')).toBe(0)
    expect(page.observed.complaints).toEqual([])
  })
})
