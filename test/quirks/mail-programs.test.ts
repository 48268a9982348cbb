import { quirkClients } from '../support/clients/all.ts'
import { quirkScenarios } from '../support/clients/play.ts'
import { describeSessions } from '../support/clients/sessions.ts'

for (const client of quirkClients) describeSessions(client, quirkScenarios)
