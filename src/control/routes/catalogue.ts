import { readFile } from 'node:fs/promises'
import type { Context } from 'hono'
import { MockmailError } from '../../errors.ts'
import { checkMode, checkProtocol, checkWord, invalid } from '../../fleet/options.ts'
import { packageFolder } from '../../package-folder.ts'
import { type ListOutput, scenarios } from '../../scenarios/listing.ts'
import { resolveScenario } from '../../scenarios/scenario.ts'
import type { EventStream } from '../event-stream.ts'
import { asItComes, jsonOf, textIn, textsIn } from '../request.ts'
import type { Control } from '../server.ts'
import type { LeaseWish, Revocation } from '../types.ts'

const wishMembers = ['holder', 'scenarios', 'protocols', 'modes', 'twins', 'files'] satisfies (keyof LeaseWish)[]

/** What can be asked of the catalogue, the PKI, and what happens. */
export const catalogueRoutes = ({ live, feed, leases }: Control) => {
  const streamed = (c: Context, { body }: EventStream): Response =>
    c.body(body, 200, { 'content-type': 'text/event-stream', ...asItComes })

  return {
    scenarios(c: Context) {
      const { tag } = c.req.query()
      const tags = [...new Set(scenarios.flatMap((entry) => entry.tags))].sort()
      if (tag !== undefined) checkWord('tag', tag, tags)
      const entries = scenarios.filter((entry) => tag === undefined || entry.tags.includes(tag))
      return c.json({ schema: 1, entries } satisfies ListOutput)
    },

    async explain(c: Context) {
      // Its tables are as large as all the rest.
      const { explain } = await import('../../explain/explain.ts')
      return c.json(explain(c.req.query('q') ?? ''))
    },

    ca: (c: Context) => c.text(live.servers.ca.pem, 200, { 'content-type': 'application/x-pem-file' }),

    async revoke(c: Context) {
      const certificate = textIn(await jsonOf(c, ['certificate'] satisfies (keyof Revocation)[]), 'certificate')
      const { id } = resolveScenario(certificate)
      throw new MockmailError(
        'NOT_REVOCABLE',
        `'${id}' cannot be revoked while the servers run. Allowed: the scenario 'revoked', whose certificate is revoked from the start.`,
        { allowed: ['revoked'] },
      )
    },

    events: (c: Context) => streamed(c, feed.open()),

    holdLeases: (c: Context) => streamed(c, leases.hold()),

    async lease(c: Context) {
      const body = await jsonOf(c, wishMembers)
      for (const name of ['twins', 'files']) {
        if (typeof body[name] !== 'boolean') throw invalid(name, body[name], ['true', 'false'])
      }
      const wish = {
        scenarios: textsIn(body, 'scenarios').map((scenario) => resolveScenario(scenario).id),
        protocols: textsIn(body, 'protocols').map(checkProtocol),
        modes: textsIn(body, 'modes').map(checkMode),
        twins: body['twins'] === true,
      }
      return c.json(await leases.lend(textIn(body, 'holder'), wish, { files: body['files'] === true }), 201)
    },

    async giveBack(c: Context) {
      await leases.giveBack(c.req.param('id') ?? '')
      return c.body(null, 204)
    },

    async openapi(c: Context) {
      const text = await readFile(new URL('schemas/openapi.json', packageFolder()), 'utf8')
      return c.body(text, 200, { 'content-type': 'application/json' })
    },
  }
}
