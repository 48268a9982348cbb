export { type CheckOptions, checkClient } from './check/check-client.ts'
export type { CheckCell, CheckReport, ClientEnd, ClientFlag } from './check/report.ts'
export type { ApiOptions } from './control/api-options.ts'
export { type StartServersOptions, startMailServers } from './control/start.ts'
export { MockmailError, type MockmailErrorCode } from './errors.ts'
export type { MailServer } from './fleet/mail-server.ts'
export type { ApiAddress } from './fleet/mail-servers.ts'
export type { MessageFilter, ParsedAddress, ParsedAttachment, ParsedMessage, ReceivedMessage } from './fleet/message.ts'
export type { RunOptions } from './fleet/options.ts'
export type { PortOptions } from './fleet/ports.ts'
export type { SettleOptions, WaitOptions } from './fleet/served.ts'
export {
  type EndpointQuery,
  type MailServers,
  type StartOneOptions,
  type StartOptions,
  startMailServer,
} from './fleet/start.ts'
export type * from './record/record.ts'
export { formatTranscript } from './record/transcript.ts'
export { answer, type Bytes as QuirkBytes, canary, date, line, marker, next, self, tag } from './scenarios/bytes.ts'
export type { CheckedScenario, ScenarioId, WithChecked, WithCheckedList } from './scenarios/checked.ts'
export {
  algorithm,
  append,
  at,
  chainOf,
  cut,
  days,
  dn,
  fill,
  flipBit,
  generalizedTime,
  generalNames,
  hex,
  host,
  label,
  param,
  parent,
  pem,
  replaceBytes,
  seconds,
  series,
  servername,
  text,
  utcTime,
} from './scenarios/define.ts'
export {
  alert,
  below,
  close,
  drip,
  type Effect,
  type EffectContext,
  type EffectFunction,
  type Effects,
  hold,
  inject,
  on,
  type Refusal,
  refuse,
  repeat,
  reply,
  type Step,
  send,
  silent,
  stayInClear,
  upgrade,
  type When,
  wait,
} from './scenarios/effects.ts'
export type * from './scenarios/entry.ts'
export type { FineName, Plant, PlantKind } from './scenarios/fine-names.ts'
export { type ListedEntry, type ListedParameter, type ListedValue, scenarios } from './scenarios/listing.ts'
export { defineCertificate, defineQuirk, type OwnCertificate, type OwnQuirk } from './scenarios/own.ts'
export type * from './scenarios/quirk-words.ts'
export type { Recipe } from './scenarios/recipe/recipe.ts'
export type { Part, PartId } from './scenarios/registry.ts'
export type {
  ConnectionParts,
  DefinedPart,
  Expectation,
  Scenario,
  ScenarioInput,
  ScenarioPart,
} from './scenarios/scenario.ts'
export type * from './scenarios/vocabulary.ts'
export type { Grade, OutcomeWord, Verdict } from './verdicts/findings.ts'
export { judgeConnection, judgeRun } from './verdicts/judge.ts'
export type { Detail, Flag, Outcome, Qualifier } from './verdicts/outcome.ts'
export type { Proof, ProofStep, StartTlsState } from './verdicts/proof.ts'
export { type ClientError, reasonOf, reasonsOf, refusedFor } from './verdicts/reasons/reasons.ts'
export type { Judgement, JudgeOptions, RevocationRequirement } from './verdicts/verdict.ts'
