/** Reads numbers and vectors with a length in front, RFC 8446 §3.4. What it returns throws where the bytes are cut short. */
export function fieldReader(bytes: Buffer) {
  let at = 0
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) throw new RangeError('cut short')
    at += size
    return bytes.subarray(at - size, at)
  }
  const number = (size: number): number => take(size).readUIntBE(0, size)
  return {
    take,
    number,
    vector: (size: number): Buffer => take(number(size)),
    get left() {
      return at < bytes.length
    },
  }
}
