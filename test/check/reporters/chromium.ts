import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/** Where a Chromium is, or undefined. */
export const chromiumPath: string | undefined = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)

type Values = Readonly<Record<string, unknown>>

/** What the page did beside what it was asked. */
export interface Observed {
  /** Addresses of every request, the page's own among them. */
  readonly requests: string[]
  /** Messages of the console, uncaught errors and policy violations. */
  readonly complaints: string[]
}

/** One page in a headless Chromium, driven over the pipe of its DevTools protocol. */
export class Page {
  readonly #browser: ChildProcess
  readonly #profile: string
  readonly #waiting = new Map<number, { resolve(result: Values): void; reject(error: Error): void }>()
  readonly #listeners = new Set<(method: string) => void>()
  #session: string | undefined
  #last = 0
  readonly observed: Observed = { requests: [], complaints: [] }

  private constructor(path: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'mockmail-chromium-'))
    this.#browser = spawn(
      path,
      [
        ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
        ...[
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-default-apps',
          '--disable-sync',
        ],
        ...['--remote-debugging-pipe', `--user-data-dir=${this.#profile}`, 'about:blank'],
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    )
    let buffered = ''
    const output = this.#browser.stdio[4] as Readable
    output.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (buffered + chunk).split('\0')
      buffered = messages.pop() ?? ''
      for (const message of messages) this.#receive(JSON.parse(message))
    })
    this.#browser.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Chromium ended'))
    })
  }

  static async open(path: string): Promise<Page> {
    const page = new Page(path)
    const { targetInfos } = await page.#send('Target.getTargets')
    const target = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page')
    const { sessionId } = await page.#send('Target.attachToTarget', { targetId: target?.targetId, flatten: true })
    page.#session = sessionId as string
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.#send(`${domain}.enable`)
    return page
  }

  /** Loads an address from nothing, and waits until it is there. */
  async visit(url: string): Promise<void> {
    await this.#loads(() => this.#send('Page.navigate', { url: 'about:blank' }))
    this.observed.requests.length = 0
    this.observed.complaints.length = 0
    await this.#loads(() => this.#send('Page.navigate', { url }))
  }

  /** The value of an expression in the page. */
  async read<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { value: T }).value
  }

  /** Presses and releases a key: `Tab`, `Enter`, ` `, `Escape`. */
  async press(key: string): Promise<void> {
    const text = { Enter: '\r', ' ': ' ' }[key]
    const code = { Enter: 13, ' ': 32, Tab: 9, Escape: 27 }[key]
    const event = { key, code: key === ' ' ? 'Space' : key, windowsVirtualKeyCode: code }
    await this.#send('Input.dispatchKeyEvent', {
      type: text ? 'keyDown' : 'rawKeyDown',
      ...event,
      ...(text ? { text } : {}),
    })
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
  }

  /** Types into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#send('Input.insertText', { text })
  }

  /** Clicks with the mouse in the middle of an element. */
  async click(selector: string): Promise<void> {
    const at = await this.read<{ x: number; y: number }>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)})
      element.scrollIntoView({ block: 'center' })
      const { x, y, width, height } = element.getBoundingClientRect()
      return { x: x + width / 2, y: y + height / 2 }
    })()`)
    const mouse = { ...at, button: 'left', clickCount: 1 }
    await this.#send('Input.dispatchMouseEvent', { type: 'mousePressed', ...mouse })
    await this.#send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...mouse })
  }

  /** How large the window is, and what the reader's system prefers. */
  async show(window: {
    readonly width: number
    readonly height: number
    readonly dark?: boolean
    readonly scale?: number
  }): Promise<void> {
    const { width, height, dark = false, scale = 1 } = window
    await this.#send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: scale,
      mobile: width < 500,
    })
    const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]
    await this.#send('Emulation.setEmulatedMedia', { features })
  }

  /** Whether scripts run in pages that are visited from now on. */
  async script({ enabled }: { readonly enabled: boolean }): Promise<void> {
    await this.#send('Emulation.setScriptExecutionDisabled', { value: !enabled })
  }

  /** What those hear who do not see the page. */
  async accessible(): Promise<readonly { readonly role: string; readonly name: string }[]> {
    const { nodes } = await this.#send('Accessibility.getFullAXTree')
    return (nodes as { ignored: boolean; role?: { value: string }; name?: { value: string } }[])
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }))
  }

  /** A picture of what is in the window, as PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: false })
    return Buffer.from(data as string, 'base64')
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#browser.once('exit', resolve))
    await this.#send('Browser.close', {}, { ofBrowser: true }).catch(() => this.#browser.kill('SIGKILL'))
    await ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  async #loads(navigate: () => Promise<Values>): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      const listener = (method: string): void => {
        if (method !== 'Page.loadEventFired') return
        this.#listeners.delete(listener)
        resolve()
      }
      this.#listeners.add(listener)
    })
    await navigate()
    await loaded
  }

  #send(method: string, params: Values = {}, { ofBrowser = false } = {}): Promise<Values> {
    const id = ++this.#last
    const session = this.#session && !ofBrowser ? { sessionId: this.#session } : {}
    const input = this.#browser.stdio[3] as Writable
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      input.write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    })
  }

  #receive(message: {
    id?: number
    result?: Values
    error?: { message: string }
    method?: string
    params?: Values
  }): void {
    if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.error) waiting?.reject(new Error(message.error.message))
      else waiting?.resolve(message.result ?? {})
      return
    }
    const { method = '', params = {} } = message
    if (method === 'Network.requestWillBeSent') this.observed.requests.push((params['request'] as { url: string }).url)
    if (/^(?:Runtime\.(?:consoleAPICalled|exceptionThrown)|Log\.entryAdded)$/.test(method)) {
      this.observed.complaints.push(JSON.stringify(params))
    }
    for (const listener of this.#listeners) listener(method)
  }
}
