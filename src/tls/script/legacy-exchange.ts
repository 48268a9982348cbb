import type { Script } from '../../scenarios/tls-script.ts'
import { fieldReader } from '../field-reader.ts'
import { Fatal, joined, number, vector } from './bytes.ts'
import type { Hello } from './hello.ts'
import { decryptedPremaster, exportKey, finiteShare, groups as known, shareOf, usualGroups } from './key-exchange.ts'
import type { Machine } from './machine.ts'
import type { ScriptIdentity } from './settings.ts'
import { chosenScheme, otherKey, signed, signedOld, usualSchemes } from './signatures.ts'
import type { Suite } from './suites.ts'

/** How SSL 3.0 to TLS 1.2 come to a premaster secret. */
export interface Agreement {
  readonly group: number | null
  /** Whether a ServerKeyExchange goes out. */
  readonly params: boolean
  /** Sends it, signed over the parameters as they are shown: a lie about them is one fault and not two. */
  send(machine: Machine, clientRandom: Buffer, serverRandom: Buffer): void
  /** What a ClientKeyExchange says. */
  premaster(body: Buffer, offered: number): Buffer
}

const moment = 'server-key-exchange'

export function agreementOf(
  suite: Suite,
  identity: ScriptIdentity,
  script: Script,
  version: number,
  hello: Hello,
): Agreement {
  const signs = (machine: Machine, params: Buffer, clientRandom: Buffer, serverRandom: Buffer): void =>
    sendSigned(machine, {
      suite,
      identity,
      version,
      hello,
      params,
      input: Buffer.concat([clientRandom, serverRandom, params]),
    })
  if (suite.exchange === 'ecdhe') return curveAgreement(script, hello, signs)
  if (suite.exchange === 'dhe') return finiteAgreement(script, signs)
  return rsaAgreement(suite, identity, version, signs)
}

type Signs = (machine: Machine, params: Buffer, clientRandom: Buffer, serverRandom: Buffer) => void

function curveAgreement(script: Script, hello: Hello, signs: Signs): Agreement {
  const ours = (script.groups ?? usualGroups).filter((group) => known.has(group))
  // A client that names no curves has all of them, RFC 8422 §4: the ones that every such client has.
  const offered = hello.groups ?? [23, 24, 25]
  const group = script.choose?.group ?? ours.find((one) => offered.includes(one))
  if (group === undefined) throw new Fatal(40, 'no curve in common')
  const share = shareOf(group)
  return {
    group,
    params: true,
    send(machine, clientRandom, serverRandom) {
      const shown = machine.wire.shown(moment, { curve: Buffer.of(3), group: number(2, group), share: share.shown })
      signs(machine, joined(shown.curve, shown.group, vector(1, shown.share)), clientRandom, serverRandom)
    },
    premaster: (body) => share.secret(fieldReader(body).vector(1)),
  }
}

function finiteAgreement(script: Script, signs: Signs): Agreement {
  const share = finiteShare(script.dh)
  return {
    group: null,
    params: true,
    send(machine, clientRandom, serverRandom) {
      if (script.dh) machine.wire.fire('dh')
      const shown = machine.wire.shown(moment, { p: share.p, g: share.g, share: share.shown })
      const params = joined(vector(2, shown.p), vector(2, shown.g), vector(2, shown.share))
      signs(machine, params, clientRandom, serverRandom)
    },
    premaster: (body) => share.secret(fieldReader(body).vector(2)),
  }
}

function rsaAgreement(suite: Suite, { key }: ScriptIdentity, version: number, signs: Signs): Agreement {
  const certified = typeof key === 'function' ? undefined : key
  const isShort = (certified?.asymmetricKeyDetails?.modulusLength ?? 2048) <= 512
  const short = suite.exported && !isShort ? exportKey() : undefined
  return {
    group: null,
    params: short !== undefined,
    send(machine, clientRandom, serverRandom) {
      const right = { modulus: short?.modulus ?? null, exponent: short?.exponent ?? null }
      const shown = machine.wire.shown(moment, right)
      signs(machine, joined(vector(2, shown.modulus), vector(2, shown.exponent)), clientRandom, serverRandom)
    },
    premaster(body, offered) {
      const decrypting = short?.privateKey ?? certified
      if (decrypting === undefined) throw new Fatal(80, 'the key of this certificate decrypts nothing')
      // SSL 3.0 has no length in front.
      return decryptedPremaster(decrypting, version === 0x0300 ? body : fieldReader(body).vector(2), offered)
    },
  }
}

interface Signing {
  readonly suite: Suite
  readonly identity: ScriptIdentity
  readonly version: number
  readonly hello: Hello
  readonly params: Buffer
  readonly input: Buffer
}

function sendSigned({ wire, settings }: Machine, { suite, identity, version, hello, params, input }: Signing): void {
  if (suite.auth === 'anon') {
    wire.message(moment, 12, params)
    return
  }
  const { script } = settings
  if (script.signKey) wire.fire('signKey')
  const signer = script.signKey ? otherKey(identity.key) : identity.key
  const offered = hello.schemes ?? [0x0201, 0x0202, 0x0203]
  const scheme =
    version < 0x0303
      ? null
      : (script.choose?.scheme ?? chosenScheme(identity.key, version, script.schemes ?? usualSchemes, offered))
  const shown = wire.shown(moment, {
    scheme: scheme === null ? null : number(2, scheme),
    signature: scheme === null ? signedOld(signer, input) : signed(signer, scheme, input),
  })
  wire.message(moment, 12, joined(params, shown.scheme, vector(2, shown.signature)))
}
