import type { Mode, Protocol } from '../../src/index.ts'

/** A sentence of a field report, and how the project puts it on the bench. */
export interface ReportRow {
  /** What the report says. */
  readonly said: string
  readonly scenarios: readonly string[]
  /** Default: all three. */
  readonly protocols?: readonly Protocol[]
  readonly modes: readonly Mode[]
  /** What the report documents, or what a client must be able to tell. */
  readonly evidence: string
  /** What the tests do to show it. */
  readonly shown: string
}

/** A document that a vendor or an administrator wrote for their users, row by row. */
export interface Report<Id extends string = string> {
  /** Name of its page and of its test. */
  readonly slug: string
  readonly title: string
  readonly rows: Readonly<Record<Id, ReportRow>>
}

/** Declares a report; keeps the names of its rows literal, so that a test for each can be demanded. */
export const defineReport = <const Id extends string>(report: Report<Id>): Report<Id> => report

export const bothTls = ['implicit', 'starttls'] as const
export const everyMode = ['implicit', 'starttls', 'plain'] as const
