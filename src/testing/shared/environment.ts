import type { SharedFleet } from '../../control/host.ts'

// Jest hands nothing from its global setup to its workers but the environment.
const variable = 'MOCKMAIL_SHARED_FLEET'

export function writeFleet(fleet: SharedFleet | undefined): void {
  if (fleet) process.env[variable] = JSON.stringify(fleet)
  else delete process.env[variable]
}

export function readFleet(): SharedFleet | undefined {
  const written = process.env[variable]
  return written === undefined ? undefined : (JSON.parse(written) as SharedFleet)
}
