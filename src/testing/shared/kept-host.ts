import type { Host } from '../../control/host.ts'

// Jest loads its global setup and its global teardown each for itself; they meet in the process alone.
const key = Symbol.for('mockmail.host')

const shared = globalThis as { [key]?: Host | undefined }

/** Keeps the host for the teardown. */
export function keepHost(host: Host): void {
  shared[key] = host
}

export function takeHost(): Host | undefined {
  const host = shared[key]
  delete shared[key]
  return host
}
