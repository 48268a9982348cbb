import { judgeOfMany, judgeOfProcesses } from './ask.ts'
import { batched, type Interpreters } from './batched.ts'
import type { Judge } from './judge.ts'
import { mono } from './mono.ts'
import { spawned } from './spawned.ts'

/** Every judge that dials, with the interpreters that were named besides those on the path. */
export const judgesWith = (interpreters: Interpreters): readonly Judge[] => [
  ...spawned.map(judgeOfProcesses),
  ...batched(interpreters).map(judgeOfMany),
  mono,
]

/** Every judge that needs nothing but programs on the path. */
export const judges: readonly Judge[] = judgesWith({ node: [], python: [], java: [], dotnet: [] })
