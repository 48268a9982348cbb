import { describe, expect, it } from 'vitest'
import { problemsOf } from '../scripts/house.ts'

const wrong = (path: string, text: string): readonly string[] => problemsOf(new Map([[path, text]]))

describe('the rooms of the house', () => {
  it('lets an import go down', () => {
    expect(wrong('src/fleet/start.ts', `import { startPki } from '../certs/pki.ts'`)).toEqual([])
    expect(wrong('src/servers/imap/dialect.ts', `import { Input } from '../core/input.ts'`)).toEqual([])
    expect(wrong('src/cli/up.ts', `import { join } from 'node:path'`)).toEqual([])
  })

  it.each([
    ['a name', `import { MailServer } from '../fleet/mail-server.ts'`],
    ['a type', `import type { MailServer } from '../fleet/mail-server.ts'`],
    ['an export', `export { MailServer } from '../fleet/mail-server.ts'`],
    ['a late import', `const { MailServer } = await import('../fleet/mail-server.ts')`],
  ])('refuses one that goes up, as %s', (_, text) => {
    expect(wrong('src/certs/pki.ts', text)).toEqual([
      "src/certs/pki.ts imports src/fleet/mail-server.ts: 'fleet' stands above 'certs'.",
    ])
  })

  it('keeps those apart that are joined elsewhere', () => {
    expect(wrong('src/servers/core/endpoint.ts', `import { startPki } from '../../certs/pki.ts'`)).toEqual([
      "src/servers/core/endpoint.ts imports src/certs/pki.ts: 'servers/core' and 'certs' do not know each other.",
    ])
    expect(wrong('src/servers/imap/dialect.ts', `import { smtp } from '../smtp/dialect.ts'`)).toEqual([
      "src/servers/imap/dialect.ts imports src/servers/smtp/dialect.ts: 'servers/imap' and 'servers/smtp' do not know each other.",
    ])
  })

  it('knows every room', () => {
    expect(wrong('src/attic/box.ts', `import '../errors.ts'`)).toEqual([
      'src/attic/box.ts stands in no room of scripts/house.ts.',
    ])
    expect(wrong('src/cli/up.ts', `import '../attic/box.ts'`)).toEqual([
      'src/cli/up.ts imports src/attic/box.ts, which stands in no room of scripts/house.ts.',
    ])
  })

  it('refuses a file that nobody reads to its end', () => {
    expect(wrong('test/long.test.ts', '\n'.repeat(350))).toEqual([])
    expect(wrong('test/long.test.ts', '\n'.repeat(351))).toEqual(['test/long.test.ts has 351 lines, more than 350.'])
  })
})
