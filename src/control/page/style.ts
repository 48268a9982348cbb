import { style as ofReport } from '../../check/reporters/html/style.ts'

/** The style of the report, and what only the live page has. */
export const style = `${ofReport}
#state { color: var(--faint); }
#state.wrong { color: var(--fail); font-weight: 600; }
#endpoints td { min-width: 0; padding: .3rem .75rem .3rem 0; white-space: nowrap; }
#endpoints .number { text-align: end; font-variant-numeric: tabular-nums; }
#endpoints form { display: flex; gap: .35rem; }
#endpoints input, #endpoints td button {
  width: auto; min-height: 2.25rem; padding: 0 .6rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--raised); color: inherit; font: inherit; font-size: .875rem;
}
#endpoints input { width: 13rem; }
#connections, #messages { margin: 0; padding: 0; list-style: none; }
#connections li, #messages li { border-top: 1px solid var(--line); }
#connections button, #messages button {
  display: flex; flex-wrap: wrap; gap: .1rem .6rem; width: 100%; min-height: 2.25rem; align-items: center;
  padding: .2rem .25rem; border: 0; background: none; color: inherit; font: inherit; font-size: .9rem; text-align: start;
}
#connections button:hover, #messages button:hover { background: var(--raised); }
.time { color: var(--faint); font-variant-numeric: tabular-nums; }
#endpoints thead th { padding-left: 0; padding-right: .75rem; }
@media (max-width: 40rem) {
  #endpoints, #endpoints tbody { display: block; }
  #endpoints thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  #endpoints tr { display: flex; flex-wrap: wrap; gap: .1rem .75rem; align-items: baseline; padding: .4rem 0; border-top: 1px solid var(--line); }
  #endpoints tr > * { border: 0; padding: 0; font-size: .9rem; }
  #endpoints form { padding: .25rem 0; }
}
`
