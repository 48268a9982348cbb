import { describe, expect, it } from 'vitest'
import { formatReference, isWellFormed } from '../../scripts/generate/references.ts'
import { catalogue } from '../../src/scenarios/registry.ts'
import { dialects } from '../../src/servers/dialects.ts'

describe('references', () => {
  it('of every entry of the catalogue are well-formed', () => {
    const wrong = catalogue.flatMap(({ id, entry }) =>
      entry.references.filter((reference) => !isWellFormed(reference)).map((reference) => `${id}: ${reference}`),
    )
    expect(wrong).toEqual([])
  })

  it('of every command of the three protocols are well-formed', () => {
    const commands = Object.values(dialects).flatMap(({ commands }) => commands)
    expect(commands.length).toBeGreaterThan(40)
    expect(commands.filter(({ reference }) => !isWellFormed(reference)).map(({ verb }) => verb)).toEqual([])
  })

  it.each([
    'RFC 5280 §4.1.2.5',
    'RFC 5280',
    'RFC 8446 §B.4',
    'RFC 3501 erratum 261',
    'CVE-2021-38371',
    'draft-murchison-sasl-login-00 §2',
    'CA/Browser Forum BR §7.1.2.7',
    'ITU-T X.690 §8.3.2',
    'NO STARTTLS, USENIX Security 2021',
  ])('%s is well-formed', (reference) => {
    expect(isWellFormed(reference)).toBe(true)
  })

  it.each([
    'RFC5280 §4.1',
    'RFC 5280 4.1',
    'RFC 5280 §',
    'RFC 5280 §4.1.',
    'RFC 0 §1',
    'RFC 5280, §4',
    'CVE-21-38371',
    'CVE-2021-1',
    'draft-murchison',
    'a blog post',
    '',
  ])("'%s' is not", (reference) => {
    expect(isWellFormed(reference)).toBe(false)
  })

  it('are linked where the address follows from the spelling', () => {
    expect(formatReference('RFC 5280 §4.1.2.5')).toBe(
      '[RFC 5280 §4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)',
    )
    expect(formatReference('RFC 8446 §B.4')).toBe(
      '[RFC 8446 §B.4](https://www.rfc-editor.org/rfc/rfc8446#appendix-B.4)',
    )
    expect(formatReference('CVE-2021-38371')).toBe('[CVE-2021-38371](https://www.cve.org/CVERecord?id=CVE-2021-38371)')
    expect(formatReference('NO STARTTLS, USENIX Security 2021')).toBe('NO STARTTLS, USENIX Security 2021')
  })
})
