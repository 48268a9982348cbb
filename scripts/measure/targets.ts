import { scenarios } from '../../src/scenarios/listing.ts'
import type { Target } from './findings.ts'

/** Two faults at once: which one a client names. */
export const combinations = [
  'self-signed+wrong-host',
  'expired+wrong-host',
  'expired+self-signed',
  'expired+untrusted-root',
  'untrusted-root+wrong-host',
] as const

/** Whether only a client can see it that looks at revocation. */
export const needsRevocation = (scenario: string): boolean =>
  scenario.split('+').some((id) => scenarios.find((entry) => entry.id === id)?.needs)

/** A fault of revocation is tried twice: as clients are, and with the CRL in their hands; so is `good`, beside it. */
export function targetsOf(server: Omit<Target, 'crl'>, pki: string): readonly Target[] {
  const { scenario, protocol, mode, host, port, servername, user, password } = server
  const target = { scenario, protocol, mode, host, port, servername, user, password }
  const revocation = scenario === 'good' || needsRevocation(scenario)
  return revocation ? [target, { ...target, crl: `${pki}/${scenario}/crl-chain.pem` }] : [target]
}
