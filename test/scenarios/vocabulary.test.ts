import { expect, it } from 'vitest'
import type { MockmailError } from '../../src/index.ts'
import { days, defineCertificate, type OwnCertificate, param } from '../../src/index.ts'

/** What the compiler refuses, and what is told to whoever has no compiler; `npm run typecheck` fails where it lets one pass. */
const mistyped: readonly (readonly [fault: object, message: string])[] = [
  // @ts-expect-error a mistyped member
  [{ leav: {} } satisfies Fault, "has no 'leav'. Did you mean 'leaf'"],
  // @ts-expect-error a mistyped word
  [{ leaf: { datse: {} } } satisfies Fault, "'leaf' has no 'datse'. Did you mean 'dates'"],
  // @ts-expect-error a mistyped end
  [{ leaf: { dates: { notAftr: days(1) } } } satisfies Fault, "'leaf.dates' has no 'notAftr'. Did you mean 'notAfter'"],
  [
    // @ts-expect-error a mistyped unit
    { leaf: { dates: { notAfter: { dayz: 1 } } } } satisfies Fault,
    "'leaf.dates.notAfter' has no 'dayz'. Did you mean 'days'",
  ],
  // @ts-expect-error a mistyped kind of name
  [{ leaf: { names: { dNSname: ['x'] } } } satisfies Fault, "'leaf.names' has no 'dNSname'. Did you mean 'dNSName'"],
  [
    // @ts-expect-error a mistyped extension
    { leaf: { extensions: { keyUsge: null } } } satisfies Fault,
    "'leaf.extensions' has no 'keyUsge'. Did you mean 'keyUsage'",
  ],
  [
    // @ts-expect-error a mistyped field
    { leaf: { raw: { signaturValue: { cut: 1 } } } } satisfies Fault,
    "'leaf.raw' has no 'signaturValue'. Did you mean 'signatureValue'",
  ],
  [
    // @ts-expect-error a mistyped edit
    { leaf: { raw: { signatureValue: { flipBitt: 1 } } } } satisfies Fault,
    "'leaf.raw.signatureValue' has no 'flipBitt'. Did you mean 'flipBit'",
  ],
  // @ts-expect-error a mistyped word of a further member
  [{ members: { ee: { lik: 'leaf' } } } satisfies Fault, "'members.ee' has no 'lik'. Did you mean 'like'"],
  [
    // @ts-expect-error a mistyped word of a CRL
    { intermediate: { crl: { nextUpdat: null } } } satisfies Fault,
    "'intermediate.crl' has no 'nextUpdat'. Did you mean 'nextUpdate'",
  ],
  [
    // @ts-expect-error a mistyped word of a staple
    { leaf: { staple: { certstatus: 'good' } } } satisfies Fault,
    "'leaf.staple' has no 'certstatus'. Did you mean 'certStatus'",
  ],
  // @ts-expect-error a mistyped purpose
  [{ leaf: { extendedKeyUsage: ['serverAuht'] } } satisfies Fault, "'leaf.extendedKeyUsage[0]' is 'serverAuht'"],
  // @ts-expect-error a mistyped key
  [{ leaf: { key: 'P256' } } satisfies Fault, "'leaf.key' is 'P256', and must be"],
  // @ts-expect-error a mistyped algorithm
  [{ leaf: { signature: 'sha1WithRSAEncryptoin' } } satisfies Fault, "Did you mean 'sha1WithRSAEncryption'"],
  [
    // @ts-expect-error a mistyped word of what a value changes
    { parameter: { name: 'n', values: { a: { leave: {} } }, default: 'a' } } satisfies Fault,
    "'parameter.values.a' has no 'leave'. Did you mean 'leaf'",
  ],
]

/** What no type can know: members that are not there, or that nothing leads to, and circles. */
const unsound: readonly (readonly [fault: Fault, message: string])[] = [
  [{ leaf: { issuer: 'ee' } }, "'leaf.issuer' names a member 'ee', and there are leaf, intermediate, root"],
  [{ send: ['path', 'corss'] }, "'send' names a member 'corss', and there are leaf, intermediate, root"],
  [{ leaf: { staple: { responder: 'who' } } }, "'leaf.staple.responder' names a member 'who'"],
  [
    { leaf: { issuer: 'self' }, intermediate: { keyUsage: [] } },
    'it sets intermediate.keyUsage, and nothing leads a client there',
  ],
  [
    { members: { spare: { serial: 1 } }, leaf: { serial: 1 } },
    'it sets members.spare, and nothing leads a client there',
  ],
  [{ members: { a: { keyOf: 'b' }, b: { keyOf: 'a' } }, send: ['path', 'a'] }, "'a.keyOf' goes in a circle: a, b, a"],
  [{ leaf: { subjectOf: 'leaf' } }, "'leaf.subjectOf' goes in a circle: leaf, leaf"],
  [{ leaf: { serial: param } }, "it has 'param' in it, and no 'parameter'"],
]

type Fault = Omit<OwnCertificate, 'id' | 'summary'>

const refusal = (fault: object): Partial<MockmailError> => {
  try {
    defineCertificate({ id: 'own', summary: 'A part of the test.', ...fault })
  } catch (error) {
    return error as MockmailError
  }
  throw new Error('it was taken')
}

it.each([...mistyped, ...unsound])('%j is refused, and the message says where', (fault, message) => {
  const { code, message: said } = refusal(fault)
  expect([code, said]).toEqual(['INVALID_DEFINITION', expect.stringContaining(message)])
})

it('takes the same where every letter is right', () => {
  const fault: Fault = {
    members: { ee: { like: 'leaf' } },
    leaf: { issuer: 'ee', dates: { notAfter: days(1) }, names: { dNSName: ['x.example.com'] }, key: 'P-256' },
    send: ['path', 'ee'],
  }
  expect(defineCertificate({ id: 'own', summary: 'A part of the test.', ...fault })).toMatchObject({ id: 'own' })
})
