import type { Script, TlsEffect } from '../../../src/scenarios/tls-script.ts'
import type { LeafKind } from '../../support/tls-script/pki.ts'

/** A fault, and only that, as a script. Its good twin is the same server without it. */
export interface ProofRow {
  readonly script: Script | readonly Script[]
  /** Default a leaf with a key on P-256. */
  readonly leaf?: LeafKind
  /** Shown when the handshake is done again. */
  readonly renegotiated?: LeafKind
  /** How often each client comes. */
  readonly times?: number
  readonly alpn?: readonly string[]
}

const tls12 = { versions: [0x0303] } as const
const fin: TlsEffect = { do: 'close', how: 'fin' }

/** P-256 written out, RFC 8422 §5.4: prime, a, b, base point, order, cofactor. */
const explicitCurve = [
  '01',
  '20ffffffff00000001000000000000000000000000ffffffffffffffffffffffff',
  '20ffffffff00000001000000000000000000000000fffffffffffffffffffffffc',
  '205ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b',
  '41046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  '20ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  '0101',
].join('')

/** A prime of 512 bits, whose half is one too. */
const prime512 =
  'eb69480b7e1b8db88ff3b62182b5521a05d01ac6fbc9cb6dd6bf71554a568650b005442caf3325874b4526e3f7e8b437373c05e0fc07cc4dc9e12bff839eab07'

/** A distinguished name: one common name of ten octets. */
const someName = `30153113301106035504030c0a${'61'.repeat(10)}`

