import type { TestProject } from 'vitest/node'
import { openHost } from '../control/host.ts'
import type { RunOptions } from '../fleet/options.ts'
import type {} from './vitest.ts'

export type { RunOptions }

/**
 * For a global setup of your own, with what all servers have in common. The servers of `useMockMail({ shared: true })` come
 * from it.
 *
 * @example
 * export const setup = sharedFleet({ servernames: ['mail.example.com'] })
 */
export function sharedFleet(options: RunOptions = {}): (project: TestProject) => Promise<() => Promise<void>> {
  return async (project) => {
    const host = await openHost(options)
    project.provide('mockmail', host.fleet)
    return () => host.close()
  }
}

/** For vitest's `globalSetup`: starts the fleet of the run, and closes it at the end. */
export const setup: (project: TestProject) => Promise<() => Promise<void>> = sharedFleet()
