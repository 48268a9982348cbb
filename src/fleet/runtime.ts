import { MockmailError } from '../errors.ts'

/** Runtimes with Node's modules and sockets of their own, by the name under which they give their version. */
const others: Readonly<Record<string, string>> = { bun: 'Bun', deno: 'Deno' }

/**
 * Refuses a runtime on which servers would see something else than on Node: a handshake that never fails, an alert that never
 * comes.
 *
 * @throws {MockmailError} UNSUPPORTED_RUNTIME
 */
export function refuseOtherRuntimes(versions: Readonly<Record<string, string | undefined>> = process.versions): void {
  const found = Object.keys(others).find((name) => versions[name] !== undefined)
  if (found === undefined) return
  throw new MockmailError(
    'UNSUPPORTED_RUNTIME',
    `mockmail cannot serve on ${others[found]}, whose TLS sockets do not behave like Node's, so that clients would be judged wrongly. Run it with Node 20.19 or newer; the client may run on anything.`,
  )
}
