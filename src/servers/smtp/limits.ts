/** Octets of a command line with its CRLF: an AUTH response may have 12,288, RFC 4954 §4, and the command stands before it. */
export const maxLine = 12_288 + 64

/** Octets of a message, RFC 1870: 64 MiB. */
export const maxMessage = 64 * 1024 * 1024

/** Octets of such a message on the wire, where every line of it is a lone dot, with its terminator. */
export const maxDotted = Math.ceil((maxMessage * 4) / 3) + 5

/** Far above the 100 of RFC 5321 §4.5.3.1.8, and still bounded. */
export const maxRecipients = 1000
