import type { TlsEngine } from '../engine.ts'
import type { ScriptEngineOptions } from './engine.ts'

/** The scripted engine, which is loaded with the first connection that it has to serve. */
export function scriptedEngine(options: ScriptEngineOptions): TlsEngine {
  let engine: Promise<TlsEngine> | undefined
  return {
    async accept(raw, opening, limits) {
      engine ??= import('./engine.ts').then(({ ScriptEngine }) => new ScriptEngine(options))
      return (await engine).accept(raw, opening, limits)
    },
  }
}
