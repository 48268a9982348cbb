import { run } from './shell.ts'

let reason: Promise<string | undefined> | undefined

/** Why packages cannot be installed on this machine, or undefined when they can. Printed, so that no skip is silent. */
export function whyNoRegistry(): Promise<string | undefined> {
  reason ??= (async () => {
    const { status, output } = await run('npm', ['view', 'semver', 'version', '--fetch-retries=0'], { timeout: 30_000 })
    if (status === 0) return undefined
    const why = `no package can be installed here: ${output.trim().split('\n').at(-1)}`
    console.warn(`skipped: ${why}`)
    return why
  })()
  return reason
}
