// Refuses imports that go up through the rooms of the house, and files that nobody reads to their end.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { problemsOf } from './house.ts'

const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.mjs'], { encoding: 'utf8' })
const files = listed.split('\n').filter((path) => path !== '' && existsSync(path))
const problems = problemsOf(new Map(files.map((path) => [path, readFileSync(path, 'utf8')])))
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
else console.log(`The house stands: ${files.length} files.`)
