import { readdirSync, readFileSync } from 'node:fs'
import { packageFolder } from '../../package-folder.ts'
import type { NewMessage } from './folder.ts'

/** Octets of the large message's body. */
const largeBody = 1_250_000

/** Header lines of the message with many. */
const headerLines = 1_000

let samples: readonly NewMessage[] | undefined

/**
 * The messages that every INBOX starts with, in a fixed order: the files of `fixtures/messages`, one of more than a
 * mebibyte, and one with 1,000 header lines. Read once; the octets are shared.
 */
export function loadSamples(): readonly NewMessage[] {
  samples ??= [...readFixtures(), createLarge(), createManyHeaders()].map((raw, index) => ({
    raw,
    // One per day, so that searches by date find some of them.
    internalDate: new Date(Date.UTC(2026, 1, index + 2, 12)),
  }))
  return samples
}

function readFixtures(): readonly Buffer[] {
  const folder = new URL('fixtures/messages/', packageFolder())
  return readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .sort()
    .map((name) => readFileSync(new URL(name, folder)))
}

function createLarge(): Buffer {
  const header = createHeader('large', 'More than a mebibyte', [
    'Content-Type: application/octet-stream; name="zeros.bin"',
    'Content-Disposition: attachment; filename="zeros.bin"',
    'Content-Transfer-Encoding: base64',
  ])
  const body = Buffer.alloc(largeBody - (largeBody % 78), `${'A'.repeat(76)}\r\n`)
  return Buffer.concat([Buffer.from(header), body])
}

function createManyHeaders(): Buffer {
  const lines = Array.from(
    { length: headerLines - 7 },
    (_, index) => `X-Sample-${String(index + 1).padStart(4, '0')}: header line of no meaning`,
  )
  const header = createHeader('headers', 'One thousand header lines', [...lines, 'Content-Type: text/plain'])
  return Buffer.from(`${header}The header above has 1,000 lines.\r\n`)
}

const createHeader = (id: string, subject: string, further: readonly string[]): string =>
  [
    'Date: Mon, 09 Feb 2026 12:00:00 +0000',
    'From: Alice Adams <alice@example.com>',
    'To: user@mockmail.test',
    `Subject: ${subject}`,
    `Message-ID: <${id}@samples.mockmail.test>`,
    'MIME-Version: 1.0',
    ...further,
    '',
    '',
  ].join('\r\n')
