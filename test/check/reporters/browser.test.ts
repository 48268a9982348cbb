import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { formatHtml } from '../../../src/check/reporters/html.ts'
import { chromiumPath, Page } from './chromium.ts'
import { hostile } from './hostile.ts'
import { sample } from './sample.ts'

if (!chromiumPath) console.log('skipped: the page in a browser, as neither chromium nor google-chrome is in /usr/bin')

/** Clicks and keys take effect when the browser comes to them. */
const patience = { timeout: 5000, interval: 20 }

/** A page as a reader's browser would be led out by it, were there no policy. */
const holed = formatHtml(sample).replace(
  '</body>',
  '<img src="/leak.png"><link rel="stylesheet" href="/leak.css"><script>fetch("/leak")</script><script src="/leak.js"></script></body>',
)

const pages: Readonly<Record<string, string>> = {
  '/': formatHtml(sample),
  '/hostile': formatHtml(hostile),
  '/holed': holed,
  '/free': holed.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
}

describe.skipIf(!chromiumPath)('the page in a browser', () => {
  let page: Page
  let server: Server
  let origin: string
  const asked: string[] = []

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      const html = pages[request.url ?? '']
      response.writeHead(html ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(html ?? '')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    page = await Page.open(chromiumPath ?? '')
  }, 60_000)

  afterAll(async () => {
    await page?.close()
    server?.closeAllConnections()
    server?.close()
  })

  beforeEach(async () => {
    await page.show({ width: 1280, height: 900 })
    asked.length = 0
  })

  const status = (): Promise<string> => page.read(`document.getElementById('shown').textContent`)

  /** `scenario place` of every cell that is seen, in the order of the table. */
  const seen = (): Promise<readonly string[]> =>
    page.read(`[...document.querySelectorAll('#matrix td button')].filter((button) => button.checkVisibility())
      .map((button) => button.getAttribute('aria-label').split(':')[0])`)

  const columns = (): Promise<readonly string[]> =>
    page.read(`[...document.querySelectorAll('#matrix thead th')].filter((th) => th.checkVisibility())
      .map((th) => th.textContent + (th.colSpan > 1 ? ' ' + th.colSpan : ''))`)

  const openCell = (): Promise<string | null> =>
    page.read(`document.querySelector('.cell:popover-open')?.querySelector('h2').textContent.trim() ?? null`)

  const focus = (): Promise<string> => page.read(`document.activeElement.getAttribute('aria-label') ?? ''`)

  it('loads without a complaint, and asks for nothing but itself', async () => {
    await page.visit(`${origin}/`)
    await expect.poll(status, patience).toBe('45 checks')
    await page.click('#matrix td button')
    await page.click('.cell:popover-open .close')
    expect(page.observed).toEqual({ requests: [`${origin}/`], complaints: [] })
    expect(asked).toEqual(['/'])
  })

  it('could not ask for anything else, were there a hole in it', async () => {
    await page.visit(`${origin}/holed`)
    await expect
      .poll(() => page.observed.complaints.filter((one) => one.includes('Content Security Policy')).length, patience)
      .toBe(4)
    expect(asked).toEqual(['/holed'])
    asked.length = 0
    await page.visit(`${origin}/free`)
    // A page has loaded before what it fetches has been asked for.
    await expect
      .poll(() => [...asked].sort(), patience)
      .toEqual(['/free', '/leak', '/leak.css', '/leak.js', '/leak.png'])
  })

  it('shows hostile words as words', async () => {
    await page.visit(`${origin}/hostile`)
    await expect.poll(status, patience).toBe('45 checks')
    expect(await page.read(`document.images.length + document.scripts.length + document.links.length`)).toBe(1)
    expect(await page.read(`document.querySelector('#c1 .transcript').lastElementChild.textContent`)).toContain(
      'C*: </script></pre></div><img src=x onerror=alert(1)>"\' onload=x ]]> | ``` ~~~ [a](http://example.com/)',
    )
    expect(page.observed).toEqual({ requests: [`${origin}/hostile`], complaints: [] })
    expect(asked).toEqual(['/hostile'])
  })

  it('filters by verdict', async () => {
    await page.visit(`${origin}/`)
    await page.click('label:has([value=inconclusive])')
    await expect.poll(status, patience).toBe('3 of 45 checks')
    await expect
      .poll(seen, patience)
      .toEqual(['client-cert-required imap/implicit', 'client-cert-required imap/starttls', 'tls10-only imap/starttls'])
    await expect.poll(columns, patience).toEqual(['scenario', 'imap 2', 'implicit', 'starttls'])
    await page.click('label:has([value=fail])')
    await expect.poll(status, patience).toBe('17 of 45 checks')
    expect(
      await page.read(`[...document.querySelectorAll('#findings li')].filter((li) => li.checkVisibility()).length`),
    ).toBe(17)
    await page.click('button[type=reset]')
    await expect.poll(status, patience).toBe('45 checks')
    await expect
      .poll(columns, patience)
      .toEqual([...['scenario', 'smtp 3', 'imap 2'], ...['implicit', 'starttls', 'plain', 'implicit', 'starttls']])
  })

  it('filters by protocol, mode and scenario, all at once', async () => {
    await page.visit(`${origin}/`)
    await page.click('label:has([value=imap])')
    await expect.poll(status, patience).toBe('21 of 45 checks')
    await page.click('label:has([value=starttls])')
    await expect.poll(status, patience).toBe('11 of 45 checks')
    await expect.poll(columns, patience).toEqual(['scenario', 'imap', 'starttls'])
    await page.click('[type=search]')
    await page.type('  SIGNED')
    await expect.poll(seen, patience).toEqual(['self-signed imap/starttls', 'self-signed+wrong-host imap/starttls'])
    await page.type('!')
    await expect.poll(status, patience).toBe('No check fits.')
    expect(await page.read(`document.getElementById('matrix').checkVisibility()`)).toBe(false)
    expect(page.observed.complaints).toEqual([])
  })

  it('keeps filters and the open cell in its address', async () => {
    await page.visit(`${origin}/`)
    await page.click('label:has([value=fail])')
    await page.click('label:has([value=imap])')
    await page.click('#matrix td button:not([hidden])')
    await expect.poll(() => page.read('location.hash'), patience).toBe('#verdict=fail&protocol=imap&cell=c23')
    await page.visit(`${origin}/#verdict=fail&protocol=imap&cell=c23`)
    await expect.poll(seen, patience).toEqual(['starttls-refused imap/starttls'])
    await expect.poll(openCell, patience).toBe('✗ starttls-refused imap/starttls')
    await page.visit(`${origin}/#verdict=<b>&cell=matrix`)
    await expect.poll(status, patience).toBe('45 checks')
    await expect.poll(openCell, patience).toBeNull()
    expect(page.observed.complaints).toEqual([])
  })

  it('is worked by keyboard: Tab to a cell, Enter opens it, Escape leads back', async () => {
    await page.visit(`${origin}/`)
    await page.read(`document.querySelector('button[type=reset]').focus()`)
    await page.press('Tab')
    await expect.poll(focus, patience).toBe('expired smtp/implicit: fail, leaked')
    await page.press('Enter')
    await expect.poll(openCell, patience).toBe('✗ expired smtp/implicit')
    await expect.poll(focus, patience).toBe('Close')
    await page.press('Escape')
    await expect.poll(openCell, patience).toBeNull()
    await expect.poll(focus, patience).toBe('expired smtp/implicit: fail, leaked')
    await page.read(`document.querySelector('[name=verdict]').focus()`)
    await page.press(' ')
    await expect.poll(status, patience).toBe('14 of 45 checks')
  })

  it('opens a cell without any script, and then shows no filters', async () => {
    await page.script({ enabled: false })
    await page.visit(`${origin}/`)
    await page.click('#matrix td button')
    await expect.poll(openCell, patience).toBe('✗ expired smtp/implicit')
    expect(await page.read(`document.getElementById('filters').checkVisibility()`)).toBe(false)
    await page.script({ enabled: true })
  })

  it.each([
    { width: 360, height: 740, dark: false },
    { width: 360, height: 740, dark: true },
    { width: 1280, height: 900, dark: false },
    { width: 1280, height: 900, dark: true },
  ])('can be read at $width px, dark: $dark', async (window) => {
    await page.show(window)
    await page.visit(`${origin}/#cell=c3`)
    expect(await page.read('document.documentElement.scrollWidth')).toBeLessThanOrEqual(window.width)
    expect(
      await page.read(`document.querySelector('.scroll').scrollWidth <= document.querySelector('.scroll').clientWidth`),
    ).toBe(true)
    expect(
      await page.read(`document.getElementById('c3').scrollWidth <= document.getElementById('c3').clientWidth`),
    ).toBe(true)
    const small =
      await page.read(`[...document.querySelectorAll('button, summary, .choice')].filter((one) => one.checkVisibility())
      .map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width < 24 || height < 24).length`)
    expect(small).toBe(0)
    expect(await page.read(pale)).toEqual([])
    expect(page.observed.complaints).toEqual([])
  })

  it('has a name for each button and a header for each cell, to those who listen', async () => {
    await page.visit(`${origin}/`)
    const nodes = await page.accessible()
    const named = (role: string): readonly string[] =>
      nodes.filter((node) => node.role === role).map(({ name }) => name)
    expect(named('button').filter((name) => name.trim() === '')).toEqual([])
    expect(named('button')).toContain('untrusted-root smtp/starttls: fail, leaked, not as the baseline expects')
    expect(named('rowheader')).toContain('self-signed+wrong-host')
    expect(named('columnheader')).toEqual([
      'scenario',
      'smtp',
      'imap',
      'implicit',
      'starttls',
      'plain',
      'implicit',
      'starttls',
    ])
    expect(named('checkbox').length).toBe(9)
    expect(named('searchbox')).toEqual(['Scenario'])
    expect(named('status')).toHaveLength(1)
  })

  // MOCKMAIL_PICTURES=1 npx vitest run test/check/reporters/browser.test.ts
  if (process.env['MOCKMAIL_PICTURES']) {
    it('is drawn for the docs', async () => {
      mkdirSync('docs/images', { recursive: true })
      for (const [name, window] of [
        ['phone', { width: 360, height: 740, scale: 2 }],
        ['desktop', { width: 1280, height: 900 }],
      ] as const) {
        await page.show(window)
        await page.visit(`${origin}/`)
        writeFileSync(`docs/images/check-report-${name}.png`, await page.picture())
      }
    })
  }
})

/** Texts whose contrast is below 4.5 to 1, WCAG 2.2 §1.4.3. */
const pale = `(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const paperOf = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor)
      if (colour.length === 3) return colour
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .flatMap((one) => {
      const [a, b] = [luminance(parse(getComputedStyle(one).color)), luminance(paperOf(one))].sort((x, y) => y - x)
      const contrast = (a + 0.05) / (b + 0.05)
      return contrast < 4.5 ? [one.className + ' ' + one.textContent.slice(0, 30) + ' ' + contrast.toFixed(2)] : []
    })
})()`
