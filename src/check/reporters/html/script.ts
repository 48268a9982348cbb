/** The page's only script: filters, and the address that keeps them. Dialogs open without it. */
export const script = `
'use strict'
{
  const form = document.getElementById('filters')
  const table = document.getElementById('matrix')
  const shown = document.getElementById('shown')
  const places = [...table.querySelectorAll('tbody td[data-scenario]')]
  const findings = [...document.querySelectorAll('#findings > li')]

  const fits = (element, { verdict, protocol, mode, text }) => {
    const { dataset } = element
    return (
      (verdict.length === 0 || verdict.includes(dataset.verdict)) &&
      (protocol.length === 0 || protocol.includes(dataset.protocol)) &&
      (mode.length === 0 || mode.includes(dataset.mode)) &&
      dataset.scenario.toLowerCase().includes(text)
    )
  }

  const filter = () => {
    const data = new FormData(form)
    const wanted = {
      verdict: data.getAll('verdict'),
      protocol: data.getAll('protocol'),
      mode: data.getAll('mode'),
      text: data.get('text').trim().toLowerCase(),
    }
    const columns = new Set()
    let count = 0
    for (const row of table.tBodies[0].rows) {
      let any = false
      for (const place of row.cells) {
        if (!place.dataset.scenario) continue
        const fit = fits(place, wanted)
        place.firstElementChild.hidden = !fit
        if (!fit) continue
        any = true
        count++
        columns.add(place.dataset.column)
      }
      row.hidden = !any
    }
    for (const one of table.querySelectorAll('[data-column]')) one.hidden = !columns.has(one.dataset.column)
    for (const group of table.querySelectorAll('[data-columns]')) {
      const left = group.dataset.columns.split(' ').filter((column) => columns.has(column)).length
      group.hidden = left === 0
      group.colSpan = Math.max(1, left)
    }
    for (const finding of findings) finding.hidden = !fits(finding, wanted)
    table.hidden = count === 0
    document.getElementById('findings-section').hidden = !findings.some((finding) => !finding.hidden)
    shown.textContent = count === places.length ? count + ' checks' : count === 0 ? 'No check fits.' : count + ' of ' + places.length + ' checks'
  }

  // The address keeps what is shown, so that it can be sent to someone.
  const keep = () => {
    const kept = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''))
    const open = document.querySelector('.cell:popover-open')
    if (open) kept.set('cell', open.id)
    history.replaceState(null, '', '#' + kept)
  }

  const restore = () => {
    const kept = new URLSearchParams(location.hash.slice(1))
    for (const box of form.querySelectorAll('input[type=checkbox]')) box.checked = kept.getAll(box.name).includes(box.value)
    form.elements.text.value = kept.get('text') ?? ''
    filter()
    const cell = document.getElementById(kept.get('cell') ?? '')
    if (cell && cell.matches('.cell:not(:popover-open)')) cell.showPopover()
  }

  form.addEventListener('input', () => {
    filter()
    keep()
  })
  form.addEventListener('reset', () => setTimeout(() => {
    filter()
    keep()
  }))
  form.addEventListener('submit', (event) => event.preventDefault())
  for (const cell of document.querySelectorAll('.cell')) cell.addEventListener('toggle', keep)
  addEventListener('hashchange', restore)
  const filtering = document.getElementById('filtering')
  filtering.hidden = false
  restore()
  // On a phone they would push the matrix off the screen; filters that are in force are always seen.
  filtering.open = innerWidth > 640 || [...new FormData(form)].some(([, value]) => value !== '')
}
`
