// Since TypeScript 5.3 the members of a list are checked too; before it they pass, and are checked when they are used.
import { startMailServer, startMailServers } from 'mockmail'

export async function wrong(): Promise<void> {
  const one = { protocol: 'smtp', mode: 'starttls' } as const
  // @ts-expect-error there is no such scenario
  await startMailServer({ ...one, scenario: ['expired', 'wrong-hosts'] })
  // @ts-expect-error both set the dates
  await startMailServer({ ...one, scenario: ['expired', 'not-yet-valid'] })
  // @ts-expect-error there is no such scenario
  await startMailServers({ scenarios: ['good', 'expird'] })
  // @ts-expect-error both set the dates
  await startMailServers({ scenarios: ['good', 'expired+not-yet-valid'] })
}
