import { fork } from 'node:child_process'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { createHostility } from './hostile-input.mjs'
import { row } from './report.mjs'

/** Sessions at a time. */
const width = 16

/** Milliseconds that an input may stay without an answer before the next is sent: not everything deserves one. */
const patience = 2

/** Milliseconds after the client's FIN in which the server has to close. */
const longest = 10_000

/** A client that behaves well, next to those that do not. */
const well = {
  smtp: { ask: 'NOOP\r\n', answer: /^250 / },
  imap: { ask: 'x NOOP\r\n', answer: /^x OK/m },
  pop3: { ask: 'CAPA\r\n', answer: /^\+OK[\s\S]*\r\n\.\r\n$/ },
}

/** Generated inputs over TCP to a server in a process of its own; the goal is that nothing at all goes wrong. */
export async function measureHostile({ inputs }) {
  const rows = []
  for (const [index, protocol] of Object.keys(well).entries()) {
    const result = await assault(protocol, { inputs, seed: index + 1 })
    const { unharmed, ...facts } = result
    const { failures, asked, slowest } = unharmed
    process.stderr.write(`${protocol}: ${JSON.stringify({ ...facts, unharmed: { failures, asked, slowest } })}\n`)
    rows.push(
      row({
        what: `hostile, ${protocol}: harm in ${result.sent} inputs`,
        unit: '',
        samples: [result.hung + result.defects.length + failures + (result.alive ? 0 : 1)],
        goal: { text: '0', met: ({ ours }) => ours === 0 },
      }),
      row({ what: `hostile, ${protocol}: largest resident memory`, unit: 'MB', samples: [result.resident] }),
      row({
        what: `hostile, ${protocol}: answer to others`,
        samples: unharmed.times,
      }),
    )
  }
  return rows
}

async function assault(protocol, { inputs, seed }) {
  const child = fork(fileURLToPath(new URL('probes/hostile-server.mjs', import.meta.url)), [protocol])
  const said = listen(child)
  const { ports } = await said.next()
  const hostility = createHostility(protocol, seed)
  const tally = { sent: 0, sessions: 0, hung: 0 }
  const bystander = watch(ports[0], well[protocol])
  let resident = 0
  const attacker = async () => {
    while (tally.sent < inputs && child.exitCode === null) {
      const session = hostility.session()
      const { sent, closed } = await attack(ports[tally.sessions++ % ports.length], session)
      tally.sent += sent
      if (!closed) tally.hung++
      if (tally.sessions % 1000 === 0) resident = Math.max(resident, (await said.ask('report')).resident)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: width }, attacker))
  const seconds = (performance.now() - started) / 1000
  const unharmed = await bystander.stop()
  const { defects } = await said.ask('close')
  const code = await said.exit
  return { ...tally, seconds, resident, alive: code === 0, defects, unharmed }
}

/** Sends one session's inputs, each when the last was answered or had its time, then FIN. */
async function attack(port, session) {
  const socket = net.connect({ port, host: '127.0.0.1' })
  let over = false
  let wake = () => {}
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('data', () => wake()).on('error', () => {})
  socket.on('end', () => {
    over = true
    wake()
  })
  closed.then(() => {
    over = true
    wake()
  })
  const answer = (limit) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, limit)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  await answer(longest)
  let sent = 0
  for (const input of session) {
    if (over) break
    if (input.length > 0) {
      const answered = answer(patience)
      socket.write(input)
      await answered
    }
    sent++
  }
  socket.end()
  const timer = setTimeout(() => socket.destroy(new Error('hung')), longest)
  const failed = new Promise((resolve) => socket.once('error', (error) => resolve(error.message)))
  const how = await Promise.race([closed.then(() => 'closed'), failed])
  clearTimeout(timer)
  return { sent, closed: how !== 'hung' }
}

/** One connection that asks the same again and again, and must be answered all the time. */
function watch(port, { ask, answer }) {
  const times = []
  let failures = 0
  let running = true
  const run = async () => {
    const socket = net.connect({ port, host: '127.0.0.1' })
    let text = ''
    let wake = () => {}
    const gone = () => {
      if (running) failures++
      running = false
      wake()
    }
    socket.on('error', gone).on('close', gone)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      wake()
    })
    const until = (pattern) =>
      new Promise((resolve) => {
        wake = () => {
          if (running && !pattern.test(text)) return
          text = ''
          resolve()
        }
        wake()
      })
    await until(/\r\n/)
    while (running) {
      const started = performance.now()
      const answered = until(answer)
      socket.write(ask)
      await answered
      times.push(performance.now() - started)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    socket.destroy()
  }
  const finished = run()
  return {
    async stop() {
      running = false
      await finished
      return { failures, asked: times.length, slowest: Math.max(...times), times }
    },
  }
}

/** The messages of a child, one after the other. */
function listen(child) {
  const waiting = []
  child.on('message', (message) => waiting.shift()?.(message))
  const next = () => new Promise((resolve) => waiting.push(resolve))
  const exit = new Promise((resolve) =>
    child.once('exit', (code) => {
      for (const resolve of waiting.splice(0)) resolve({ defects: ['the server process is gone'] })
      resolve(code)
    }),
  )
  return {
    next,
    exit,
    ask(message) {
      if (!child.connected) return Promise.resolve({ defects: ['the server process is gone'] })
      const answered = next()
      child.send(message)
      return answered
    },
  }
}
