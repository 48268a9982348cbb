/** One mailbox of an address field, or a group of them. */
export interface ParsedAddress {
  /** Decoded display name, or an empty string. */
  readonly name: string
  /** Absent for a group. */
  readonly address?: string | undefined
  /** The members of a group, each of which has an address. */
  readonly group?: readonly ParsedAddress[] | undefined
}

/** A part of a message that is not shown as its text. */
export interface ParsedAttachment {
  readonly filename: string | null
  /** Lower case. */
  readonly mimeType: string
  readonly disposition: string | null
  /** Angle brackets included. */
  readonly contentId?: string | undefined
  /** Whether the HTML refers to it. */
  readonly related?: boolean | undefined
  readonly content: ArrayBuffer | Uint8Array | string
}

/**
 * A decoded message, as postal-mime reads it. Spelled out here, because the types of postal-mime need a browser's library
 * and a newer compiler than ours.
 */
export interface ParsedMessage {
  /** In document order; names in lower case. */
  readonly headers: readonly { readonly key: string; readonly originalKey: string; readonly value: string }[]
  readonly from?: ParsedAddress | undefined
  readonly sender?: ParsedAddress | undefined
  readonly replyTo?: readonly ParsedAddress[] | undefined
  readonly to?: readonly ParsedAddress[] | undefined
  readonly cc?: readonly ParsedAddress[] | undefined
  readonly bcc?: readonly ParsedAddress[] | undefined
  readonly subject?: string | undefined
  readonly messageId?: string | undefined
  readonly inReplyTo?: string | undefined
  readonly references?: string | undefined
  /** ISO 8601, or the header's own text where it is no date. */
  readonly date?: string | undefined
  readonly text?: string | undefined
  readonly html?: string | undefined
  readonly attachments: readonly ParsedAttachment[]
}
