import { sessionClients } from '../support/clients/all.ts'
import { coreScenarios } from '../support/clients/play.ts'
import { describeSessions } from '../support/clients/sessions.ts'

for (const client of sessionClients) describeSessions(client, coreScenarios)
