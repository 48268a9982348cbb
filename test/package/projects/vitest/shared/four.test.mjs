import { useMockMail } from 'mockmail/vitest'
import { expect, it } from 'vitest'
import { define } from '../sharing.cjs'

define('file-four', { mail: useMockMail({ shared: true }), it, expect })
