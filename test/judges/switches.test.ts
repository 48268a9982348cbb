import { describe, expect, it } from 'vitest'
import { defineQuirk, inject, type OwnQuirk, reply, send, startMailServer } from '../../src/index.ts'
import { runClient, type Switch } from './client.ts'

/** Faults that no entry of the catalogue has yet, so that later ones only add data. */
const own = (quirk: Omit<OwnQuirk, 'id' | 'summary' | 'layer' | 'because'>) =>
  defineQuirk({ id: 'a-fault', summary: 'A fault.', layer: 'session', because: 'it is one', ...quirk })

const untagged = own({
  protocols: ['imap'],
  modes: ['starttls'],
  expect: 'either',
  shows: ['acted-on-clear-state'],
  plants: [{ mailbox: '7XiYhgS7' }],
  at: { 'command:starttls': () => [inject('* LIST () "/" "7XiYhgS7"\r\n'), reply()] },
})

const capabilitiesChange = own({
  protocols: ['smtp'],
  modes: ['starttls'],
  expect: 'either',
  shows: ['acted-on-clear-state'],
  plants: [{ mechanism: 'PLAIN' }],
  capabilities: { remove: ['auth'], phase: 'tls' },
  at: {
    'command:capabilities': ({ secure }) =>
      secure ? undefined : [send('250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n')],
  },
})

const weakFallback = own({
  protocols: ['smtp', 'imap', 'pop3'],
  modes: ['implicit', 'starttls'],
  expect: 'accept',
  shows: ['downgraded-mech'],
  capabilities: { add: ['X-FAULT'] },
})

describe('a careless client on a fault of its own', () => {
  it.each<readonly [Switch, string, Parameters<typeof startMailServer>[0]]>([
    ['use-what-it-read', 'acted-on-clear-state', { protocol: 'imap', mode: 'starttls', scenario: untagged }],
    ['keep-capabilities', 'acted-on-clear-state', { protocol: 'smtp', mode: 'starttls', scenario: capabilitiesChange }],
    ['any-mechanism', 'downgraded-mech', { protocol: 'smtp', mode: 'starttls', scenario: weakFallback }],
    ['any-mechanism', 'downgraded-mech', { protocol: 'imap', mode: 'implicit', scenario: weakFallback }],
    ['any-mechanism', 'downgraded-mech', { protocol: 'pop3', mode: 'implicit', scenario: weakFallback }],
  ])('with %s earns %s, where the strict one passes, and is safe on good', async (careless, name, options) => {
    const seen = async (scenario: NonNullable<typeof options>['scenario'], switched?: Switch) => {
      await using server = await startMailServer({ ...options, scenario: scenario ?? 'good' })
      const { protocol, mode, host, port, servername, user, password, tls } = server
      const target = { protocol, mode: mode as 'starttls', host, port, servername, user, password, ca: tls.ca }
      await runClient(target, ...(switched ? [switched] : []))
      const { detail, verdict, proof } = await server.outcome({ settle: 10 })
      return { detail, verdict, fact: proof?.fact }
    }
    expect(await seen(options?.scenario, careless)).toMatchObject({ detail: name, fact: expect.any(String) })
    expect(await seen(options?.scenario)).toMatchObject({ detail: 'safe-continue', verdict: 'pass' })
    expect(await seen('good', careless)).toMatchObject({ detail: 'safe-continue', verdict: 'pass' })
  })
})
