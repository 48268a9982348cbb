import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { NewMessage } from '../../src/servers/mailbox/folder.ts'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { Client, message, settle } from './harness.ts'

const folder = new URL('dialogues/', import.meta.url)
const names = readdirSync(folder).map((file) => file.replace('.txt', ''))

const mailbox: readonly NewMessage[] = [
  message(
    'From: Alice <alice@example.com>',
    'To: user@mockmail.test',
    'Subject: One',
    'Date: Mon, 02 Feb 2026 09:00:00 +0000',
    '',
    'First.',
  ),
  message(
    'From: Bob <bob@example.com>',
    'Subject: =?utf-8?Q?Stra=C3=9Fe?=',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    '',
    'Second.',
    '--x',
    'Content-Type: image/png; name=dot.png',
    'Content-Transfer-Encoding: base64',
    '',
    'AAAA',
    '--x--',
  ),
]

describe('what a client was seen to say', () => {
  it('is there for every client of the catalogue', () => {
    const clients = new Set(names.map((name) => name.split('-')[0]))
    expect([...clients].sort()).toEqual([
      'angus',
      'curl',
      'fetchmail',
      'imapflow',
      'imaplib',
      'mailkit',
      'mbsync',
      'node',
      'thunderbird',
    ])
  })

  it.each(names)('is answered as the golden dialogue of %s says', async (name) => {
    const file = new URL(`${name}.txt`, folder)
    await expect(await play(readFileSync(file, 'utf8'))).toMatchFileSnapshot(file.pathname)
  })
})

/**
 * Plays the `C:` lines of a dialogue; those without a server line between them leave in one segment. `-- TLS` begins
 * the phase after an upgrade. UIDVALIDITY is another in each run and stands as `<validity>`.
 */
async function play(dialogue: string): Promise<string> {
  const store = new MailStore(mailbox)
  const phases = dialogue.split('-- TLS\n')
  const played: string[] = []
  for (const [index, phase] of phases.entries()) {
    const mode = phases.length > 1 ? 'starttls' : 'implicit'
    const client = new Client({ mode, secure: mode === 'implicit' || index > 0, greet: index === 0, store })
    await settle()
    let transcript = notation('S', client.read())
    for (const chunk of phase.split(/^(?:S:.*\n)+/m).filter((text) => text !== '')) {
      const bytes = chunk.replace(/^C: ?/gm, '').replace(/\n/g, '\r\n')
      transcript += notation('C', bytes) + notation('S', await client.send(bytes))
    }
    const ends = ['upgrade', 'close']
    expect(ends).toContain(await client.end)
    played.push(transcript)
  }
  return played.join('-- TLS\n').replace(/(UIDVALIDITY|APPENDUID|COPYUID) \d+/g, '$1 <validity>')
}

const notation = (who: 'C' | 'S', text: string): string =>
  text
    .split(/(?<=\n)/)
    .filter((line) => line !== '')
    .map((line) => `${`${who}: ${line.replace(/\r?\n$/, '')}`.trimEnd()}\n`)
    .join('')
