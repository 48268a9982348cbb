import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Batched } from './batched.ts'
import type { Finding, Question, Target } from './findings.ts'
import type { Judge } from './judge.ts'
import { run } from './run.ts'
import type { Spawned } from './spawned.ts'

/** Processes of one program that run beside each other. */
const atATime = 4

/** A judge that is a process for each connection. */
export const judgeOfProcesses = (one: Spawned): Judge => ({
  ...one,
  async ask(question) {
    const findings: Finding[] = []
    const waiting = question.targets.entries()
    const work = async (): Promise<void> => {
      for (const [index, target] of waiting) findings[index] = await askAlone(one, target, index, question)
    }
    await Promise.all(Array.from({ length: atATime }, work))
    return findings
  },
})

async function askAlone(one: Spawned, target: Target, index: number, { ca, limit, directory }: Question) {
  const own = join(directory, String(index))
  mkdirSync(own)
  const configuration = one.configuration?.(target, ca, own)
  if (configuration) writeFileSync(join(own, 'configuration'), configuration, { mode: 0o600 })
  const input = one.input?.(target, ca) ?? ''
  const { output, status, late } = await run(one.command(target, ca, own), { input, limit: limit + 1000 })
  const errors = one.lines(output)
  const silent = late ? 'hung' : (one.accepts ?? [0]).includes(status ?? -1) ? 'accepted' : 'unsaid'
  const outcome = errors.length > 0 ? 'error' : silent
  const agreed = outcome === 'accepted' ? one.negotiated?.(output) : undefined
  const said = agreed === undefined ? errors : [{ code: null, text: agreed }]
  return { client: one.client ?? one.id, target, outcome, said } satisfies Finding
}

/** A judge that is one process for all connections. */
export const judgeOfMany = (one: Batched): Judge => ({
  ...one,
  async ask(question) {
    const { targets, limit } = question
    const { output, errors } = await run(one.command(question), {
      input: one.feed(question),
      limit: 120_000 + targets.length * limit,
      ...(one.environment && { environment: one.environment(question) }),
    })
    const findings = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .flatMap((line): readonly Finding[] => {
        const { index, client, ok, code, texts } = JSON.parse(line)
        const target = targets[index]
        const said = texts
          .filter((text: string) => !text.startsWith('no answer within'))
          .map((text: string) => ({ code, text }))
        const outcome = ok ? 'accepted' : said.length > 0 ? 'error' : 'hung'
        return target ? [{ client, target, outcome, said }] : []
      })
    if (findings.length === 0)
      console.error(`  ${one.id} said nothing: ${errors.trim().split('\n').slice(-2).join(' ')}`)
    return findings
  },
})
