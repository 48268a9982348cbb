import {
  algorithm,
  append,
  at,
  chainOf,
  days,
  dn,
  fill,
  flipBit,
  generalizedTime,
  generalNames,
  hex,
  host,
  type OwnCertificate,
  param,
  parent,
  replaceBytes,
  seconds,
  series,
  servername,
  text,
  utcTime,
} from '../../src/index.ts'

type Fault = Omit<OwnCertificate, 'id' | 'summary'>

/** A line as the vocabulary was tried with on paper, and what of which member must be other than in `good`: nothing else may be. */
export interface Line {
  readonly fault: Fault
  readonly differs: readonly string[]
  /** What OpenSSL or GnuTLS prints of the leaf, where they can read it. */
  readonly printed?: RegExp
}

const unconstrained = ['root 2.5.29.30', 'root subject'] as const

/** By the ids of the catalogue of certificates. */
export const lines: Readonly<Record<string, Line>> = {
  'impostor-root-same-name': {
    fault: {
      members: { impostor: { like: 'root', trusted: false, subjectOf: 'root' } },
      intermediate: { issuer: 'impostor' },
    },
    differs: ['intermediate 2.5.29.35', 'intermediate signatureValue'],
  },
  'wrong-issuer-key': { fault: { leaf: { signKey: 'other' } }, differs: ['leaf signatureValue'] },
  'issuer-name-mismatch': {
    fault: { leaf: { raw: { issuer: dn([['CN', 'mockmail Nobody']]) } } },
    differs: ['leaf issuer'],
    printed: /Issuer: CN = mockmail Nobody\n/,
  },
  'aki-mismatch': {
    fault: { leaf: { extensions: { authorityKeyIdentifier: { value: hex(`30168014${'00'.repeat(20)}`) } } } },
    differs: ['leaf 2.5.29.35'],
    printed: /Authority Key Identifier: \n +(?:keyid:)?00:00:00:00/,
  },
  'missing-ski-ca': {
    fault: { intermediate: { extensions: { subjectKeyIdentifier: null } } },
    differs: ['intermediate 2.5.29.14'],
  },
  'intermediate-not-ca': {
    fault: { intermediate: { basicConstraints: { cA: false } } },
    differs: ['intermediate 2.5.29.19'],
    printed: /Basic Constraints: critical\n +CA:FALSE/,
  },
  'intermediate-x509-v1': {
    fault: { intermediate: { version: 1 } },
    differs: [
      ...['1.3.6.1.5.5.7.1.1', '2.5.29.14', '2.5.29.15', '2.5.29.19', '2.5.29.31', '2.5.29.35'].map(
        (oid) => `intermediate ${oid}`,
      ),
      'intermediate version',
    ],
  },
  'intermediate-bc-not-critical': {
    fault: { intermediate: { extensions: { basicConstraints: { critical: false } } } },
    differs: ['intermediate 2.5.29.19'],
    printed: /Basic Constraints: \n +CA:TRUE, pathlen:0/,
  },
  'pathlen-exceeded': {
    fault: {
      members: { ca2: { basicConstraints: { cA: true, pathLenConstraint: 0 } } },
      intermediate: { issuer: 'ca2' },
    },
    differs: ['and ca2'],
  },
  'root-not-ca': { fault: { root: { basicConstraints: { cA: false } } }, differs: ['root 2.5.29.19'] },
  'cross-sign-loop': {
    fault: {
      members: { ca2: { issuer: 'ca3' }, ca3: { issuer: 'ca2' } },
      intermediate: { issuer: 'ca2' },
      send: ['path'],
    },
    differs: ['and ca2', 'and ca3', 'no root'],
  },
  'bridge-ca-mesh': {
    fault: {
      members: {
        old: { like: 'root', trusted: false },
        ca2: { issuer: 'old' },
        cross: { subjectOf: 'ca2', keyOf: 'ca2', issuer: 'root' },
      },
      intermediate: { issuer: 'ca2' },
      send: ['path', 'cross'],
    },
    differs: ['and ca2', 'no root'],
  },
  'key-rollover-chain': {
    fault: { members: { ca2: { subjectOf: 'root', issuer: 'root' } }, intermediate: { issuer: 'ca2' } },
    differs: ['and ca2'],
  },
  'pathological-same-name-chain': {
    fault: { members: chainOf(5, { subjectOf: 'intermediate', keyOf: 'intermediate' }) },
    differs: ['and ca2', 'and ca3', 'and ca4', 'and ca5'],
  },
  'expired-1-second': {
    fault: { leaf: { dates: { notAfter: seconds(-1) } } },
    differs: ['leaf validity'],
    printed: /Not After : Nov 21 11:59:59 2026 GMT/,
  },
  'year-9999': {
    fault: { leaf: { dates: { notAfter: at('9999-12-31T23:59:59Z') } } },
    differs: ['leaf validity'],
    printed: /Not After : Dec 31 23:59:59 9999 GMT/,
  },
  'generalizedtime-before-2050': {
    fault: { leaf: { dates: { notAfter: generalizedTime(days(90)) } } },
    differs: ['leaf validity'],
  },
  'time-no-seconds': {
    fault: { leaf: { dates: { notAfter: utcTime(days(90), 'YYMMDDhhmmZ') } }, engine: 'script' },
    differs: ['leaf validity'],
  },
  'time-garbage': { fault: { leaf: { dates: { notAfter: utcTime('not-a-date-Z!') } } }, differs: ['leaf validity'] },
  'cn-matches-san-does-not': {
    fault: { leaf: { subject: [['CN', servername]], names: { dNSName: ['other.example.com'] } } },
    differs: ['leaf 2.5.29.17'],
    printed: /Alternative Name: \n +DNS:other\.example\.com\n/,
  },
  'no-common-name': {
    fault: { leaf: { subject: [['O', 'mockmail']] } },
    differs: ['leaf subject'],
    printed: /Subject: O = mockmail\n/,
  },
  'empty-subject-noncritical-san': {
    fault: { leaf: { subject: [], extensions: { subjectAltName: { critical: false } } } },
    differs: ['leaf subject'],
  },
  'wildcard-ok': {
    fault: { leaf: { names: { dNSName: [`*.${parent}`] } } },
    differs: ['leaf 2.5.29.17', 'leaf subject'],
    printed: /DNS:\*\.mockmail\.test\n/,
  },
  'wildcard-bare': {
    fault: { leaf: { names: { dNSName: ['*'] } }, dial: 'localhost' },
    differs: ['leaf 2.5.29.17', 'leaf subject', ...unconstrained],
    printed: /DNS:\*\n/,
  },
  'ip-san': {
    fault: { leaf: { names: { iPAddress: [host] } }, dial: host },
    differs: ['leaf 2.5.29.17', 'leaf subject', ...unconstrained],
    printed: /Alternative Name: \n +IP Address:127\.0\.0\.1\n/,
  },
  'ip-san-malformed-length': {
    fault: { leaf: { names: { dNSName: [servername], iPAddress: [hex('7f00000101')] } } },
    differs: ['leaf 2.5.29.17', ...unconstrained],
  },
  'malformed-san': {
    fault: { leaf: { extensions: { subjectAltName: { value: text(servername) } } } },
    differs: ['leaf 2.5.29.17', ...unconstrained],
  },
  'san-last-of-many': {
    fault: { leaf: { names: { dNSName: [series('host{n}.example.com', 20), servername] } } },
    differs: ['leaf 2.5.29.17'],
    printed: /DNS:host1\.example\.com, .*DNS:host20\.example\.com, DNS:localhost\n/,
  },
  'srv-id-only': {
    fault: { leaf: { names: { srvName: [servername] } } },
    differs: ['leaf 2.5.29.17', 'leaf subject'],
    printed: /othername: SRVName::_submission\.localhost, .*_pop3s\.localhost\n/,
  },
  'dirname-san-only': {
    fault: { leaf: { names: { directoryName: [[['CN', servername]]] } } },
    differs: ['leaf 2.5.29.17', 'leaf subject'],
    printed: /DirName:\/CN=localhost\n/,
  },
  'nc-min-max': {
    fault: { intermediate: { nameConstraints: { permittedSubtrees: { dNSName: [servername] }, minimum: 1 } } },
    differs: ['intermediate 2.5.29.30'],
  },
  'nc-othername': {
    fault: {
      leaf: { names: { dNSName: [servername], otherName: [['1.3.6.1.4.1.55555.2', hex('0c0178')]] } },
      intermediate: {
        nameConstraints: { excludedSubtrees: { otherName: [['1.3.6.1.4.1.55555.2', hex('0c0178')]] } },
      },
    },
    differs: ['intermediate 2.5.29.30', 'leaf 2.5.29.17'],
  },
  'leaf-eku-empty': { fault: { leaf: { extendedKeyUsage: [] } }, differs: ['leaf 2.5.29.37'] },
  'leaf-eku-sgc': {
    fault: { leaf: { extendedKeyUsage: ['2.16.840.1.113730.4.1'] } },
    differs: ['leaf 2.5.29.37'],
    printed: /Netscape Server Gated Crypto|2\.16\.840\.1\.113730\.4\.1/,
  },
  'ku-empty': { fault: { leaf: { keyUsage: [] } }, differs: ['leaf 2.5.29.15'] },
  'duplicate-extension': {
    fault: { leaf: { extensions: { subjectAltName: { again: generalNames({ dNSName: ['other.example.com'] }) } } } },
    differs: ['leaf 2.5.29.17'],
    printed: /DNS:other\.example\.com/,
  },
  'malformed-key-usage': {
    fault: { leaf: { extensions: { keyUsage: { value: append('0000') } } } },
    differs: ['leaf 2.5.29.15'],
  },
  'rsa-pss-signed': {
    fault: { intermediate: { key: 'rsa-2048' }, leaf: { signature: 'id-RSASSA-PSS' } },
    differs: ['intermediate subjectPublicKeyInfo', 'leaf signature', 'leaf signatureAlgorithm'],
    printed: /Signature Algorithm: rsassaPss *\n +Hash Algorithm: sha256/,
  },
  rsa512: {
    fault: { leaf: { key: 'rsa-512' }, tls: { maxVersion: 'TLSv1.2' } },
    differs: ['leaf 2.5.29.15', 'leaf subjectPublicKeyInfo'],
    printed: /Public-Key: \(512 bit\)/,
  },
  'rsa-exponent-1': {
    fault: { leaf: { key: { type: 'rsa-2048', publicExponent: 1 } }, engine: 'script' },
    differs: ['leaf 2.5.29.15', 'leaf subjectPublicKeyInfo'],
    printed: /Exponent: 1 \(0x1\)/,
  },
  'ec-explicit-params': {
    fault: { leaf: { key: { type: 'P-256', paramEncoding: 'explicit' } } },
    differs: ['leaf subjectPublicKeyInfo'],
    printed: /Field Type: prime-field/,
  },
  ed25519: {
    fault: { leaf: { key: 'ed25519' } },
    differs: ['leaf subjectPublicKeyInfo'],
    printed: /Public Key Algorithm: ED25519/,
  },
  'unknown-signature-alg': {
    fault: {
      leaf: {
        raw: { signature: algorithm('1.3.6.1.4.1.55555.3'), signatureAlgorithm: algorithm('1.3.6.1.4.1.55555.3') },
      },
    },
    differs: ['leaf signature', 'leaf signatureAlgorithm', 'leaf signatureValue'],
    printed: /Signature Algorithm: 1\.3\.6\.1\.4\.1\.55555\.3/,
  },
  'serial-negative': {
    fault: { leaf: { serial: -255 } },
    differs: ['leaf serialNumber'],
    printed: /Serial Number: -255 \(-0xff\)/,
  },
  'serial-duplicate-of-issuer': { fault: { leaf: { serial: 'intermediate' } }, differs: ['leaf serialNumber'] },
  'version-4': {
    fault: { leaf: { raw: { version: hex('a003020103') } } },
    differs: ['leaf version'],
    printed: /Version: Unknown \(3\)|Version: 4/,
  },
  'unique-ids': {
    fault: { leaf: { raw: { issuerUniqueID: hex('81020001'), subjectUniqueID: hex('82020001') } } },
    differs: ['leaf [1]', 'leaf [2]'],
    printed: /Issuer Unique ID/,
  },
  'bool-non-der': {
    fault: { leaf: { raw: { extensions: replaceBytes('0101ff', '010101') } } },
    differs: ['leaf 2.5.29.19'],
  },
  'subject-bad-printablestring': {
    fault: { leaf: { subject: [['CN', 'bad@_*&', 'printableString']] } },
    differs: ['leaf subject'],
  },
  'subject-crlf-ansi': {
    fault: { leaf: { subject: [['CN', 'mock\r\n\x1b[31mmail']] } },
    differs: ['leaf subject'],
    printed: /Subject: CN = mock\\0D\\0A\\1B\[31mmail/,
  },
  'huge-certificate': {
    fault: {
      parameter: { name: 'bytes', values: [65536, 204800], default: 65536 },
      leaf: { extensions: { '1.3.6.1.4.1.55555.4': { value: fill(param) } } },
    },
    differs: ['leaf 1.3.6.1.4.1.55555.4'],
    printed: /1\.3\.6\.1\.4\.1\.55555\.4: /,
  },
  'ec-point-not-on-curve': {
    fault: { leaf: { raw: { subjectPublicKeyInfo: flipBit(-1) } }, engine: 'script' },
    differs: ['leaf 2.5.29.14'],
  },
}
