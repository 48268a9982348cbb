import { entities, printable, withoutCommands } from '../../../text/printable.ts'

/** Makes text safe between tags and inside quoted attributes. */
export const escapeHtml = (text: string): string =>
  withoutCommands(
    printable(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
    entities,
  )
