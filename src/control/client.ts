import { Agent, type IncomingMessage, request } from 'node:http'
import { pauseOr } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import { type ApiDoor, CommandLine } from './command-line.ts'
import { Conditions } from './conditions.ts'
import { holderHeader, toldHeader } from './holder.ts'
import type { ApiError } from './types.ts'

/** Told of each report on the stream of leases, in order. */
type Reported = (event: string, data: unknown) => void

type Method = 'GET' | 'POST' | 'DELETE'

/** Milliseconds that a report may take behind the answer to what it was told before. */
const longestReport = 5000

/** A worker's end of the control API. What is lent to it goes back when it closes, or when its process is gone. */
export class ApiClient {
  readonly #door: ApiDoor
  readonly #agent = new Agent({ keepAlive: true })
  readonly #onReport: Reported
  readonly #commands: CommandLine
  #stream: IncomingMessage | undefined
  #holder = ''
  #heard = 0
  #lost = false
  #over = false
  readonly #conditions = new Conditions()

  private constructor(door: ApiDoor, onReport: Reported) {
    this.#door = door
    this.#onReport = onReport
    this.#commands = new CommandLine(door)
  }

  /** @throws {MockmailError} CLOSED when nobody listens there, or not for whoever has this token */
  static async dial(door: ApiDoor, onReport: Reported): Promise<ApiClient> {
    const client = new ApiClient(door, onReport)
    try {
      await Promise.all([client.#listen(), client.#commands.connected])
      return client
    } catch {
      client.close()
      throw gone()
    }
  }

  get holder(): string {
    return this.#holder
  }

  /**
   * Asks, and waits for the answer; everything that was told to do before is done by then, and everything that was reported
   * before the answer has been heard.
   *
   * @throws {MockmailError} what it was refused with; CLOSED when nobody is there any more
   */
  async call<T>(method: Method, path: string, body?: object): Promise<T> {
    if (this.#over) throw gone()
    await this.#commands.done()
    const response = await this.#request(method, path, body).catch(() => {
      throw gone()
    })
    const text = await textOf(response).catch(() => {
      throw gone()
    })
    await this.#hear(Number(response.headers[toldHeader] ?? 0))
    const answer: unknown = text === '' ? undefined : JSON.parse(text)
    if ((response.statusCode ?? 500) < 400) return answer as T
    const { code, message } = answer as ApiError
    throw code === 'DEFECT' ? new Error(message) : new MockmailError(code, message)
  }

  /** Says it without waiting. It has left this process when this returns, so whatever happens next comes behind it. */
  tell(path: string, body?: Uint8Array): void {
    if (!this.#over) this.#commands.post(path, body)
  }

  close(): void {
    this.#over = true
    this.#stream?.destroy()
    this.#commands.close()
    this.#agent.destroy()
    this.#conditions.changed()
  }

  /** Opens the stream of reports, and resolves when it is known who we are. */
  async #listen(): Promise<void> {
    const stream = await this.#request('GET', '/api/v1/leases')
    if (stream.statusCode !== 200) {
      stream.resume()
      throw gone()
    }
    this.#stream = stream.setEncoding('utf8')
    let rest = ''
    stream.on('data', (chunk: string) => {
      rest += chunk
      if (!chunk.includes('\n')) return
      const events = rest.split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) this.#receive(event)
    })
    stream.on('error', () => {})
    stream.on('close', () => this.close())
    await this.#conditions.until(() => this.#holder !== '' || this.#over)
    if (this.#over) throw gone()
  }

  #receive(text: string): void {
    const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(text) ?? []
    const given: unknown = JSON.parse(data)
    if (event === 'holder') this.#holder = (given as { readonly holder: string }).holder
    else if (event === 'lost') this.#lost = true
    else {
      this.#heard++
      this.#onReport(event, given)
    }
    this.#conditions.changed()
  }

  async #hear(told: number): Promise<void> {
    await pauseOr(
      longestReport,
      this.#conditions.until(() => this.#heard >= told || this.#lost || this.#over),
    )
    if (this.#heard < told && !this.#over) {
      throw new MockmailError(
        'CLOSED',
        'This worker was busy for so long that reports of its servers were lost, so nothing can be judged any more.',
      )
    }
  }

  #request(method: Method, path: string, body?: object): Promise<IncomingMessage> {
    const { port, token } = this.#door
    const text = body && JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ host: '127.0.0.1', port, method, path, agent: this.#agent },
          headers: {
            authorization: `Bearer ${token}`,
            ...(this.#holder !== '' && { [holderHeader]: this.#holder }),
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
          },
        },
        resolve,
      )
      asked.on('error', reject)
      asked.end(text)
    })
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const gone = (): MockmailError =>
  new MockmailError('CLOSED', 'The shared fleet of this run is closed: its global setup has been torn down.')
