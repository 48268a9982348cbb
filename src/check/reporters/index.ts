import type { CheckReport } from '../report.ts'
import { formatHtml } from './html.ts'
import { formatJson } from './json.ts'
import { formatJunit } from './junit.ts'
import { formatMarkdown } from './markdown.ts'
import { formatPretty, type PrettyOptions } from './pretty.ts'

/** The forms that a report can take. */
export type ReporterName = 'pretty' | 'json' | 'junit' | 'markdown' | 'html'

/** Turns a report into text; only `pretty` heeds the options. */
export type Reporter = (report: CheckReport, options: PrettyOptions) => string

/** Every reporter, by the name that `--reporter` takes. */
export const reporters: Readonly<Record<ReporterName, Reporter>> = {
  pretty: formatPretty,
  json: formatJson,
  junit: formatJunit,
  markdown: formatMarkdown,
  html: formatHtml,
}

export { formatHtml, formatJson, formatJunit, formatMarkdown, formatPretty, type PrettyOptions }
