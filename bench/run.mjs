// Measures what docs/performance.md quotes. Every line is a ratio of two things that were measured in turn, in one run.
import { parseArgs } from 'node:util'
import { measureAbuse } from './abuse.mjs'
import { measureCheck } from './check.mjs'
import { measureCommandLine } from './command-line.mjs'
import { measureCycles } from './cycles.mjs'
import { measureGreeting } from './greeting.mjs'
import { measureHandshakes } from './handshakes.mjs'
import { measureHostile } from './hostile.mjs'
import { formatMachine, machine } from './machine.mjs'
import { formatRows } from './report.mjs'
import { measureScale } from './scale.mjs'
import { measureScript } from './script.mjs'
import { measureStart } from './start.mjs'
import { measureStartTls } from './starttls.mjs'
import { measureStop } from './stop.mjs'
import { measureWarm } from './warm.mjs'

const measures = {
  start: measureStart,
  'command-line': measureCommandLine,
  warm: measureWarm,
  scale: measureScale,
  handshakes: measureHandshakes,
  script: measureScript,
  starttls: measureStartTls,
  greeting: measureGreeting,
  stop: measureStop,
  cycles: measureCycles,
  check: measureCheck,
  abuse: measureAbuse,
}

const usage = `npm run bench -- [name...] [--json] [--rounds N] [--hostile N]
names: ${Object.keys(measures).join(' ')} (default: all of them)
--hostile sends N generated inputs to each protocol, and measures nothing else unless names are given`

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string' },
    hostile: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const unknown = names.filter((name) => !(name in measures))
if (flags.help || unknown.length > 0) {
  process.stderr.write(`${unknown.length > 0 ? `unknown: ${unknown.join(' ')}\n` : ''}${usage}\n`)
  process.exit(flags.help ? 0 : 2)
}

const rounds = flags.rounds === undefined ? {} : { rounds: Number(flags.rounds) }
const wanted = names.length > 0 ? names : flags.hostile === undefined ? Object.keys(measures) : []
const tell = (text) => process.stderr.write(`${text}\n`)

const started = machine()
const rows = []
tell(formatMachine(started))
for (const name of wanted) await take(name, () => measures[name](rounds))
if (flags.hostile !== undefined) await take('hostile', () => measureHostile({ inputs: Number(flags.hostile) }))

if (flags.json) process.stdout.write(`${JSON.stringify({ schema: 1, machine: started, rows })}\n`)
else process.stdout.write(`\n${formatRows(rows)}\n\n${formatMachine(machine())}\n`)
const missed = rows.filter(({ met }) => met === false)
tell(
  missed.length === 0 ? 'Every goal is met.' : `${missed.length} missed: ${missed.map(({ what }) => what).join('; ')}`,
)

async function take(name, measure) {
  tell(`\n${name} ...`)
  const taken = await measure()
  rows.push(...taken)
  tell(formatRows(taken))
}
