import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const here = (file) => fileURLToPath(new URL(file, import.meta.url))

/** The built command line. */
export const bin = here('../dist/bin.mjs')

/** Runs a probe in a process of its own and resolves to the object that it prints. */
export async function probe(name, args = [], flags = []) {
  const child = spawn(process.execPath, [...flags, here(`probes/${name}.mjs`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  const [code] = await new Promise((resolve) => child.once('close', (...end) => resolve(end)))
  if (code !== 0) throw new Error(`probe ${name} ${args.join(' ')} ended with ${code}`)
  return JSON.parse(said)
}

/** Milliseconds from spawning node with these arguments to its first line on stdout; the process is then ended. */
export async function firstLine(args) {
  const started = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise((resolve) => child.once('close', resolve))
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => chunk.includes('\n') && resolve())
    closed.then(() => reject(new Error(`node ${args.join(' ')} ended before its first line`)))
  })
  const elapsed = performance.now() - started
  child.kill()
  await closed
  return elapsed
}
