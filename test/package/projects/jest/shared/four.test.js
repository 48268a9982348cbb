const { useMockMail } = require('mockmail/jest')
const { define } = require('../sharing.cjs')

define('file-four', { mail: useMockMail({ shared: true }), it, expect })
