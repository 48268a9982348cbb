import type { EndpointEvent } from '../fleet/events.ts'
import { modes, protocols } from '../scenarios/vocabulary.ts'

/** Blanks between columns: as many as there is room for. */
const gaps = [2, 1] as const

/** One row per scenario and one column per protocol and mode; where that is wider than `width`, one block per protocol. */
export function formatEndpoints(endpoints: readonly EndpointEvent[], width: number): string {
  const columns = protocols
    .flatMap((protocol) => modes.map((mode) => ({ protocol, mode })))
    .filter(({ protocol, mode }) =>
      endpoints.some((endpoint) => endpoint.protocol === protocol && endpoint.mode === mode),
    )
  for (const gap of gaps) {
    const whole = block(endpoints, columns, gap)
    if (widest(whole) <= width) return whole.join('\n')
  }
  return protocols
    .map((protocol) =>
      block(
        endpoints,
        columns.filter((column) => column.protocol === protocol),
      ),
    )
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

type Column = Pick<EndpointEvent, 'protocol' | 'mode'>

function block(
  endpoints: readonly EndpointEvent[],
  columns: readonly Column[],
  gap: number = gaps[0],
): readonly string[] {
  if (columns.length === 0) return []
  const scenarios = [...new Set(endpoints.map(({ scenario }) => scenario))]
  const portOf = (scenario: string, { protocol, mode }: Column): string =>
    endpoints
      .filter((one) => one.scenario === scenario && one.protocol === protocol && one.mode === mode)
      .map(({ port }) => port)
      .join(',') || '-'
  const rows = scenarios
    .map((scenario) => [scenario, ...columns.map((column) => portOf(scenario, column))])
    .filter(([, ...ports]) => ports.some((port) => port !== '-'))
  return align(
    [['', ...columns.map(({ protocol }) => protocol)], ['scenario', ...columns.map(({ mode }) => mode)], ...rows],
    gap,
  )
}

/** Pads every cell to its column's width. */
export function align(rows: readonly (readonly string[])[], gap: number = gaps[0]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd((widths[column] ?? 0) + gap))
      .join('')
      .trimEnd(),
  )
}

const widest = (lines: readonly string[]): number => Math.max(0, ...lines.map((line) => line.length))
