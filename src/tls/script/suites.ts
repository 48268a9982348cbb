/** A symmetric cipher of TLS. Sizes are octets. */
export interface Cipher {
  readonly kind: 'aead' | 'cbc' | 'stream' | 'null'
  /** Node's name; what Node has not is made in `ciphers.ts`. */
  readonly algorithm: string
  readonly key: number
  /** What the key block holds for the IV: the fixed part of an AEAD's nonce, or a block. */
  readonly iv: number
  readonly tag: number
  /** Octets of the key block of which an EXPORT key is made. */
  readonly secret?: number
}

const aead = (algorithm: string, key: number, iv = 4, tag = 16): Cipher => ({ kind: 'aead', algorithm, key, iv, tag })
const cbc = (algorithm: string, key: number, iv: number): Cipher => ({ kind: 'cbc', algorithm, key, iv, tag: 0 })

const ciphers = {
  AES_128_GCM: aead('aes-128-gcm', 16),
  AES_256_GCM: aead('aes-256-gcm', 32),
  AES_128_CCM: aead('aes-128-ccm', 16),
  AES_256_CCM: aead('aes-256-ccm', 32),
  AES_128_CCM_8: aead('aes-128-ccm', 16, 4, 8),
  AES_256_CCM_8: aead('aes-256-ccm', 32, 4, 8),
  CHACHA20_POLY1305: aead('chacha20-poly1305', 32, 12),
  AES_128_CBC: cbc('aes-128-cbc', 16, 16),
  AES_256_CBC: cbc('aes-256-cbc', 32, 16),
  CAMELLIA_128_CBC: cbc('camellia-128-cbc', 16, 16),
  CAMELLIA_256_CBC: cbc('camellia-256-cbc', 32, 16),
  '3DES_EDE_CBC': cbc('des-ede3-cbc', 24, 8),
  DES_CBC: cbc('des-cbc', 8, 8),
  DES40_CBC: { ...cbc('des-cbc', 8, 8), secret: 5 },
  RC4_128: { kind: 'stream', algorithm: 'rc4', key: 16, iv: 0, tag: 0 },
  RC4_40: { kind: 'stream', algorithm: 'rc4', key: 16, iv: 0, tag: 0, secret: 5 },
  NULL: { kind: 'null', algorithm: 'null', key: 0, iv: 0, tag: 0 },
} as const satisfies Record<string, Cipher>

export type Hash = 'md5' | 'sha1' | 'sha256' | 'sha384'

export interface Suite {
  readonly id: number
  /** The IANA registry's. */
  readonly name: string
  /** How the keys are agreed on; TLS 1.3 leaves that to extensions. */
  readonly exchange: 'tls13' | 'rsa' | 'dhe' | 'ecdhe'
  /** Whose signature, or key, stands for the server. */
  readonly auth: 'any' | 'rsa' | 'ecdsa' | 'dss' | 'anon'
  readonly cipher: Cipher
  /** Of the MAC; an AEAD has none. */
  readonly mac: Hash
  /** Of the PRF of TLS 1.2, and of TLS 1.3. */
  readonly hash: 'sha256' | 'sha384'
  readonly exported: boolean
  /** The oldest version that has it. */
  readonly from: number
}

type Row = readonly [
  id: number,
  exchange: string,
  cipher: keyof typeof ciphers,
  mac: 'MD5' | 'SHA' | 'SHA256' | 'SHA384' | '',
]

