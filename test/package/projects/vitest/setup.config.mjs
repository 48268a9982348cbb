export default { test: { include: ['setup.test.mjs'], setupFiles: ['mockmail/vitest/setup'] } }
