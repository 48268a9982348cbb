import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { majorOf } from '../../../scripts/measure/judge.ts'
import type { Mode, Protocol } from '../../../src/index.ts'
import type { SessionClient } from './client.ts'
import { playScript } from './scripted.ts'

interface Library {
  readonly name: string
  /** As it is installed. */
  readonly package: string
  readonly protocol: Protocol
  readonly cannot?: Mode
  readonly verifying: string
  /** How it is told to use TLS where nothing is said about certificates. */
  readonly told: string
  /** What says that it goes on without TLS so. */
  readonly source?: string
}

const library = (
  { name, package: installed, protocol, cannot, verifying, told, source }: Library,
  program = process.execPath,
): SessionClient => ({
  name,
  needs: [],
  protocols: [protocol],
  ...(program === process.execPath && { series: majorOf(process.versions.node) }),
  ...(cannot && { cannot: { [protocol]: cannot } }),
  version: async () => versionOf(installed),
  verifying,
  byDefault: { told, machine: 'NODE_EXTRA_CA_CERTS', ...(source && { source }) },
  playAll: (targets, errand) =>
    playScript(
      {
        program,
        args: [join(import.meta.dirname, 'session.mjs'), name],
        machine: (ca) => ({ NODE_EXTRA_CA_CERTS: ca }),
      },
      targets,
      errand,
    ),
})

const nodemailerFacts: Library = {
  name: 'nodemailer',
  package: 'nodemailer',
  verifying: 'requireTLS, tls.ca and tls.rejectUnauthorized',
  protocol: 'smtp',
  told: 'secure: true, or nothing: it takes STARTTLS where that is offered',
  source: 'requireTLS is false by default, and TLS is used if the server supports it: https://nodemailer.com/smtp/',
}

/** nodemailer with `requireTLS`. */
export const nodemailer = library(nodemailerFacts)

const imapflowFacts: Library = {
  name: 'imapflow',
  package: 'imapflow',
  verifying: 'doSTARTTLS, tls.ca and tls.rejectUnauthorized',
  protocol: 'imap',
  told: 'secure: true, or secure: false: it takes STARTTLS where that is offered',
  source:
    'without doSTARTTLS the upgrade is tried only where the server has it: https://github.com/postalsys/imapflow/blob/master/lib/imap-flow.js',
}

/** imapflow with `doSTARTTLS`. */
export const imapflow = library(imapflowFacts)

/** node-imap with `autotls: 'always'`. */
export const nodeImap = library({
  name: 'node-imap',
  package: 'imap',
  verifying: "autotls 'always', tlsOptions.ca and rejectUnauthorized",
  protocol: 'imap',
  told: "tls: true, or autotls: 'always'",
  source: "autotls 'always' attempts the upgrade, and requires none: https://github.com/mscdex/node-imap#readme",
})

const nodePop3Facts: Library = {
  name: 'node-pop3',
  package: 'node-pop3',
  verifying: 'tlsOptions.ca and rejectUnauthorized',
  protocol: 'pop3',
  cannot: 'starttls',
  told: 'tls: true',
}

/** node-pop3, which knows no STLS. */
export const nodePop3 = library(nodePop3Facts)

/** The same libraries on another runtime; its name stands behind theirs. */
export const librariesOn = (runtime: string, program: string): readonly SessionClient[] =>
  [nodemailerFacts, imapflowFacts, nodePop3Facts].map((facts) => {
    const client = library(facts, program)
    const byDefault = { ...client.byDefault, isAsked: false } as const
    return { ...client, name: `${client.name} on ${runtime}`, needs: [program], byDefault }
  })

function versionOf(installed: string): string {
  const require = createRequire(import.meta.url)
  for (let folder = dirname(require.resolve(installed)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      if (name === installed) return version
    } catch {
      // Not every folder on the way up has one.
    }
  }
  return 'unknown'
}