/** RFC 8446, 5246, 5288, 5289, 6655, 7251, 7905, 8422, 5932 and, for the dead, 2246 and 4346: in the order of their numbers. */
const rows: readonly Row[] = [
  [0x0001, 'RSA', 'NULL', 'MD5'],
  [0x0002, 'RSA', 'NULL', 'SHA'],
  [0x0003, 'RSA_EXPORT', 'RC4_40', 'MD5'],
  [0x0004, 'RSA', 'RC4_128', 'MD5'],
  [0x0005, 'RSA', 'RC4_128', 'SHA'],
  [0x0008, 'RSA_EXPORT', 'DES40_CBC', 'SHA'],
  [0x0009, 'RSA', 'DES_CBC', 'SHA'],
  [0x000a, 'RSA', '3DES_EDE_CBC', 'SHA'],
  [0x0011, 'DHE_DSS_EXPORT', 'DES40_CBC', 'SHA'],
  [0x0012, 'DHE_DSS', 'DES_CBC', 'SHA'],
  [0x0013, 'DHE_DSS', '3DES_EDE_CBC', 'SHA'],
  [0x0014, 'DHE_RSA_EXPORT', 'DES40_CBC', 'SHA'],
  [0x0015, 'DHE_RSA', 'DES_CBC', 'SHA'],
  [0x0016, 'DHE_RSA', '3DES_EDE_CBC', 'SHA'],
  [0x0017, 'DH_anon_EXPORT', 'RC4_40', 'MD5'],
  [0x0018, 'DH_anon', 'RC4_128', 'MD5'],
  [0x0019, 'DH_anon_EXPORT', 'DES40_CBC', 'SHA'],
  [0x001a, 'DH_anon', 'DES_CBC', 'SHA'],
  [0x001b, 'DH_anon', '3DES_EDE_CBC', 'SHA'],
  [0x002f, 'RSA', 'AES_128_CBC', 'SHA'],
  [0x0032, 'DHE_DSS', 'AES_128_CBC', 'SHA'],
  [0x0033, 'DHE_RSA', 'AES_128_CBC', 'SHA'],
  [0x0034, 'DH_anon', 'AES_128_CBC', 'SHA'],
  [0x0035, 'RSA', 'AES_256_CBC', 'SHA'],
  [0x0038, 'DHE_DSS', 'AES_256_CBC', 'SHA'],
  [0x0039, 'DHE_RSA', 'AES_256_CBC', 'SHA'],
  [0x003a, 'DH_anon', 'AES_256_CBC', 'SHA'],
  [0x003b, 'RSA', 'NULL', 'SHA256'],
  [0x003c, 'RSA', 'AES_128_CBC', 'SHA256'],
  [0x003d, 'RSA', 'AES_256_CBC', 'SHA256'],
  [0x0040, 'DHE_DSS', 'AES_128_CBC', 'SHA256'],
  [0x0041, 'RSA', 'CAMELLIA_128_CBC', 'SHA'],
  [0x0045, 'DHE_RSA', 'CAMELLIA_128_CBC', 'SHA'],
  [0x0067, 'DHE_RSA', 'AES_128_CBC', 'SHA256'],
  [0x006b, 'DHE_RSA', 'AES_256_CBC', 'SHA256'],
  [0x006c, 'DH_anon', 'AES_128_CBC', 'SHA256'],
  [0x006d, 'DH_anon', 'AES_256_CBC', 'SHA256'],
  [0x0084, 'RSA', 'CAMELLIA_256_CBC', 'SHA'],
  [0x0088, 'DHE_RSA', 'CAMELLIA_256_CBC', 'SHA'],
  [0x009c, 'RSA', 'AES_128_GCM', 'SHA256'],
  [0x009d, 'RSA', 'AES_256_GCM', 'SHA384'],
  [0x009e, 'DHE_RSA', 'AES_128_GCM', 'SHA256'],
  [0x009f, 'DHE_RSA', 'AES_256_GCM', 'SHA384'],
  [0x00a2, 'DHE_DSS', 'AES_128_GCM', 'SHA256'],
  [0x00a3, 'DHE_DSS', 'AES_256_GCM', 'SHA384'],
  [0x00a6, 'DH_anon', 'AES_128_GCM', 'SHA256'],
  [0x00a7, 'DH_anon', 'AES_256_GCM', 'SHA384'],
  [0x1301, '', 'AES_128_GCM', 'SHA256'],
  [0x1302, '', 'AES_256_GCM', 'SHA384'],
  [0x1303, '', 'CHACHA20_POLY1305', 'SHA256'],
  [0x1304, '', 'AES_128_CCM', 'SHA256'],
  [0x1305, '', 'AES_128_CCM_8', 'SHA256'],
  [0xc006, 'ECDHE_ECDSA', 'NULL', 'SHA'],
  [0xc007, 'ECDHE_ECDSA', 'RC4_128', 'SHA'],
  [0xc008, 'ECDHE_ECDSA', '3DES_EDE_CBC', 'SHA'],
  [0xc009, 'ECDHE_ECDSA', 'AES_128_CBC', 'SHA'],
  [0xc00a, 'ECDHE_ECDSA', 'AES_256_CBC', 'SHA'],
  [0xc010, 'ECDHE_RSA', 'NULL', 'SHA'],
  [0xc011, 'ECDHE_RSA', 'RC4_128', 'SHA'],
  [0xc012, 'ECDHE_RSA', '3DES_EDE_CBC', 'SHA'],
  [0xc013, 'ECDHE_RSA', 'AES_128_CBC', 'SHA'],
  [0xc014, 'ECDHE_RSA', 'AES_256_CBC', 'SHA'],
  [0xc015, 'ECDH_anon', 'NULL', 'SHA'],
  [0xc016, 'ECDH_anon', 'RC4_128', 'SHA'],
  [0xc017, 'ECDH_anon', '3DES_EDE_CBC', 'SHA'],
  [0xc018, 'ECDH_anon', 'AES_128_CBC', 'SHA'],
  [0xc019, 'ECDH_anon', 'AES_256_CBC', 'SHA'],
  [0xc023, 'ECDHE_ECDSA', 'AES_128_CBC', 'SHA256'],
  [0xc024, 'ECDHE_ECDSA', 'AES_256_CBC', 'SHA384'],
  [0xc027, 'ECDHE_RSA', 'AES_128_CBC', 'SHA256'],
  [0xc028, 'ECDHE_RSA', 'AES_256_CBC', 'SHA384'],
  [0xc02b, 'ECDHE_ECDSA', 'AES_128_GCM', 'SHA256'],
  [0xc02c, 'ECDHE_ECDSA', 'AES_256_GCM', 'SHA384'],
  [0xc02f, 'ECDHE_RSA', 'AES_128_GCM', 'SHA256'],
  [0xc030, 'ECDHE_RSA', 'AES_256_GCM', 'SHA384'],
  [0xc09c, 'RSA', 'AES_128_CCM', ''],
  [0xc09d, 'RSA', 'AES_256_CCM', ''],
  [0xc0a0, 'RSA', 'AES_128_CCM_8', ''],
  [0xc0ac, 'ECDHE_ECDSA', 'AES_128_CCM', ''],
  [0xc0ad, 'ECDHE_ECDSA', 'AES_256_CCM', ''],
  [0xc0ae, 'ECDHE_ECDSA', 'AES_128_CCM_8', ''],
  [0xcca8, 'ECDHE_RSA', 'CHACHA20_POLY1305', 'SHA256'],
  [0xcca9, 'ECDHE_ECDSA', 'CHACHA20_POLY1305', 'SHA256'],
  [0xccaa, 'DHE_RSA', 'CHACHA20_POLY1305', 'SHA256'],
]

