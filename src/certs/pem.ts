/** RFC 7468: 64 characters a line. */
export const formatPem = (label: string, der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** The bytes inside every block of a PEM text. */
export const parsePem = (text: string): readonly Buffer[] =>
  [...text.matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g)].map(([, body = '']) => Buffer.from(body, 'base64'))
