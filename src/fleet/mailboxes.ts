import { MailStore } from '../servers/mailbox/mailbox.ts'
import { loadSamples } from '../servers/mailbox/samples.ts'

/** One mailbox per scenario, for as long as an endpoint shows it. */
export class Mailboxes {
  readonly #users = new Map<string, number>()
  readonly #stores = new Map<string, MailStore>()

  /** Filled when somebody looks: the samples are more than a mebibyte, and few runs read or send a message. */
  of(scenario: string): MailStore {
    const known = this.#stores.get(scenario)
    if (known) return known
    const store = new MailStore(loadSamples())
    this.#stores.set(scenario, store)
    return store
  }

  /** One more endpoint shows this scenario. */
  enter(scenario: string): void {
    this.#users.set(scenario, (this.#users.get(scenario) ?? 0) + 1)
  }

  /** One endpoint fewer shows it; with the last its mailbox is gone. */
  leave(scenario: string): void {
    const left = (this.#users.get(scenario) ?? 0) - 1
    this.#users.set(scenario, left)
    if (left > 0) return
    this.#stores.get(scenario)?.close()
    this.#stores.delete(scenario)
    this.#users.delete(scenario)
  }

  /** Puts it back to the samples. */
  restock(scenario: string): void {
    this.#stores.get(scenario)?.reset(loadSamples())
  }
}
