import { describe, expect, it } from 'vitest'
import { Gathered } from '../../src/tls/gathered.ts'
import { TlsRecords } from '../../src/tls/tls-records.ts'
import { createRandom } from '../support/random.ts'

describe('octets that are gathered', () => {
  it('leave as they came, whatever the pieces, and what has left stays as it was', () => {
    const random = createRandom(1)
    const gathered = new Gathered()
    const taken: Buffer[] = []
    let sent = ''
    for (let round = 0; round < 2000; round++) {
      const piece = Buffer.from(String(round).repeat(Math.floor(random() * 20)))
      sent += piece.toString()
      gathered.push(piece)
      taken.push(gathered.take(Math.floor(random() * 90)))
    }
    expect(Buffer.concat([...taken, gathered.all]).toString()).toBe(sent)
  })

  it('are not copied where a piece comes alone, and leave nothing behind', () => {
    const gathered = new Gathered()
    const piece = Buffer.from('NOOP\r\n')
    gathered.push(piece)
    expect(gathered.take(6).buffer).toBe(piece.buffer)
    expect(gathered).toHaveLength(0)
    expect(gathered.take(1)).toHaveLength(0)
    expect(gathered.all.buffer.byteLength).toBe(0)
  })

  it('take no more memory than twice what they are, though each was a piece of its own', () => {
    const gathered = new Gathered()
    for (let sent = 0; sent < 100_000; sent++) gathered.push(Buffer.from([sent & 0xff]))
    expect(gathered).toHaveLength(100_000)
    expect(gathered.all.buffer.byteLength).toBeLessThanOrEqual(200_000)
  })
})

describe('what came below TLS', () => {
  it('is kept in one piece, though it came octet by octet', () => {
    const records = new TlsRecords()
    const whole = Buffer.from('1703030002abab', 'hex')
    const begun = Buffer.concat([Buffer.from('1703034000', 'hex'), Buffer.alloc(10_000, 1)])
    for (const octet of Buffer.concat([whole, begun])) records.push(Buffer.from([octet]))
    expect(records.rest.equals(begun)).toBe(true)
    expect(records.rest.buffer.byteLength).toBeLessThanOrEqual(2 * begun.length)
  })
})
