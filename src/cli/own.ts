import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MockmailError } from '../errors.ts'
import type { DefinedPart } from '../scenarios/scenario.ts'

/**
 * What the modules of `--import` export: anything made by `defineCertificate` or `defineQuirk`, under any name, alone or in
 * a list.
 *
 * @throws {MockmailError} INVALID_OPTION, INVALID_DEFINITION
 */
export async function importOwn(files: readonly string[] = []): Promise<readonly DefinedPart[]> {
  const own: DefinedPart[] = []
  for (const file of files) {
    const parts = Object.values(await load(file))
      .flat()
      .filter(isDefined)
    if (parts.length === 0) {
      throw new MockmailError(
        'INVALID_OPTION',
        `--import ${file} exports nothing that defineCertificate or defineQuirk has made.`,
      )
    }
    for (const part of parts) {
      if (own.some(({ id }) => id === part.id)) {
        throw new MockmailError('INVALID_DEFINITION', `--import ${file}: there is another part '${part.id}'.`)
      }
      own.push(part)
    }
  }
  return own
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
  } catch (error) {
    if (error instanceof Error && error.name === 'MockmailError') throw error
    throw new MockmailError('INVALID_OPTION', `--import ${file} cannot be loaded: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

const isDefined = (it: unknown): it is DefinedPart =>
  typeof it === 'object' && it !== null && (it as Partial<DefinedPart>).defined === true
