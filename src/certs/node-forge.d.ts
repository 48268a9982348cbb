/** The part of node-forge that `der.ts` uses; its subpaths come without types. Byte strings are latin1. */
declare module 'node-forge/lib/asn1.js' {
  interface Asn1Node {
    readonly tagClass: number
    readonly type: number
    readonly constructed: boolean
    readonly value: string | readonly Asn1Node[]
  }
  interface ByteBuffer {
    getBytes(): string
  }
  const asn1: {
    create(tagClass: number, type: number, constructed: boolean, value: string | readonly Asn1Node[]): Asn1Node
    toDer(node: Asn1Node): ByteBuffer
    fromDer(bytes: string, options: { readonly strict: boolean; readonly decodeBitStrings: boolean }): Asn1Node
    oidToDer(oid: string): ByteBuffer
    derToOid(bytes: string): string
  }
  export = asn1
}
