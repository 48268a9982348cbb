import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import configurations from '../../tsdown.config.ts'

/** What the built files carry of others, as the build is told. */
export function bundledPackages(): readonly string[] {
  const [first] = [configurations].flat() as readonly { readonly deps?: { readonly onlyBundle?: unknown } }[]
  const { onlyBundle } = first?.deps ?? {}
  if (!Array.isArray(onlyBundle)) throw new Error("tsdown.config.ts has no list 'deps.onlyBundle'.")
  return onlyBundle as readonly string[]
}

/** The licence of a package in its own words. */
export function licenceOf(root: string, name: string): string {
  const folder = join(root, 'node_modules', name)
  const file = readdirSync(folder).find((one) => /^licen[cs]e(?:\.|$)/i.test(one))
  if (file === undefined) throw new Error(`${name} has no file with its licence.`)
  return readFileSync(join(folder, file), 'utf8').trim()
}

/** The licences of what travels inside the package, word for word. */
export function bundledLicences(root: string): string {
  const sections = bundledPackages().map((name) => {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
    return `## ${name} ${version}\n\n\`\`\`text\n${licenceOf(root, name)}\n\`\`\`\n`
  })
  return [
    "<!-- Written by 'npm run generate' from the licences of the packages that tsdown.config.ts bundles. -->\n",
    '# Licences of what travels inside\n',
    ...sections,
  ].join('\n')
}
