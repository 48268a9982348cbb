import { marks } from '../../check/reporters/html/parts.ts'

/** The live page's only script: it reads events, draws what is new, and switches scenarios. */
export const script = `
'use strict'
{
  const marks = ${JSON.stringify(marks)}
  const mostRows = 200
  // It stays in memory: an address may be kept, or shown to others.
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
  history.replaceState(null, '', location.pathname)
  const at = (id) => document.getElementById(id)
  const headers = { authorization: 'Bearer ' + token }

  const say = (text, wrong = false) => {
    at('state').textContent = text
    at('state').classList.toggle('wrong', wrong)
  }
  const ask = async (method, path, body) => {
    const answer = await fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (answer.ok) return answer
    throw new Error((await answer.json()).message)
  }
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties)
    element.append(...children)
    return element
  }
  const mark = (verdict) => make('span', { className: 'mark ' + verdict, ariaHidden: 'true' }, marks[verdict] ?? '')
  const place = ({ protocol, mode }) => protocol + '/' + mode

  // One dialog shows whatever was opened last.
  const open = (...children) => {
    const close = make('button', { className: 'close', textContent: '✕', ariaLabel: 'Close', onclick: () => at('detail').hidePopover() })
    at('detail').replaceChildren(make('header', {}, make('span'), close), ...children)
    at('detail').showPopover()
    close.focus()
  }
  const failed = (error) => open(make('p', { className: 'sentence', textContent: String(error.message) }))

  const rows = new Map()
  const draw = (endpoint) => {
    const known = rows.get(endpoint.id)
    const row = known?.row ?? at('endpoints').tBodies[0].insertRow()
    const cameTo = make('td', {}, 'nothing yet')
    const count = make('td', { className: 'number' }, '0')
    const input = make('input', { ariaLabel: 'Another scenario for ' + endpoint.id, placeholder: endpoint.scenario, autocomplete: 'off', spellcheck: false })
    input.setAttribute('list', 'scenarios')
    const form = make('form', {}, input, make('button', { textContent: 'switch' }))
    form.onsubmit = (event) => {
      event.preventDefault()
      if (input.value) ask('PUT', '/api/v1/endpoints/' + endpoint.id, { scenario: input.value.trim() }).catch(failed)
    }
    row.replaceChildren(
      make('th', { scope: 'row', textContent: endpoint.scenario + (endpoint.role ? ' (' + endpoint.role + ')' : '') }),
      make('td', { textContent: place(endpoint) }),
      make('td', { className: 'number', textContent: endpoint.port }),
      cameTo,
      count,
      make('td', {}, form),
    )
    rows.set(endpoint.id, { row, cameTo, count })
  }
  const remove = ({ id }) => {
    rows.get(id)?.row.remove()
    rows.delete(id)
  }

  // What an endpoint has come to is asked for when it has been quiet for a while, of a few at a time.
  const wanted = new Set()
  let asking = 0
  const judge = (id) => {
    wanted.add(id)
    setTimeout(judgeNext, 400)
  }
  const judgeNext = () => {
    const [id] = wanted
    if (id === undefined || asking >= 3) return
    wanted.delete(id)
    asking++
    ask('GET', '/api/v1/endpoints/' + id + '/outcome?settle=0')
      .then((answer) => answer.json())
      .then((outcome) => {
        const row = rows.get(id)
        if (!row) return
        row.cameTo.replaceChildren(mark(outcome.verdict), outcome.outcome === 'not-reached' ? outcome.detail : outcome.outcome)
        row.count.textContent = outcome.connections
      })
      .catch(() => {})
      .finally(() => {
        asking--
        judgeNext()
      })
  }

  const add = (list, item) => {
    list.prepend(item)
    while (list.childElementCount > mostRows) list.lastElementChild.remove()
    at(list.id + '-none').hidden = true
  }
  const time = (when) => make('span', { className: 'time', textContent: when.toTimeString().slice(0, 8) })

  const showConnection = (endpoint, id) =>
    ask('GET', '/api/v1/endpoints/' + endpoint + '/connections/' + id + '/view')
      .then((answer) => answer.text())
      .then((html) => open(make('div', { innerHTML: html })))
      .catch(failed)
  const showMessage = (id) =>
    ask('GET', '/api/v1/messages/' + id)
      .then((answer) => answer.json())
      .then(({ from, to, subject, parsed, raw }) => open(
        make('h2', { textContent: parsed.subject ?? subject ?? '(no subject)' }),
        make('p', { className: 'faint', textContent: from + ' → ' + to.join(', ') }),
        make('pre', { textContent: parsed.text ?? '' }),
        make('h3', { textContent: 'Source' }),
        make('pre', { textContent: atob(raw).slice(0, 65536) }),
      ))
      .catch(failed)

  const on = {
    ready: ({ endpoints }) => {
      endpoints.forEach(draw)
      for (const { id } of endpoints) judge(id)
      say('listening')
    },
    endpoint: (event) => {
      if (event.change === 'removed') return remove(event)
      draw(event)
    },
    connection: (event) => {
      const button = make('button', { onclick: () => showConnection(event.endpoint, event.record.id) },
        time(new Date(event.record.openedAt)),
        mark(event.verdict),
        make('span', { className: 'scenario', textContent: event.scenario }),
        make('span', { className: 'place', textContent: place(event) }),
        event.outcome + ' ' + (event.qualifier ?? event.detail),
      )
      add(at('connections'), make('li', {}, button))
      judge(event.endpoint)
    },
    message: (event) => {
      const button = make('button', { onclick: () => showMessage(event.id) },
        time(new Date()),
        make('span', { className: 'place', textContent: place(event) + (event.secure ? '' : ', in clear') }),
        event.from + ' → ' + event.to.join(', '),
      )
      add(at('messages'), make('li', {}, button))
    },
    lost: ({ count }) => say(count + ' events came faster than this page reads, and are not shown', true),
  }

  // Of many events at once a few are drawn in a turn.
  const waiting = []
  let drawing = false
  const drawNext = () => {
    const until = performance.now() + 10
    while (waiting.length > 0 && performance.now() < until) {
      const [, event, data] = /^event: (.*)\\ndata: (.*)$/.exec(waiting.shift()) ?? []
      if (event in on) on[event](JSON.parse(data))
    }
    drawing = waiting.length > 0
    if (drawing) setTimeout(drawNext)
  }
  const read = async () => {
    const { body } = await ask('GET', '/api/v1/events')
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    for (let rest = ''; ; ) {
      const { value, done } = await reader.read()
      if (done) return say('mockmail has ended', true)
      const events = (rest + value).split('\\n\\n')
      rest = events.pop()
      waiting.push(...events)
      if (!drawing && waiting.length > 0) {
        drawing = true
        setTimeout(drawNext)
      }
    }
  }
  const begin = async () => {
    const { entries } = await (await ask('GET', '/api/v1/scenarios')).json()
    at('scenarios').append(...entries.filter(({ available }) => available !== false).map(({ id }) => make('option', { value: id })))
    await read()
  }
  if (token === '') say('Open the address that mockmail has printed: the token behind # is missing.', true)
  else begin().catch((error) => say(error.message === 'network error' ? 'mockmail has ended' : error.message, true))
}
`
