const { useMockMail } = require('mockmail/jest')
const { define } = require('../sharing.cjs')

define('file-two', { mail: useMockMail({ shared: true }), it, expect })
