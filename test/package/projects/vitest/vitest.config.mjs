export default { test: { include: ['*.spec.mjs'], exclude: ['wrong.spec.mjs'], testTimeout: 15_000 } }
