/** Octets of one text in a fact. */
export const maxText = 4096
