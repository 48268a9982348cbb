import type { ConnectionRecord } from '../record/record.ts'
import { resolveScenario, type ScenarioInput } from '../scenarios/scenario.ts'
import * as verdicts from './verdict.ts'

/**
 * Outcome and verdict of one connection, alone, from its record: one of `server.connections`, or a line of `--log`.
 *
 * @param scenario what the connection met; `record.scenario` names it, parts of your own have to be given
 * @throws {MockmailError} UNKNOWN_SCENARIO, CONFLICT
 */
export const judgeConnection = (
  record: ConnectionRecord,
  scenario: ScenarioInput = record.scenario,
  options: verdicts.JudgeOptions = {},
): verdicts.Judgement => verdicts.judgeConnection(record, resolveScenario(scenario), options)

/**
 * Outcome and verdict of a run: every connection to one endpoint, worst wins.
 *
 * @throws {MockmailError} UNKNOWN_SCENARIO, CONFLICT
 */
export const judgeRun = (
  records: readonly ConnectionRecord[],
  scenario: ScenarioInput,
  options: verdicts.JudgeOptions = {},
): verdicts.Judgement => verdicts.judgeRun(records, resolveScenario(scenario), options)