const exchanges = { '': 'tls13', RSA: 'rsa', DHE: 'dhe', DH: 'dhe', ECDHE: 'ecdhe', ECDH: 'ecdhe' } as const
const auths = { '': 'any', RSA: 'rsa', DSS: 'dss', ECDSA: 'ecdsa', anon: 'anon' } as const
const macs = { MD5: 'md5', SHA: 'sha1', SHA256: 'sha256', SHA384: 'sha384', '': 'sha256' } as const

function suiteOf([id, agreed, cipher, mac]: Row): Suite {
  const words = agreed.split('_')
  const exported = words.at(-1) === 'EXPORT'
  const [first = '', second = first] = exported ? words.slice(0, -1) : words
  const made: Cipher = ciphers[cipher]
  const needs12 = made.kind === 'aead' || mac === 'SHA256' || mac === 'SHA384'
  const exchange = exchanges[first as keyof typeof exchanges]
  return {
    id,
    name: ['TLS', ...(agreed === '' ? [] : [agreed, 'WITH']), cipher, mac].filter((word) => word !== '').join('_'),
    exchange,
    auth: auths[second as keyof typeof auths],
    cipher: made,
    mac: macs[mac],
    hash: mac === 'SHA384' ? 'sha384' : 'sha256',
    exported,
    from: exchange === 'tls13' ? 0x0304 : needs12 ? 0x0303 : exchange === 'ecdhe' ? 0x0301 : 0x0300,
  }
}

/** Every suite that the engine has, by number. */
export const suites: ReadonlyMap<number, Suite> = new Map(rows.map((row) => [row[0], suiteOf(row)]))

/** What a correct server of today has, the best first. */
export const usualSuites: readonly number[] = [
  0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f, 0xccaa, 0xc023, 0xc027,
  0xc024, 0xc028, 0xc009, 0xc013, 0xc00a, 0xc014, 0x0067, 0x006b, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d,
  0x002f, 0x0035,
]
