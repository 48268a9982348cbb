import { bunProgram } from './bun.ts'
import type { SessionClient } from './client.ts'
import { curl } from './curl.ts'
import { fdm } from './fdm.ts'
import { fetchmail } from './fetchmail.ts'
import { go } from './go.ts'
import { javamail } from './javamail.ts'
import { mbsync } from './mbsync.ts'
import { mpop } from './mpop.ts'
import { msmtp } from './msmtp.ts'
import { imapflow, librariesOn, nodeImap, nodemailer, nodePop3 } from './node.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import { swaks } from './swaks.ts'
import { twisted } from './twisted.ts'

/** Every real client that plays sessions, in the programs that this machine may have. */
export const sessionClients: readonly SessionClient[] = [
  ...[nodemailer, imapflow, nodeImap, nodePop3],
  ...[curl, fetchmail, mbsync, msmtp, mpop, swaks, fdm],
  ...[python, twisted, ruby, javamail, go],
]

/** The libraries of Node on another runtime, which is installed where it is not yet. */
export const bunClients = async (): Promise<readonly SessionClient[]> => librariesOn('Bun', await bunProgram())

/** Those that are asked about every quirk. */
export const quirkClients: readonly SessionClient[] = [curl, python, nodemailer, imapflow]
