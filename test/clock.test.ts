import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const source = resolve(import.meta.dirname, '../src')

/** What a runner's fake timers put something else in the place of. */
const fakeable = new RegExp(
  [
    String.raw`(?<![.\w])(?:(?:set|clear)(?:Timeout|Interval|Immediate)|queueMicrotask)\(`,
    String.raw`[^:|<]\sglobalThis$|globalThis\.(?:set|clear|Date|performance|queueMicrotask)`,
    String.raw`Date\.now\b|new Date\(\)|[^:|<]\s(?:Date|performance)$`,
    String.raw`\bperformance\.|process\.(?:nextTick|hrtime|uptime)\b|node:(?:timers|perf_hooks)|AbortSignal\.timeout`,
  ].join('|'),
  'm',
)

/** Code without comments. */
const codeOf = (file: string): string =>
  readFileSync(join(source, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))

describe('time', () => {
  it('goes by the clock that was taken when the module loaded, in all of the source', () => {
    expect(files.length).toBeGreaterThan(200)
    const own = ['clock.ts', 'check/reporters/html/script.ts']
    expect(files.filter((file) => !own.includes(file) && fakeable.test(codeOf(file)))).toEqual([])
  })

  it('would be found where it went by anything else', () => {
    expect(codeOf('clock.ts')).toMatch(fakeable)
    for (const code of [
      'const { now } = Date',
      'const { setTimeout: start } = globalThis',
      'Date.now() / 1000',
      'internalDate = new Date() }',
      '  setTimeout(resolve, 5)',
      'await performance.now()',
      'queueMicrotask(() => {})',
      "import { setTimeout } from 'node:timers/promises'",
      'process.nextTick(done)',
    ]) {
      expect(code).toMatch(fakeable)
    }
    for (const code of [
      'clock.setTimeout(resolve, 5)',
      'new Date(clock.date())',
      'readonly now?: Date',
      'Date.UTC(2026)',
    ])
      expect(code).not.toMatch(fakeable)
  })
})
