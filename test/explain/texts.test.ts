import { describe, expect, it } from 'vitest'
import { acceptances, errorTexts } from '../../src/explain/errors.ts'
import { explain } from '../../src/explain/explain.ts'
import { formatExplanation } from '../../src/explain/format.ts'
import { rowsFor } from '../../src/explain/match.ts'
import { narrowings } from '../../src/explain/narrowed.ts'
import { dotnetTexts } from '../../src/explain/sourced-dotnet.ts'
import { platformTexts } from '../../src/explain/sourced-platforms.ts'
import { catalogue } from '../../src/scenarios/registry.ts'
import { scenarioNames } from '../../src/scenarios/scenario.ts'
import { ecosystems } from '../../src/verdicts/reasons/patterns.ts'
import { refusedFor } from '../../src/verdicts/reasons/reasons.ts'

/** It is said of more than the vendor's document names. */
const vague = new Set(['A call to SSPI failed, see inner exception.'])

describe('the table of texts', () => {
  it('names ecosystems of the list and scenarios of the catalogue', () => {
    for (const row of [...errorTexts, ...acceptances]) {
      expect(ecosystems).toContain(row.ecosystem)
      for (const id of row.scenarios) for (const part of id.split('+')) expect(scenarioNames).toContain(part)
    }
  })

  it('agrees with what the entries say of themselves', () => {
    for (const { id, entry } of catalogue) {
      for (const [ecosystem, value] of Object.entries(entry.errors ?? {})) {
        const codes = errorTexts
          .filter((row) => row.ecosystem === ecosystem && row.scenarios.includes(id))
          .map(({ code }) => code)
        expect(codes, `${id} ${ecosystem}`).toContain(String(value))
      }
    }
  })

  it('says of each row where it is from, and finds each by its own text', () => {
    for (const row of errorTexts) {
      expect(row.source).not.toBe('')
      expect(rowsFor(row.text), row.text).toContainEqual(row)
    }
  })

  it('gives a reason for every sourced text that means one', () => {
    for (const { code, text, reasons = [] } of [...dotnetTexts, ...platformTexts]) {
      if (reasons.length === 0 || reasons.length > 2) continue
      expect([text, refusedFor({ code: code ?? '', message: text }, reasons)]).toEqual([
        text,
        vague.has(text) ? null : true,
      ])
    }
  })

  it('stands for something wherever the catalogue has its reason', () => {
    const served = new Set(catalogue.flatMap(({ entry }) => entry.reason ?? []))
    for (const { code, reasons = [], scenarios = [] } of [...dotnetTexts, ...platformTexts]) {
      const row = errorTexts.find((one) => one.code === (code ?? null) && one.evidence === 'sourced')
      if (scenarios.length > 0 || reasons.some((reason) => served.has(reason)))
        expect(row?.scenarios, code).not.toEqual([])
    }
  })

  it('has no narrowing without a text, and none to what the catalogue has not', () => {
    for (const { scenarios, note } of narrowings) {
      for (const id of scenarios) expect(scenarioNames).toContain(id)
      if (scenarios.length === 0) expect(note).toMatch(/\.$/)
    }
  })
})

describe('for people', () => {
  it('every part of the catalogue fits into 80 columns', () => {
    for (const { id } of [...catalogue, { id: 'self-signed+wrong-host' }]) {
      for (const line of formatExplanation(explain(id), 80)) expect(line.length, line).toBeLessThanOrEqual(80)
    }
  })

  it('every text of the table fits into 80 columns', () => {
    for (const { text } of errorTexts.filter((row) => row.text.includes(' '))) {
      for (const line of formatExplanation(explain(text), 80)) expect(line.length, line).toBeLessThanOrEqual(80)
    }
  })

  it('a scenario reads like this', () => {
    const [facts] = formatExplanation(explain('starttls-required'), 80).join('\n').split('\n\nmeasured on')
    expect(facts).toMatchInlineSnapshot(`
      "starttls-required
        Logins, mail and most other commands in clear get 530, NO [PRIVACYREQUIRED] or
        -ERR until TLS is on.

      client    goes on: STARTTLS is offered, and the client has only to ask for it
      reason    -
      shows on  smtp imap pop3; starttls
      kind      quirk
      sets      command auth, command identify, command envelope, command message,
                command reset, command idle, command other
      tags      starttls
      read      RFC 3207 §4 · RFC 9051 §7.1 · RFC 2595 §4"
    `)
  })

  it('an error reads like this', () => {
    const text = formatExplanation(explain('21'), 80).join('\n')
    expect(text.replace(/\d+\.\d+\.\d+/g, '#')).toMatchInlineSnapshot(`
      "21

      OpenSSL verification result  21 X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
                                   unable to verify the first certificate
      TLS alert                    21 decryption_failed: decryption failed
      reason                       unknown-issuer: The chain that the server sent
                                   leads to no root that the client trusts.

      measured: clients say so of
        missing-intermediate
          The server sends its leaf, and only the intermediate that signed it is left
          out.
          by openssl s_client #

      try it
        mockmail up missing-intermediate
        mockmail explain missing-intermediate"
    `)
  })
})
