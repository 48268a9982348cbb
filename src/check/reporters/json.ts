import type { CheckReport } from '../report.ts'

/** The report itself, as one JSON document; whatever the client wrote is kept as it was. */
export const formatJson = (report: CheckReport): string => `${JSON.stringify(report, null, 2)}\n`
