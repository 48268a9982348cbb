import type { CheckReport } from '../report.ts'

/** The report itself, as JSON on one line; whatever the client wrote is kept as it was. */
export const formatJson = (report: CheckReport): string => `${JSON.stringify(report)}\n`
