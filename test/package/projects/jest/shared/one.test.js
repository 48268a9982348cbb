const { useMockMail } = require('mockmail/jest')
const { define } = require('../sharing.cjs')

define('file-one', { mail: useMockMail({ shared: true }), it, expect })
