require('./checks.cjs')(require('mockmail'), 'CommonJS').catch((error) => {
  console.error(error)
  process.exit(1)
})
