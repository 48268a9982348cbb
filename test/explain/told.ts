import { type ErrorExplanation, explain, type ScenarioExplanation } from '../../src/explain/explain.ts'

export const scenario = (text: string): ScenarioExplanation => {
  const explanation = explain(text)
  if (explanation.kind !== 'scenario') throw new Error(`${text} was taken for an error`)
  return explanation
}

export const error = (text: string): ErrorExplanation => {
  const explanation = explain(text)
  if (explanation.kind !== 'error') throw new Error(`${text} was taken for a scenario`)
  return explanation
}

export const codeOf = (text: string): { code?: string; exitCode?: number; message: string } => {
  try {
    explain(text)
  } catch (thrown) {
    return thrown as { code: string; message: string }
  }
  throw new Error('nothing was thrown')
}
