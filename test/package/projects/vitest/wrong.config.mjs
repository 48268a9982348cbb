export default { test: { include: ['wrong.spec.mjs'] } }
