import * as mockmail from 'mockmail'
import check from './checks.cjs'

await check(mockmail, 'ESM')
