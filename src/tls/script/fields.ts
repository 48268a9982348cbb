import type { Edits, Field } from '../../scenarios/tls-script.ts'
import { edited, fromHex, nothing, number } from './bytes.ts'

/** Fields of a message, each as it goes out; null is left out. */
export type Fields = { readonly [Name in Field]?: Buffer | null }

/** An extension: its number and content. */
export type Extension = readonly [id: number, content: Buffer]

/** A handshake message with its header. */
export const framed = (type: number, body: Buffer): Buffer =>
  Buffer.concat([number(1, type), number(3, body.length), body])

/** A field as a script has set it. */
export function shownAs(right: Buffer | null | undefined, set: unknown): Buffer | null {
  if (set === undefined) return right ?? null
  if (set === null) return null
  if (typeof set === 'number') return number(right?.length ?? 2, set)
  if (typeof set === 'string') return fromHex(set)
  return edited(right ?? nothing, set as Edits)
}

/** Extensions as a script has set them. */
export function withSet(
  right: readonly Extension[],
  set: Readonly<Record<string, string | null | Edits>>,
): readonly Extension[] {
  const changed = right.flatMap(([id, content]): readonly Extension[] => {
    const value = set[id]
    if (value === undefined) return [[id, content]]
    if (value === null) return []
    if (value === 'twice')
      return [
        [id, content],
        [id, content],
      ]
    return [[id, typeof value === 'string' ? fromHex(value) : edited(content, value)]]
  })
  const added = Object.entries(set).flatMap(([id, value]): readonly Extension[] => {
    if (right.some(([one]) => one === Number(id)) || value === null || value === 'twice') return []
    return [[Number(id), typeof value === 'string' ? fromHex(value) : edited(nothing, value)]]
  })
  return [...changed, ...added]
}
