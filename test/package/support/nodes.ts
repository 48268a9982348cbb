import { npmProgram } from '../../support/npm-program.ts'

/** The floor of `engines`, and the newest of each line that is maintained. */
export const nodeVersions = ['20.19.0', '22.20.0', '24.9.0'] as const
export type NodeVersion = (typeof nodeVersions)[number]

const system = process.platform === 'win32' ? 'win' : process.platform

/** The path of that Node's program, which the package `node-<system>-<architecture>` carries. */
export const nodeProgram = (version: NodeVersion): Promise<string> =>
  npmProgram({
    package: `node-${system}-${process.arch}`,
    version,
    path: system === 'win' ? 'bin/node.exe' : 'bin/node',
  })
