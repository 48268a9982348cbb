import { defineConfig, type UserConfig } from 'tsdown'

// The control API's are few and used by few runs, so they are no dependencies of everybody.
const bundled = ['get-port', 'fastest-levenshtein', 'hono', '@hono/node-server']

const shared = {
  platform: 'node',
  target: 'node20.19',
  sourcemap: false,
  hash: false,
  // Buffer is in the published types, and TypeScript 6 includes no types by itself.
  banner: { dts: '/// <reference types="node" />' },
  // What is marked @internal, constructors above all, is no part of the published types.
  dts: {
    compilerOptions: { stripInternal: true },
    entry: [
      'index',
      'testing/vitest',
      'testing/vitest-setup',
      'testing/vitest-global-setup',
      'testing/jest',
      'testing/jest-setup',
      'testing/jest-global-setup',
      'testing/jest-global-teardown',
      'testing/node-test',
    ].map((name) => `src/${name}.ts`),
  },
  // Jest on Node 20 cannot require ESM-only packages, so they travel inside.
  deps: {
    alwaysBundle: bundled,
    onlyBundle: bundled,
    neverBundle: ['vitest', '@jest/globals', 'expect'],
  },
} satisfies UserConfig

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      vitest: 'src/testing/vitest.ts',
      'vitest-setup': 'src/testing/vitest-setup.ts',
      'vitest-global-setup': 'src/testing/vitest-global-setup.ts',
      jest: 'src/testing/jest.ts',
      'jest-setup': 'src/testing/jest-setup.ts',
      'jest-global-setup': 'src/testing/jest-global-setup.ts',
      'jest-global-teardown': 'src/testing/jest-global-teardown.ts',
      'node-test': 'src/testing/node-test.ts',
      bin: 'src/cli/bin.ts',
    },
    format: 'esm',
    fixedExtension: true,
  },
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      jest: 'src/testing/jest.ts',
      'jest-setup': 'src/testing/jest-setup.ts',
      'jest-global-setup': 'src/testing/jest-global-setup.ts',
      'jest-global-teardown': 'src/testing/jest-global-teardown.ts',
      'node-test': 'src/testing/node-test.ts',
    },
    format: 'cjs',
    clean: false,
    shims: true,
    // Jest has no import() in CommonJS.
    outputOptions: { dynamicImportInCjs: false, exports: 'named' },
  },
])
