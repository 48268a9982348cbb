import type { Command } from 'commander'
import { MockmailError } from '../errors.ts'
import type { Explanation } from '../explain/explain.ts'
import type { ServingFlags } from './flags.ts'
import { processOutput } from './output.ts'

/** What `explain --json` prints. */
export type ExplainOutput = Explanation

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('what is wrong, what a correct client does, what clients say')
    .usage('[options] <scenario|text>')
    .argument('<text...>', 'a scenario, or an error text or code of any client; quote what has special characters')
    .option('--json', 'as one JSON object')
    // POP3 refuses with -ERR, and Apple counts downwards.
    .allowUnknownOption()
    .action(explainCommand)
}

/** Exit status for a text for which there is no scenario, though much may be known of it. */
const unserved = 3

async function explainCommand(words: readonly string[], { json }: Pick<ServingFlags, 'json'>): Promise<void> {
  const flag = words.find((word) => word.startsWith('--'))
  if (flag !== undefined) throw new MockmailError('UNKNOWN_OPTION', `'explain' has no flag ${flag}. Allowed: --json.`)
  const output = processOutput(() => process.exit())
  // The tables are only for this command, and the others start sooner without them.
  const { explain } = await import('../explain/explain.ts')
  const explanation: ExplainOutput = explain(words.join(' '))
  if (explanation.kind === 'error' && explanation.scenarios.length === 0) process.exitCode = unserved
  if (json) return output.result(JSON.stringify(explanation))
  const { formatExplanation } = await import('../explain/format.ts')
  for (const line of formatExplanation(explanation, Math.min(output.width, 80))) output.result(line)
}
