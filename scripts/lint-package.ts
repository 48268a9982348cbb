// Looks at the package as its users get it: publint at what is in it, attw at how its types resolve.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const checks = [
  ['publint', '--strict'],
  // Vitest is ESM only, so its entries are too: only from CommonJS, and only here, is that no mistake.
  [
    'attw',
    '--pack',
    '.',
    '--entrypoints',
    'vitest',
    'vitest/setup',
    'vitest/global-setup',
    '--ignore-rules',
    'cjs-resolves-to-esm',
  ],
  [
    'attw',
    '--pack',
    '.',
    '--entrypoints',
    '.',
    'jest',
    'jest/setup',
    'jest/global-setup',
    'jest/global-teardown',
    'node-test',
    'package.json',
    'schemas/ready.json',
  ],
]

for (const [command = '', ...args] of checks) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) process.exitCode = 1
}
