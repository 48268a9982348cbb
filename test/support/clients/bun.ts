import { npmProgram } from '../npm-program.ts'

/** Runs on processors of any age. */
const built: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64-baseline',
  'linux-arm64': 'linux-aarch64',
  'darwin-x64': 'darwin-x64-baseline',
  'darwin-arm64': 'darwin-aarch64',
}

const version = '1.4.5'

/**
 * The path of Bun's program, whose TLS is BoringSSL: installed once per checkout, from npm. Where that cannot be done it is
 * a name that no machine has, so that its tests are skipped and say so.
 */
export async function bunProgram(): Promise<string> {
  const kind = built[`${process.platform}-${process.arch}`]
  if (kind === undefined) return `bun ${version} for ${process.platform}-${process.arch}`
  try {
    return await npmProgram({ package: `@oven/bun-${kind}`, version, path: 'bin/bun' })
  } catch (error) {
    console.warn(`Bun ${version} cannot be installed from npm: ${(error as Error).message}`)
    return `bun ${version} from npm`
  }
}
