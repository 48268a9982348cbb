import type { Context } from 'hono'
import { turn } from '../../clock.ts'
import { MockmailError } from '../../errors.ts'
import { endpointOf } from '../../fleet/events.ts'
import type { Changed } from '../../fleet/live.ts'
import { checkMode, checkPort, checkProtocol, checkWord } from '../../fleet/options.ts'
import type { ConnectionRecord } from '../../record/record.ts'
import { connectionView } from '../page/connection.ts'
import { asItComes, jsonOf, numberOf, textIn } from '../request.ts'
import type { Control } from '../server.ts'
import type { ChangedEndpoint, EndpointList, NewEndpoint, Switch } from '../types.ts'

/** Milliseconds that anybody may ask to be kept waiting. */
const longestWait = 60_000

/** What can be asked of endpoints and their runs. */
export const endpointRoutes = ({ live, judge, parts }: Control) => {
  const changed = ({ server, caChanged }: Changed): ChangedEndpoint => ({
    schema: 1,
    ...endpointOf(live.servers, server),
    caChanged,
  })
  const idOf = (c: Context): string => c.req.param('id') ?? ''

  return {
    listEndpoints(c: Context) {
      const endpoints = live.servers.endpoints.map((server) => endpointOf(live.servers, server))
      return c.json({ schema: 1, endpoints } satisfies EndpointList)
    },

    async openEndpoint(c: Context) {
      const body = await jsonOf(c, ['scenario', 'protocol', 'mode', 'port'] satisfies (keyof NewEndpoint)[])
      const { port } = body
      const place = {
        scenario: parts.scenarioOf(body['scenario'] ?? 'good'),
        protocol: checkProtocol(textIn(body, 'protocol')),
        mode: checkMode(textIn(body, 'mode')),
        ...(port !== undefined && { port: checkPort('port', port as number, { from: 0 }) }),
      }
      return c.json(changed(await live.add(place)), 201)
    },

    async switchEndpoint(c: Context) {
      live.endpoint(idOf(c))
      const { scenario } = await jsonOf(c, ['scenario'] satisfies (keyof Switch)[])
      return c.json(changed(await live.switch(idOf(c), parts.scenarioOf(scenario))))
    },

    async closeEndpoint(c: Context) {
      await live.remove(idOf(c))
      return c.body(null, 204)
    },

    resetEndpoint(c: Context) {
      live.reset(idOf(c))
      return c.body(null, 204)
    },

    async outcome(c: Context) {
      const server = live.endpoint(idOf(c))
      const settle = numberOf(c, 'settle', longestWait)
      const { control = 'required', require } = c.req.query()
      checkWord('control', control, ['required', 'off'])
      if (require !== undefined) checkWord('require', require, ['revocation'])
      const outcome = await judge.outcome(server, {
        ...(settle !== undefined && { settle }),
        requireRevocation: require === 'revocation',
        control: control === 'off' ? 'off' : 'required',
      })
      return c.json(outcome)
    },

    connectionView(c: Context) {
      const server = live.endpoint(idOf(c))
      const id = c.req.param('connection')
      const record = server.connections.find((one) => one.id === id)
      if (record) return c.html(connectionView(record, server.resolved, live.chainOf(server, record)))
      throw new MockmailError(
        'NO_SUCH_CONNECTION',
        `There is no connection '${id}' in this run of '${server.id}', or none any more.`,
      )
    },

    connections(c: Context) {
      const server = live.endpoint(idOf(c))
      const newest = numberOf(c, 'newest', 1000)
      const { open } = c.req.query()
      if (open !== undefined) checkWord('open', open, ['only'])
      const wanted = server.connections.filter(({ end }) => open === undefined || end === null)
      return c.body(listOf(newest === undefined ? wanted : wanted.slice(wanted.length - newest)), 200, {
        'content-type': 'application/json',
        ...asItComes,
      })
    },
  }
}

/** A list of records, one in a turn: a thousand of them may be a few hundred mebibytes. */
function listOf(records: readonly ConnectionRecord[]): ReadableStream<Uint8Array> {
  const parts = function* (): Generator<string> {
    yield '{"schema":1,"connections":['
    for (const [index, record] of records.entries()) yield `${index === 0 ? '' : ','}${JSON.stringify(record)}`
    yield ']}'
  }
  const left = parts()
  return new ReadableStream(
    {
      async pull(controller) {
        await turn()
        const { value, done } = left.next()
        if (done) controller.close()
        else controller.enqueue(Buffer.from(value))
      },
    },
    { highWaterMark: 0 },
  )
}
