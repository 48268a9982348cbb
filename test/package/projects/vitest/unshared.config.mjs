export default { test: { include: ['shared/one.test.mjs'] } }
