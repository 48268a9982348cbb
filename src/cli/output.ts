/** Where a command writes. stdout carries results only; everything else goes to stderr. */
export interface Output {
  result(line: string): void
  note(line: string): void
  readonly width: number
}

/**
 * The process's own streams. A reader that goes away is no error of ours: `onGone` is called once, and nothing more is
 * written.
 */
export function processOutput(onGone: () => void): Output {
  let gone = false
  const lost = (): void => {
    if (gone) return
    gone = true
    onGone()
  }
  process.stdout.on('error', lost)
  process.stderr.on('error', () => {})
  return {
    result(line) {
      if (!gone) process.stdout.write(`${line}\n`)
    },
    note(line) {
      process.stderr.write(`${line}\n`)
    },
    width: Math.min(process.stdout.columns ?? 80, 120),
  }
}
