import type { Context } from 'hono'
import { MockmailError } from '../errors.ts'
import { checkOptionNames, invalid } from '../fleet/options.ts'

/** Octets of a body, at most. */
const mostOctets = 64 << 20

/** Of an answer that is a stream: else its beginning is kept back, by a timer that a test may have stopped, to see how long it is. */
export const asItComes = { 'transfer-encoding': 'chunked' } as const

/** @throws {MockmailError} TOO_LARGE */
export async function bodyOf(c: Context): Promise<Buffer> {
  const tooLarge = (): MockmailError =>
    new MockmailError('TOO_LARGE', `The body is larger than ${mostOctets >> 20} MiB, which is the most.`)
  if (Number(c.req.header('content-length') ?? 0) > mostOctets) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > mostOctets) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * The body as a JSON object with no other names than these.
 *
 * @throws {MockmailError} TOO_LARGE, INVALID_OPTION
 */
export async function jsonOf(c: Context, names: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const text = (await bodyOf(c)).toString('utf8')
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (error) {
    throw new MockmailError('INVALID_OPTION', `The body is no JSON: ${(error as Error).message}.`, { cause: error })
  }
  checkOptionNames('The body', given, names)
  return given as Readonly<Record<string, unknown>>
}

/**
 * A member of a body that has to be a text.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function textIn(body: Readonly<Record<string, unknown>>, name: string): string {
  const given = body[name]
  if (typeof given === 'string') return given
  throw invalid(name, given, 'a text')
}

/**
 * A member of a body that has to be a list of texts.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function textsIn(body: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const given = body[name]
  if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return given
  throw invalid(name, given, 'a list of texts')
}

/**
 * What stood behind `?name=`, where it has to be a whole number.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function numberOf(c: Context, name: string, most: number): number | undefined {
  const given = c.req.query(name)
  if (given === undefined) return undefined
  if (/^\d{1,9}$/.test(given) && Number(given) <= most) return Number(given)
  throw invalid(name, given, `a whole number from 0 to ${most}`)
}
