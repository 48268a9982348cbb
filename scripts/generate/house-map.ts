import { purposes } from '../house.ts'

const marks = { begin: '<!-- rooms: written by npm run generate -->', end: '<!-- end of rooms -->' } as const

/** The page of the house, its table of rooms as lint knows them. */
export function houseMap(page: string): string {
  const [before, rest] = page.split(marks.begin)
  const after = rest?.split(marks.end)[1]
  if (before === undefined || after === undefined) {
    throw new Error(`docs/map.md must hold '${marks.begin}' and '${marks.end}'.`)
  }
  const rows = Object.entries(purposes)
    .reverse()
    .map(([room, purpose]) => `| \`src/${room}\` | ${purpose} |`)
  return [
    `${before}${marks.begin}`,
    '| room | what it is for |',
    '| --- | --- |',
    ...rows,
    `${marks.end}${after}`,
  ].join('\n')
}
