import type { Message } from './inbound.ts'

/** A handshake: it says which messages it takes next, and is given one of them. */
export type Handshake = Generator<readonly number[], void, Message>

/** Stands in place of a message type where a change_cipher_spec comes. */
export const changeCipherSpec = 0x100

/** The same for SSL 3.0's alert that there is no certificate. */
export const noCertificate = 0x101
