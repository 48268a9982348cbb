import type { Pieces } from './pieces.ts'

/**
 * What is said unasked, behind the answer that is being given. A client that does not read costs one push under way and
 * one that waits, whatever happens meanwhile: of what is pushed only the newest is made, when its time has come.
 */
export class Pushes {
  readonly #write: (pieces: Pieces) => Promise<void>
  #waiting: (() => Pieces) | undefined
  #underWay: Promise<void> | undefined
  #answering = false
  #defect: { readonly error: unknown } | undefined

  constructor(write: (pieces: Pieces) => Promise<void>) {
    this.#write = write
  }

  add(make: () => Pieces): void {
    this.#waiting = make
    if (!this.#answering) this.#start()
  }

  /** Gives an answer when what is under way is out; what is pushed meanwhile comes behind it. */
  async answer<T>(give: () => Promise<T>): Promise<T> {
    if (this.#underWay || this.#defect) await this.finished()
    this.#answering = true
    try {
      return await give()
    } finally {
      this.#answering = false
      this.#start()
    }
  }

  /** Resolves when all is out. Rejects with a defect of ours, if there was one. */
  async finished(): Promise<void> {
    await this.#underWay
    if (this.#defect) throw this.#defect.error
  }

  #start(): void {
    if (!this.#waiting || this.#underWay) return
    this.#underWay = this.#all()
      .catch((error: unknown) => {
        this.#defect = { error }
      })
      .finally(() => {
        this.#underWay = undefined
        if (!this.#answering) this.#start()
      })
  }

  async #all(): Promise<void> {
    for (let make = this.#waiting; make; make = this.#waiting) {
      this.#waiting = undefined
      await this.#write(make())
    }
  }
}