export const rows: Readonly<Record<string, ProofRow>> = {
  'version-grease': { script: { at: { 'server-hello': { set: { selectedVersion: 0x7a7a } } } } },
  'legacy-version-mismatch': { script: { at: { 'server-hello': { set: { version: 0x0302 } } } } },
  'supported-versions-in-ee': { script: { at: { 'encrypted-extensions': { set: { extensions: { 43: '0304' } } } } } },
  'second-server-hello-version-change': {
    script: { retries: 1, at: { 'server-hello': { set: { selectedVersion: 0x0303 } } } },
  },
  'downgrade-sentinel': { script: { ...tls12, downgradeSentinel: true } },
  'session-id-echo-missing': { script: { at: { 'server-hello': { set: { sessionId: '' } } } } },
  'compression-chosen': { script: { ...tls12, at: { 'server-hello': { set: { compression: 1 } } } } },
  'extension-twice': { script: { at: { 'server-hello': { set: { extensions: { 43: 'twice' } } } } } },
  'server-hello-twice': { script: { at: { 'server-hello': { times: 2, records: { join: true } } } } },
  'cipher-cert-mismatch': { script: { ...tls12, choose: { suite: 0xc02f } } },
  'cipher-rc4-unoffered': { leaf: 'rsa', script: { ...tls12, choose: { suite: 0x0005 } } },
  'cipher-3des-unoffered': { leaf: 'rsa', script: { ...tls12, choose: { suite: 0x000a } } },
  'cipher-export-unoffered': { leaf: 'rsa', script: { ...tls12, choose: { suite: 0x0003 } } },
  'dhe-512': { leaf: 'rsa', script: { ...tls12, suites: [0x009e, 0x0033], dh: { p: prime512, g: '02' } } },
  'dhe-share-one': {
    leaf: 'rsa',
    script: { ...tls12, suites: [0x009e, 0x0033], at: { 'server-key-exchange': { set: { share: '01' } } } },
  },
  'ecdhe-unoffered-group': { script: { ...tls12, choose: { group: 22 } } },
  'ecdhe-explicit-curve': {
    script: { ...tls12, groups: [23], at: { 'server-key-exchange': { set: { curve: explicitCurve, group: null } } } },
  },
  'ecdhe-unknown-curve': { script: { ...tls12, at: { 'server-key-exchange': { set: { group: 0x1234 } } } } },
  'ecdhe-point-not-on-curve': { script: { groups: [23], at: { 'server-hello': { set: { share: { flip: -1 } } } } } },
  'x25519-low-order': { script: { groups: [29], at: { 'server-hello': { set: { share: { fill: [0, 32] } } } } } },
  'key-share-truncated': { script: { groups: [29], at: { 'server-hello': { set: { share: { cut: 1 } } } } } },
  'key-share-padded': { script: { groups: [29], at: { 'server-hello': { set: { share: { append: '00' } } } } } },
  'key-share-another-group': { script: { groups: [29], at: { 'server-hello': { set: { group: 23 } } } } },
  'sigalg-pkcs1-in-tls13': { leaf: 'rsa', script: { choose: { scheme: 0x0401 } } },
  'sigalg-unoffered': { script: { choose: { scheme: 0x0203 } } },
  'ske-signature-invalid': {
    script: { ...tls12, at: { 'server-key-exchange': { set: { signature: { flip: -1 } } } } },
  },
  'ske-signature-missing': {
    script: { ...tls12, at: { 'server-key-exchange': { set: { scheme: null, signature: null } } } },
  },
  'ske-signature-by-another-key': { script: { ...tls12, signKey: 'other' } },
  'certverify-invalid': { script: { at: { 'certificate-verify': { set: { signature: { flip: -1 } } } } } },
  'certverify-by-another-key': { script: { signKey: 'other' } },
  'certverify-omitted': { script: { at: { 'certificate-verify': { omit: true } } } },
  'certificate-omitted': { script: { at: { certificate: { omit: true } } } },
  'certificate-list-empty': { script: { at: { certificate: { set: { chain: [] } } } } },
  'certificate-of-garbage': { script: { at: { certificate: { set: { chain: ['deadbeef'] } } } } },
  'certificate-with-a-trailing-octet': { script: { at: { certificate: { body: { append: '00' } } } } },
  'finished-bad': { script: { at: { finished: { set: { verifyData: { flip: 0 } } } } } },
  'finished-bad-tls12': { script: { ...tls12, at: { finished: { set: { verifyData: { flip: 0 } } } } } },
  'finished-omitted': {
    script: {
      at: {
        finished: {
          omit: true,
          after: [{ do: 'handshake', type: 4, body: '00000e10000000000200010004010203040000' }, fin],
        },
      },
    },
  },
  'ccs-omitted': { script: { ...tls12, at: { 'change-cipher-spec': { omit: true } } } },
  'ccs-bad-body': { script: { ...tls12, at: { 'change-cipher-spec': { body: { hex: '02' } } } } },
  'ccs-flood': { script: { at: { 'change-cipher-spec': { times: 40 } } } },
  'ccs-within-the-session': { script: { at: { 'data:1': { before: [{ do: 'change-cipher-spec' }] } } } },
  'hrr-twice': { script: { retries: 2 } },
  'hrr-no-change': { script: { retries: 1, groups: [29] } },
  'hrr-unoffered-group': { script: { retries: 1, at: { 'hello-retry-request': { set: { group: 0x1234 } } } } },
  'hrr-cookie': { script: { retries: 1, at: { 'hello-retry-request': { set: { cookie: '00112233' } } } } },
  'encrypted-extensions-in-clear': { script: { at: { 'encrypted-extensions': { records: { clear: true } } } } },
  'encrypted-extensions-with-key-share': {
    script: { at: { 'encrypted-extensions': { set: { extensions: { 51: '001d' } } } } },
  },
  'alpn-unoffered': { script: { at: { 'encrypted-extensions': { set: { extensions: { 16: '0003026832' } } } } } },
  'alpn-another': {
    alpn: ['imap'],
    script: { at: { 'encrypted-extensions': { set: { extensions: { 16: '0003026832' } } } } },
  },
  'max-fragment-unrequested': { script: { at: { 'encrypted-extensions': { set: { extensions: { 1: '01' } } } } } },
  'ocsp-unsolicited': { script: { at: { certificate: { set: { extensions: { 5: '0100000430020a01' } } } } } },
  'client-ca-list-huge': {
    script: {
      clientCertificate: 'optional',
      at: { 'certificate-request': { set: { authorities: Array(600).fill(someName) as string[] } } },
    },
  },
  'hello-request-first': {
    script: { ...tls12, at: { 'client-hello': { after: [{ do: 'handshake', type: 0, body: '' }] } } },
  },
  'client-hello-echoed': { script: { at: { 'client-hello': { after: [{ do: 'echo-client-hello' }, fin] } } } },
  'unknown-handshake-type': {
    script: { at: { 'client-hello': { after: [{ do: 'handshake', type: 99, body: '00' }] } } },
  },
  'alert-in-mid-flight': { script: { at: { certificate: { before: [{ do: 'alert', alert: 49 }, fin] } } } },
  'alert-warning-unrecognized-name': {
    script: { at: { 'client-hello': { after: [{ do: 'alert', alert: 112, level: 'warning' }] } } },
  },
  'alert-within-the-session': { script: { at: { 'data:1': { after: [{ do: 'alert', alert: 80 }, fin] } } } },
  'handshake-fragmented-1-byte': { script: { records: { handshake: { size: 1 } } } },
  'handshake-coalesced': { script: { records: { handshake: { join: true } } } },
  'partial-message-across-key-change': {
    script: {
      at: {
        'server-hello': { bytes: [{ append: '08' }], transcript: 'as-meant' },
        'encrypted-extensions': { bytes: [{ drop: 1 }], transcript: 'as-meant' },
      },
    },
  },
  'interleaved-records': {
    script: { at: { certificate: { records: { size: 200, between: [{ do: 'data', bytes: 'x' }] } } } },
  },
  'record-version-0400': { script: { at: { 'server-hello': { records: { version: 0x0400 } } } } },
  'record-over-2-14': {
    script: { at: { 'data:1': { body: { fill: [0x41, 16500] }, records: { size: 17000 }, after: [fin] } } },
  },
  'record-padding': { script: { records: { data: { pad: 200 } } } },
  'record-of-padding-alone': { script: { at: { 'data:1': { records: { pad: -16 } } } } },
  'record-bad-mac': { script: { at: { 'encrypted-extensions': { records: { flip: -1 } } } } },
  'record-flipped-in-the-session': { script: { at: { 'data:2': { records: { flip: 7 } } } } },
  'records-of-nothing': { script: { at: { 'data:1': { records: { empties: 20 } } } } },
  'clear-text-under-tls': { script: { at: { 'data:2': { before: [{ do: 'below', bytes: '* BYE in clear\r\n' }] } } } },
  'close-mid-record': {
    script: { at: { 'data:2': { omit: true, before: [{ do: 'below', bytes: '\x17\x03\x03\x00\x40* OK' }, fin] } } },
  },
  'close-without-close-notify': { script: { at: { close: { omit: true } } } },
  'data-behind-close-notify': { script: { at: { close: { after: [{ do: 'data', bytes: '* OK more\r\n' }] } } } },
  'key-update-flood': { script: { at: { 'data:1': { before: [{ do: 'key-update', asks: true, times: 100 }] } } } },
  'certificate-request-within-the-session': {
    script: { at: { 'data:1': { before: [{ do: 'handshake', type: 13, body: '000008000d000400020403' }] } } },
  },
  'ticket-lifetime-excess': { script: { at: { 'new-session-ticket': { set: { lifetime: 7_000_000 } } } } },
  'renegotiate-cert-change': {
    renegotiated: 'p384',
    script: { ...tls12, at: { 'data:1': { after: [{ do: 'renegotiate' }] } } },
  },
  'renegotiate-without-extension': {
    script: { ...tls12, renegotiationInfo: false, at: { 'data:1': { after: [{ do: 'renegotiate' }] } } },
  },
  'psk-bad-identity': { times: 2, script: [{}, { at: { 'server-hello': { set: { psk: 7 } } } }] },
  'resume-wrong-cipher': { times: 2, script: [tls12, { ...tls12, choose: { suite: 0xcca9 } }] },
  'resume-wrong-version': { times: 2, script: [{}, { at: { 'server-hello': { set: { suite: 0x1302 } } } }] },
}
