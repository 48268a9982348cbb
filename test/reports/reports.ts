import { exchange } from './exchange.ts'
import { mailDllCertificates } from './mail-dll-certificates.ts'
import { mailDllHandshake } from './mail-dll-handshake.ts'
import { mailbee } from './mailbee.ts'
import { missive } from './missive.ts'
import type { Report } from './report.ts'

/** The field reports that started this project. */
export const reports: readonly Report[] = [mailDllCertificates, mailDllHandshake, exchange, mailbee, missive]
