import { expect, it } from 'vitest'
import { readRecording } from '../../scripts/measure/recording.ts'
import { sessionClients } from '../support/clients/all.ts'
import { citation } from '../support/clients/client.ts'
import { coreScenarios, sessionsOf } from '../support/clients/play.ts'
import { describeSessions } from '../support/clients/sessions.ts'

/** What a client does that is told nothing about certificates. */
const clients = sessionClients.filter(({ byDefault }) => byDefault.isAsked !== false)

for (const client of clients) describeSessions(client, coreScenarios, 'machine')

it('cites a source for each client that it finds unsafe', () => {
  const unsafe = clients.filter((client) =>
    readRecording(sessionsOf(client)).rows.some(
      ({ given, server }) => given === 'machine' && /^(?:leaked|fooled|accepted) .*fail$/.test(server ?? ''),
    ),
  )
  expect(unsafe.length).toBeGreaterThan(3)
  for (const { name, byDefault } of unsafe) {
    expect([name, byDefault.source ?? '']).toEqual([name, expect.stringMatching(citation)])
  }
})
