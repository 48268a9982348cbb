import type { Scenario } from '../scenarios/scenario.ts'
import { MailStore } from '../servers/mailbox/mailbox.ts'
import { loadSamples } from '../servers/mailbox/samples.ts'
import { behaviourOf } from './behaviour-of.ts'

/** One mailbox per scenario, for as long as an endpoint shows it. */
export class Mailboxes {
  readonly #users = new Map<string, number>()
  readonly #stores = new Map<string, MailStore>()

  /** Filled when somebody looks: the samples are more than a mebibyte, and few runs read or send a message. */
  of(scenario: Scenario): MailStore {
    const known = this.#stores.get(scenario.id)
    if (known) return known
    const store = new MailStore()
    stock(scenario, store)
    this.#stores.set(scenario.id, store)
    return store
  }

  /** One more endpoint shows this scenario. */
  enter({ id }: Scenario): void {
    this.#users.set(id, (this.#users.get(id) ?? 0) + 1)
  }

  /** One endpoint fewer shows it; with the last its mailbox is gone. */
  leave({ id }: Scenario): void {
    const left = (this.#users.get(id) ?? 0) - 1
    this.#users.set(id, left)
    if (left > 0) return
    this.#stores.get(id)?.close()
    this.#stores.delete(id)
    this.#users.delete(id)
  }

  /** Puts it back to what it began with. */
  restock(scenario: Scenario): void {
    const store = this.#stores.get(scenario.id)
    if (store) stock(scenario, store)
  }
}

/** What a scenario's mailbox begins with: the samples, or what it says itself. */
function stock({ forConnection }: Scenario, store: MailStore): void {
  const { messages, folders = [] } = behaviourOf(forConnection(1)).start
  store.reset(messages ? messages.map((text) => ({ raw: Buffer.from(text, 'latin1') })) : loadSamples())
  for (const name of folders) store.create(name)
}
