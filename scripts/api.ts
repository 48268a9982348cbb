// Compares the published types with the reports in `etc`; a difference fails. `--local` writes the reports.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const root = fileURLToPath(new URL('..', import.meta.url))
const local = process.argv.includes('--local')

const { Error: error, None: none } = ExtractorLogLevel

const entries = ['index', 'vitest', 'vitest-global-setup', 'jest', 'jest-global-setup', 'node-test'] as const

for (const name of entries) {
  const types = join(root, 'dist', `${name}.d.mts`)
  if (!existsSync(types)) {
    console.error("There are no built types. 'npm run build' makes them.")
    process.exit(1)
  }
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: types,
      apiReport: {
        enabled: true,
        reportFileName: name === 'index' ? 'mockmail' : `mockmail.${name}`,
        reportFolder: join(root, 'etc'),
        reportTempFolder: join(root, 'temp', 'api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            lib: ['es2023', 'esnext.disposable'],
            module: 'nodenext',
            moduleResolution: 'nodenext',
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: [types],
        },
      },
      messages: {
        compilerMessageReporting: { default: { logLevel: error } },
        extractorMessageReporting: {
          default: { logLevel: error },
          // Ids of the catalogue are among them, and a new one is no change of the API.
          'ae-forgotten-export': { logLevel: none },
          // Everything exported is public; what a name says by itself needs no docstring; links are written for typedoc.
          'ae-missing-release-tag': { logLevel: none },
          'ae-undocumented': { logLevel: none },
          'ae-unresolved-link': { logLevel: none },
        },
        tsdocMessageReporting: { default: { logLevel: none } },
      },
    },
  })
  const { succeeded, apiReportChanged } = Extractor.invoke(config, { localBuild: local })
  if (succeeded) continue
  if (apiReportChanged) {
    console.error(`The public types are not as in ${config.reportFilePath}. If that is meant: npm run api -- --local`)
  }
  process.exitCode = 1
}
