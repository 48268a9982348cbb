import { nothing } from './bytes.ts'
import { deriveSecret, extract, hashOf, hashSize } from './schedule.ts'
import type { Suite } from './suites.ts'

/** RFC 8446 §7.1. */
export class Schedule {
  readonly #suite: Suite
  readonly #handshake: Buffer
  #main: Buffer = nothing

  constructor(suite: Suite, psk: Buffer | null, agreed: Buffer) {
    this.#suite = suite
    const { hash } = suite
    const zeros = Buffer.alloc(hashSize(hash))
    const early = extract(hash, zeros, psk ?? zeros)
    this.#handshake = extract(hash, this.#derived(early), agreed)
  }

  handshake(messages: readonly Buffer[]): readonly [client: Buffer, server: Buffer] {
    const context = hashOf(this.#suite.hash, messages)
    const of = (label: string): Buffer => deriveSecret(this.#suite.hash, this.#handshake, label, context)
    return [of('c hs traffic'), of('s hs traffic')]
  }

  application(messages: readonly Buffer[]): readonly [client: Buffer, server: Buffer] {
    const { hash } = this.#suite
    const context = hashOf(hash, messages)
    this.#main = extract(hash, this.#derived(this.#handshake), Buffer.alloc(hashSize(hash)))
    const of = (label: string): Buffer => deriveSecret(hash, this.#main, label, context)
    return [of('c ap traffic'), of('s ap traffic')]
  }

  /** Only a key log asks for it. */
  exporter(messages: readonly Buffer[]): Buffer {
    const { hash } = this.#suite
    return deriveSecret(hash, this.#main, 'exp master', hashOf(hash, messages))
  }

  resumption(messages: readonly Buffer[]): Buffer {
    const { hash } = this.#suite
    return deriveSecret(hash, this.#main, 'res master', hashOf(hash, messages))
  }

  #derived(secret: Buffer): Buffer {
    const { hash } = this.#suite
    return deriveSecret(hash, secret, 'derived', hashOf(hash, []))
  }
}
