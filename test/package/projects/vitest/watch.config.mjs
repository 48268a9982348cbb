// Without isolation a worker may be used again, and with it whatever was left there.
export default { test: { include: ['watch.test.mjs'], pool: 'threads', isolate: false, watch: true } }
