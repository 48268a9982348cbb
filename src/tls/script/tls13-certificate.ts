import { joined, nothing, number, numbers, vector } from './bytes.ts'
import type { Extension } from './fields.ts'
import { ext, type Hello } from './hello.ts'
import type { Machine } from './machine.ts'
import { hashOf } from './schedule.ts'
import { chosenScheme, otherKey, signed, usualSchemes } from './signatures.ts'
import type { Suite } from './suites.ts'

/** It names no authorities unless a script does: any certificate may be shown. */
export function requestCertificate({ wire, settings }: Machine): void {
  const moment = 'certificate-request'
  const shown = wire.shown(moment, { context: nothing, schemes: numbers(2, settings.script.schemes ?? usualSchemes) })
  const names = wire.shownList(moment, 'authorities', [])
  const said: Extension[] = []
  if (shown.schemes) said.push([ext.schemes, vector(2, shown.schemes)])
  if (names.length > 0) said.push([ext.authorities, vector(2, ...names.map((name) => vector(2, name)))])
  wire.message(moment, 13, joined(vector(1, shown.context), wire.extensions(moment, said, 'list')))
}

export function sendCertificate(machine: Machine, hello: Hello, suite: Suite): void {
  const { wire, facts, settings } = machine
  const { identity, script } = settings
  const { context } = wire.shown('certificate', { context: nothing })
  const chain = wire.shownList('certificate', 'chain', identity.chain)
  const staple: readonly Extension[] =
    identity.staple && hello.extensions.has(ext.statusRequest)
      ? [[ext.statusRequest, joined(Buffer.of(1), vector(3, identity.staple))]]
      : []
  const entries = chain.map((der, index) => {
    // What a script sets, and a staple, is about the leaf.
    const about = index === 0 ? wire.extensions('certificate', staple, 'list') : number(2, 0)
    return joined(vector(3, der), about)
  })
  wire.message('certificate', 11, joined(vector(1, context), vector(3, Buffer.concat(entries))))
  if (!wire.step('certificate')?.omit) facts.certificateShown = true

  const scheme =
    script.choose?.scheme ?? chosenScheme(identity.key, 0x0304, script.schemes ?? usualSchemes, hello.schemes)
  if (script.signKey) wire.fire('signKey')
  const signer = script.signKey ? otherKey(identity.key) : identity.key
  const input = proofInput('server', hashOf(suite.hash, wire.transcript))
  const shown = wire.shown('certificate-verify', {
    scheme: number(2, scheme),
    signature: signed(signer, scheme, input),
  })
  wire.message('certificate-verify', 15, joined(shown.scheme, vector(2, shown.signature)))
}

/** RFC 8446 §4.4.3. */
export const proofInput = (side: 'client' | 'server', hashed: Buffer): Buffer =>
  Buffer.concat([Buffer.alloc(64, 0x20), Buffer.from(`TLS 1.3, ${side} CertificateVerify\0`, 'latin1'), hashed])
