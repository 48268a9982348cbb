import { expect, it } from 'vitest'
import { reporters } from '../../../src/check/reporters/index.ts'
import { formatJson } from '../../../src/check/reporters/json.ts'
import { hostile } from './hostile.ts'
import { sample } from './sample.ts'

it('is the report, bytes of the client included', () => {
  expect(JSON.parse(formatJson(sample))).toEqual(sample)
  expect(JSON.parse(formatJson(hostile))).toEqual(hostile)
  expect(formatJson(sample)).toMatch(/^\{"schema":1,"mockmail":"0\.1\.0",[^\n]*\}\n$/)
})

it('stands in the table beside the other four, and all end with a line end', () => {
  expect(Object.keys(reporters)).toEqual(['pretty', 'json', 'junit', 'markdown', 'html'])
  for (const format of Object.values(reporters)) expect(format(sample, {})).toMatch(/[^\n]\n$/)
})
