const { useMockMail } = require('mockmail/jest')
const { define } = require('../sharing.cjs')

define('file-three', { mail: useMockMail({ shared: true }), it, expect })
