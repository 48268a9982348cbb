/** Octets of the first buffer that pieces are joined in. */
const smallest = 64

const nothing = Buffer.alloc(0)

/**
 * Octets that come in pieces of any size and leave in pieces of any other, at a cost of each octet and not of each piece.
 * What was handed out stays as it is.
 */
export class Gathered {
  #bytes: Buffer = nothing
  #from = 0
  #to = 0

  get length(): number {
    return this.#to - this.#from
  }

  /** Everything that is there, where it is: no copy. */
  get all(): Buffer {
    return this.#bytes.subarray(this.#from, this.#to)
  }

  push(piece: Buffer): void {
    if (this.#bytes === nothing) {
      // Most come whole, and are taken as they are.
      this.#bytes = piece
      this.#from = 0
      this.#to = piece.length
      return
    }
    if (this.#bytes.length - this.#to < piece.length) this.#grow(this.length + piece.length)
    this.#to += piece.copy(this.#bytes, this.#to)
  }

  /** The first so many octets, which are then gone from here. */
  take(size: number): Buffer {
    const taken = this.all.subarray(0, size)
    this.#from += taken.length
    if (this.length === 0) this.#bytes = nothing
    return taken
  }

  /** By doubling, into a new buffer: somebody may still have a part of the old one. */
  #grow(size: number): void {
    const larger = Buffer.allocUnsafe(Math.max(smallest, 2 * size))
    this.#to = this.all.copy(larger)
    this.#from = 0
    this.#bytes = larger
  }
}
