import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

/** What SCRAM lets a server ask for, RFC 5802 §5.1, and what is no login any more but an attack. */
const fewest = 4096
const most = 100_000

/** One login by SCRAM-SHA-256, RFC 5802 §3 and RFC 7677: what the client says, and what it makes of what it hears. */
export class ScramLogin {
  readonly #password: string
  readonly #bare: string
  readonly #nonce = randomBytes(18).toString('base64')
  #verifier: Buffer = Buffer.alloc(0)

  constructor(user: string, password: string) {
    this.#password = password
    this.#bare = `n=${user},r=${this.#nonce}`
  }

  get first(): string {
    return encode(`n,,${this.#bare}`)
  }

  /** How strongly the server wants the password hashed. */
  static asks(challenge: string): 'too little' | 'enough' | 'too much' {
    const iterations = Number(/,i=(\d+)/.exec(decode(challenge))?.[1])
    return iterations < fewest ? 'too little' : iterations > most ? 'too much' : 'enough'
  }

  /** The proof of the password; undefined where the challenge is none for this login. */
  final(challenge: string): string | undefined {
    const said = decode(challenge)
    const asked = /^r=(?<nonce>[^,]+),s=(?<salt>[^,]+),i=(?<iterations>\d+)$/.exec(said)?.groups
    if (!asked?.['nonce']?.startsWith(this.#nonce)) return undefined
    const without = `c=biws,r=${asked['nonce']}`
    const message = `${this.#bare},${said},${without}`
    const salt = Buffer.from(asked['salt'] ?? '', 'base64')
    const salted = pbkdf2Sync(this.#password, salt, Number(asked['iterations']), 32, 'sha256')
    const client = hmac(salted, 'Client Key')
    const signature = hmac(createHash('sha256').update(client).digest(), message)
    this.#verifier = hmac(hmac(salted, 'Server Key'), message)
    const proof = Buffer.from(client.map((octet, at) => octet ^ (signature[at] ?? 0)))
    return encode(`${without},p=${proof.toString('base64')}`)
  }

  /** Whether the server has proved that it knows the password as well. */
  isProved(answer: string): boolean {
    const said = Buffer.from(/^v=(.+)$/.exec(decode(answer))?.[1] ?? '', 'base64')
    return said.length === this.#verifier.length && timingSafeEqual(said, this.#verifier)
  }
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const encode = (text: string): string => Buffer.from(text).toString('base64')

const decode = (text: string): string => Buffer.from(text, 'base64').toString()
