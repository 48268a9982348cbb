import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatJunit } from '../../../src/check/reporters/junit.ts'
import { hostile } from './hostile.ts'
import { broken, clean, sample } from './sample.ts'
import { parseXml, type XmlElement } from './xml.ts'

const xmllint = '/usr/bin/xmllint'
if (!existsSync(xmllint))
  console.log(`skipped: what libxml2 says of the report, as ${xmllint} (libxml2-utils) is not there`)

const all = (element: XmlElement, name: string): readonly XmlElement[] => [
  ...element.children.filter((child) => child.name === name),
  ...element.children.flatMap((child) => all(child, name)),
]

const reports = [
  ['the sample', sample],
  ['its clean twin', clean],
  ['hostile words', hostile],
] as const

describe('the report for a build server', () => {
  it('is one suite per protocol and mode', async () => {
    await expect(formatJunit(sample)).toMatchFileSnapshot('../../../fixtures/reports/junit.xml')
  })

  it.each(reports)('is well-formed, with %s', (_, report) => {
    expect(parseXml(formatJunit(report)).name).toBe('testsuites')
  })

  it.skipIf(!existsSync(xmllint)).each(reports)('is well-formed to libxml2, with %s', (_, report) => {
    const { status, stderr } = spawnSync(xmllint, ['--noout', '-'], { input: formatJunit(report), timeout: 10_000 })
    expect(stderr.toString()).toBe('')
    expect(status).toBe(0)
  })

  it('counts what it holds', () => {
    const root = parseXml(formatJunit(sample))
    const suites = all(root, 'testsuite')
    expect(suites.map(({ attributes }) => attributes['name'])).toEqual([
      'smtp/implicit',
      'smtp/starttls',
      'smtp/plain',
      'imap/implicit',
      'imap/starttls',
      'pop3/implicit',
      'pop3/starttls',
      'imap/plain',
    ])
    for (const one of [root, ...suites]) {
      expect(one.attributes).toMatchObject({
        tests: `${all(one, 'testcase').length}`,
        failures: `${all(one, 'failure').length}`,
        errors: `${all(one, 'error').length}`,
        skipped: `${all(one, 'skipped').length}`,
      })
    }
    expect(root.attributes).toMatchObject({ tests: '48', failures: '14', errors: '3', skipped: '4' })
  })

  it('is red for all that makes the check fail, a pass that the baseline did not expect too, and for nothing else', () => {
    const root = parseXml(formatJunit(sample))
    const types = [...all(root, 'failure'), ...all(root, 'error')].map(({ attributes }) => attributes['type'])
    expect(types.filter((type) => type === 'baseline')).toHaveLength(1)
    expect(types.filter((type) => type === 'leak-credentials-untrusted-tls')).toHaveLength(5)
    expect(types.filter((type) => type?.startsWith('inconclusive:') || type === 'not-reached')).toHaveLength(3)
    const green = parseXml(formatJunit(clean))
    expect([...all(green, 'failure'), ...all(green, 'error')]).toEqual([])
    expect(all(green, 'testcase')).toHaveLength(21)
  })

  it('is red for a client that was not started, as the check is', () => {
    const root = parseXml(formatJunit(broken))
    expect(root.attributes).toMatchObject({ tests: '10', failures: '0', errors: '10', skipped: '0' })
    expect(all(root, 'error')[1]?.text).toContain('\nclient: was not started')
  })

  it('keeps the words of a client, and shows what XML cannot hold', () => {
    const [words] = all(parseXml(formatJunit(hostile)), 'system-err')
    expect(words?.text).toMatch(/^<\/script><\/pre><\/div><img src=x onerror=alert\(1\)>"' onload=x \]\]> \| ``` /)
    expect(words?.text).toContain('& &amp; red \\u202e\\x00\\ud800 😀 漢字\n```\n')
  })
})
