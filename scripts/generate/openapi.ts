import type { Schema } from 'ts-json-schema-generator'
import { type Operation, operations } from '../../src/control/operations.ts'
import { version } from '../../src/version.ts'
import { schemaGenerator } from './schemas.ts'

/** Octets, or text, as they are. */
const asTheyAre = (media: string): boolean => media.includes('/')

/** The description of the control API, of the table of operations and the types that they name. */
export function openapi(root: string): object {
  const types = [
    ...new Set(
      Object.values(operations as Readonly<Record<string, Operation>>).flatMap(({ body, answer }) =>
        [body, answer, 'ApiError'].filter((type) => typeof type === 'string' && !asTheyAre(type)),
      ),
    ),
  ] as string[]
  const generator = schemaGenerator(root, { topRef: true })
  const definitions = Object.assign({}, ...types.map((type) => generator.createSchema(type).definitions)) as Schema
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, operation] of Object.entries(operations as Readonly<Record<string, Operation>>)) {
    const path = paths[operation.path] ?? {}
    paths[operation.path] = path
    path[operation.method.toLowerCase()] = operationOf(name, operation)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'mockmail: control API',
      version,
      description:
        "For suites in any language: 'mockmail exec --api -- command' sets MOCKMAIL_API and MOCKMAIL_TOKEN. Objects may gain members.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:{port}', variables: { port: { default: '0' } } }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: JSON.parse(JSON.stringify(definitions).replaceAll('#/definitions/', '#/components/schemas/')),
    },
  }
}

function operationOf(name: string, { path, summary, query = {}, body, answer, status }: Operation): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, id]) => ({
    ...{ name: id, in: 'path', required: true, schema: { type: 'string' } },
  }))
  const inQuery = Object.entries(query).map(([id, description]) => ({
    ...{ name: id, in: 'query', description, schema: { type: 'string' } },
  }))
  const open = !path.startsWith('/api/')
  return {
    operationId: name,
    summary,
    ...(open && { security: [] }),
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(body !== undefined && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      [status ?? (answer === null ? 204 : 200)]: {
        description: answer === null ? 'It is done.' : summary,
        ...(answer !== null && { content: contentOf(answer) }),
      },
      default: { description: 'A refusal.', content: contentOf('ApiError') },
    },
  }
}

const contentOf = (what: string): object =>
  asTheyAre(what)
    ? { [what]: { schema: {} } }
    : { 'application/json': { schema: { $ref: `#/components/schemas/${what}` } } }
