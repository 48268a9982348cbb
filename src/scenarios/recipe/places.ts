import type { Recipe } from './recipe.ts'

/** What the placeholders of a text stand for in a run. */
export interface Places {
  /** The name that is dialled. */
  readonly servername: string
  /** The address that the server listens on. */
  readonly host: string
}

/** Where no text has a placeholder. */
export const nowhere: Places = { servername: '', host: '' }

/** A text with its placeholders filled in. */
export const filledIn = (text: string, { servername, host }: Places): string => {
  if (!text.includes('{')) return text
  const dot = servername.indexOf('.')
  const known: Readonly<Record<string, string>> = {
    servername,
    host,
    label: dot < 0 ? servername : servername.slice(0, dot),
    parent: servername.slice(dot + 1),
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole)
}

/** A name with something above it and below its top, which every run has. */
const nameWithParent = 'mail.mockmail.test'

/** The places of a graph: where it speaks of what is above the name that is dialled, one is dialled that has something there. */
export const placesFor = (recipe: Recipe, run: Places): Places => {
  if (run.servername.split('.').length > 2 || !/\{(?:parent|label)\}/.test(JSON.stringify(recipe))) return run
  return { ...run, servername: nameWithParent }
}

/** What a client is to dial and to verify. */
export const dialledName = (recipe: Recipe, run: Places): string => {
  const places = placesFor(recipe, run)
  return recipe.dial === undefined ? places.servername : filledIn(recipe.dial, places)
}
