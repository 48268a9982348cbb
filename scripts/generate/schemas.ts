import { join } from 'node:path'
import { createGenerator, type Schema } from 'ts-json-schema-generator'

/** Each JSON output, by the name of its schema, and the type that it is made from. */
const outputs = {
  ready: 'ReadyEvent',
  connection: 'ConnectionEvent',
  message: 'MessageEvent',
  judged: 'JudgedEvent',
  endpoint: 'EndpointChangedEvent',
  lost: 'LostEvent',
  record: 'ConnectionRecord',
  list: 'ListOutput',
  explain: 'ExplainOutput',
  report: 'CheckReport',
  certs: 'CertsOutput',
  manifest: 'Manifest',
} as const

/** Makes JSON Schemas of the types of `src`; with `topRef` the type itself is among the definitions. */
export const schemaGenerator = (root: string, { topRef }: { readonly topRef: boolean }) =>
  createGenerator({
    path: join(root, 'src/**/*.ts'),
    tsconfig: join(root, 'tsconfig.json'),
    type: '*',
    additionalProperties: true,
    topRef,
    // The type check is a script of its own.
    skipTypeCheck: true,
    sortProps: false,
  })

/** A JSON Schema of every JSON output. Objects may have further properties: outputs gain fields within a schema number. */
export function schemas(root: string): ReadonlyMap<string, Schema> {
  const generator = schemaGenerator(root, { topRef: false })
  return new Map(
    Object.entries(outputs).map(([name, type]) => {
      const { $schema, ...schema } = generator.createSchema(type)
      return [name, { ...($schema && { $schema }), title: `mockmail: ${name}`, ...schema }]
    }),
  )
}
