import { defineConfig, type UserConfig } from 'tsdown'

const shared = {
  platform: 'node',
  target: 'node20.19',
  sourcemap: false,
  hash: false,
  // Jest on Node 20 cannot require ESM-only packages, so they travel inside.
  deps: { alwaysBundle: ['get-port', 'fastest-levenshtein'], neverBundle: ['vitest', '@jest/globals'] },
} satisfies UserConfig

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      vitest: 'src/testing/vitest.ts',
      jest: 'src/testing/jest.ts',
      bin: 'src/cli/bin.ts',
    },
    format: 'esm',
    dts: true,
    fixedExtension: true,
  },
  {
    ...shared,
    entry: { index: 'src/index.ts', jest: 'src/testing/jest.ts' },
    format: 'cjs',
    dts: true,
    clean: false,
    shims: true,
  },
])
