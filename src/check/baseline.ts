import { readFileSync } from 'node:fs'
import { MockmailError } from '../errors.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import { type Verdict, verdicts } from '../verdicts/findings.ts'
import type { CheckCell, CheckReport } from './report.ts'
import { countVerdicts } from './run.ts'

/** What is known to be so, and why it may stay so. */
export interface BaselineCell {
  readonly scenario: string
  readonly protocol: string
  readonly mode: string
  readonly verdict: Verdict
  /** The outcome's word; any when absent. */
  readonly outcome?: string
  readonly why: string
}

/**
 * Reads a baseline: `{ "cells": [{ "scenario", "protocol", "mode", "verdict", "outcome"?, "why" }] }`.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function readBaseline(file: string): readonly BaselineCell[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new MockmailError('INVALID_OPTION', `--baseline ${file} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    })
  }
  const cells: unknown = (parsed as { cells?: unknown } | null)?.cells
  if (!Array.isArray(cells)) throw new MockmailError('INVALID_OPTION', `--baseline ${file} has no list 'cells'.`)
  for (const [index, cell] of (cells as (Partial<BaselineCell> | null)[]).entries()) {
    const missing = ['scenario', 'protocol', 'mode', 'why'].find(
      (key) => typeof cell?.[key as keyof BaselineCell] !== 'string',
    )
    const wrong = missing ?? ((verdicts as readonly string[]).includes(cell?.verdict ?? '') ? undefined : 'verdict')
    if (wrong !== undefined) {
      throw new MockmailError(
        'INVALID_OPTION',
        `--baseline ${file}: cell ${index + 1} has no ${wrong}. Each needs scenario, protocol, mode, why and a verdict (${verdicts.join(', ')}).`,
      )
    }
  }
  return resolved(file, cells as BaselineCell[])
}

/** Aliases become ids, as in the report. A cell is known for one thing only. */
function resolved(file: string, cells: readonly BaselineCell[]): readonly BaselineCell[] {
  const known = new Map<string, BaselineCell>()
  for (const [index, cell] of cells.entries()) {
    const told = { ...cell, scenario: idOf(cell.scenario) }
    if (known.has(keyOf(told))) {
      throw new MockmailError(
        'INVALID_OPTION',
        `--baseline ${file}: cell ${index + 1} is ${keyOf(told)} a second time.`,
      )
    }
    known.set(keyOf(told), told)
  }
  return [...known.values()]
}

/** A part of the user's own is known to nobody here, and stays as it is. */
function idOf(scenario: string): string {
  try {
    return resolveScenario(scenario).id
  } catch {
    return scenario
  }
}

/** What a baseline speaks of and the report does not. */
export const unmatched = ({ cells }: CheckReport, baseline: readonly BaselineCell[]): readonly string[] => {
  const there = new Set(cells.map(keyOf))
  return baseline.map(keyOf).filter((key) => !there.has(key))
}

/**
 * Compares a report with what was known: a cell that is as the baseline says fails nothing, and a change in either direction
 * does.
 */
export function withBaseline(report: CheckReport, baseline: readonly BaselineCell[]): CheckReport {
  const known = new Map(baseline.map((cell) => [keyOf(cell), cell]))
  let surprises = 0
  const cells = report.cells.map((cell): CheckCell => {
    const expected = known.get(keyOf(cell))
    const same = expected
      ? cell.verdict === expected.verdict && (expected.outcome === undefined || cell.outcome === expected.outcome)
      : cell.verdict === 'pass' || cell.verdict === 'note'
    if (!same) surprises++
    if (!expected) return cell
    if (same) return { ...cell, known: expected.why }
    return { ...cell, baseline: { verdict: expected.verdict, outcome: expected.outcome ?? '', why: expected.why } }
  })
  return {
    ...report,
    cells,
    counts: countVerdicts(cells),
    verdict: surprises === 0 && cells.length > 0 && !report.partial ? 'pass' : 'fail',
  }
}

const keyOf = ({ scenario, protocol, mode }: Pick<BaselineCell, 'scenario' | 'protocol' | 'mode'>): string =>
  `${scenario} ${protocol}/${mode}`
