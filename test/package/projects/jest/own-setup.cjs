module.exports = require('mockmail/jest/global-setup').sharedFleet({ servernames: ['mail.example.com'] })
