import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ScramRecord } from '../../../record/record.ts'
import type { Credential, Link } from '../dialect.ts'
import type { Exchange, Mechanism } from './mechanisms.ts'
import { decodeText } from './text.ts'

type Hash = 'sha1' | 'sha256'

/** RFC 5802 §5.1 and RFC 7677 §4: as often as a server must hash at least. */
const usualIterations = 4096

/** So often a password is hashed here at once; whoever answers a larger count is told no. */
const mostIterations = 10_000

const scram = (name: string, hash: Hash, reference: string): Readonly<Record<string, Mechanism>> =>
  Object.fromEntries(
    [name, `${name}-PLUS`].map((mechanism) => [
      mechanism,
      { takesInitial: true, reference, run: (link: Link) => exchange(link, mechanism, hash) },
    ]),
  )

/** Logins that prove each side to the other, RFC 5802. */
export const scramMechanisms: Readonly<Record<string, Mechanism>> = {
  ...scram('SCRAM-SHA-1', 'sha1', 'RFC 5802 §5'),
  ...scram('SCRAM-SHA-256', 'sha256', 'RFC 7677 §3'),
}

function* exchange(link: Link, mechanism: string, hash: Hash): Exchange {
  const { sasl } = link
  if (Object.keys(sasl).length > 0) link.usesSasl()
  const first = decodeText(yield '')
  const opening =
    /^(?<gs2>(?<flag>n|y|p=(?<kind>[A-Za-z0-9.-]+)),(?:a=[^,]*)?,)(?<bare>n=(?<user>[^,]*),r=(?<nonce>[^,]+).*)$/s.exec(
      first,
    )?.groups
  if (!opening) return undefined
  const { gs2 = '', bare = '', nonce = '' } = opening
  const user = (opening['user'] ?? '').replaceAll('=2C', ',').replaceAll('=3D', '=')
  const salt = randomBytes(16)
  const iterations = sasl.iterations ?? usualIterations
  const full = `${sasl.nonce === 'foreign' ? '' : nonce}${randomBytes(18).toString('base64')}`
  const challenge = `r=${full},s=${salt.toString('base64')},i=${iterations}`
  const final = decodeText(yield challenge)
  const answer = /^(?<without>c=(?<binding>[^,]+),r=(?<nonce>[^,]+).*),p=(?<proof>[^,]+)$/s.exec(final)?.groups
  const fact = (proof: boolean, verifier: ScramRecord['verifier']): void =>
    link.scram({
      mechanism,
      iterations: Number(iterations),
      nonce: sasl.nonce === 'foreign' ? 'foreign' : 'own',
      proof,
      verifier,
    })
  if (!answer) {
    fact(false, null)
    return undefined
  }
  const binds = isBound(link, mechanism, { gs2, flag: opening['flag'] ?? '', kind: opening['kind'] }, answer['binding'])
  const message = `${bare},${challenge},${answer['without']}`
  const proof = Buffer.from(answer['proof'] ?? '', 'base64')
  let verifier: Buffer | undefined
  const matches = (password: string): boolean => {
    if (!binds || answer['nonce'] !== full || !(Number(iterations) <= mostIterations)) return false
    const keys = keysOf(password, { salt, iterations: Number(iterations), hash })
    const signature = createHmac(hash, keys.stored).update(message).digest()
    if (proof.length !== signature.length || !timingSafeEqual(xor(proof, signature), keys.client)) return false
    verifier = createHmac(hash, keys.server).update(message).digest()
    return true
  }
  const credential: Credential = {
    kind: 'digest',
    mechanism,
    user,
    secret: proof.toString('base64'),
    matches,
    mutual: true,
  }
  const login = link.login(credential)
  if (!login.right || !verifier) {
    fact(true, null)
    return { credential, login }
  }
  fact(true, sasl.verifier ?? 'right')
  if (sasl.verifier !== 'missing') {
    // RFC 5802 §7: the client answers with nothing, or leaves.
    yield `v=${(sasl.verifier === 'wrong' ? randomBytes(verifier.length) : verifier).toString('base64')}`
  }
  return { credential, login }
}

interface Header {
  readonly gs2: string
  readonly flag: string
  readonly kind: string | undefined
}

/** Whether what the client says of the channel is so, RFC 5802 §6. */
function isBound(link: Link, mechanism: string, { gs2, flag, kind }: Header, sent = ''): boolean {
  const { binding } = link.sasl
  const plus = mechanism.endsWith('-PLUS')
  if (plus !== (kind !== undefined)) return false
  // It could have bound the login, and thinks that the server cannot: somebody has taken the offer away.
  if (flag === 'y' && (binding === 'hidden' || link.mechanisms.includes(`${mechanism}-PLUS`))) return false
  if (kind === undefined) return sent === Buffer.from(gs2).toString('base64')
  if (binding?.startsWith('tls-') && binding !== kind) return false
  const channel = binding === 'other' ? createHash('sha256').update('another channel').digest() : link.binding(kind)
  return channel !== undefined && sent === Buffer.concat([Buffer.from(gs2), channel]).toString('base64')
}

interface Salted {
  readonly salt: Buffer
  readonly iterations: number
  readonly hash: Hash
}

/** RFC 5802 §3. */
function keysOf(
  password: string,
  { salt, iterations, hash }: Salted,
): Readonly<Record<'client' | 'stored' | 'server', Buffer>> {
  const size = hash === 'sha1' ? 20 : 32
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, size, hash)
  const client = createHmac(hash, salted).update('Client Key').digest()
  const server = createHmac(hash, salted).update('Server Key').digest()
  return { client, stored: createHash(hash).update(client).digest(), server }
}

const xor = (one: Buffer, other: Buffer): Buffer => Buffer.from(one.map((octet, at) => octet ^ (other[at] ?? 0)))
