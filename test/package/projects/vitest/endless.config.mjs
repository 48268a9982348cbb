export default { test: { include: ['endless.test.mjs'] } }
