/** The page's style: system fonts, no image, light or dark as the reader's system is. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; --raised: #f6f8fa; --link: #0550ae;
  --fail: #b3141d; --fail-paper: #ffe5e3; --note: #7a4d00; --note-paper: #fff3cf;
  --inconclusive: #6a3cb0; --inconclusive-paper: #f1e8ff; --pass: #11652b; --pass-paper: #e4f6e8; --proof: #fff1a8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1318; --ink: #e6edf3; --faint: #9aa5b1; --line: #333c47; --raised: #181e26; --link: #79b8ff;
    --fail: #ff9a93; --fail-paper: #4a1417; --note: #f0c05a; --note-paper: #3d2c05;
    --inconclusive: #cdb0ff; --inconclusive-paper: #2f2150; --pass: #7ddc95; --pass-paper: #10331c; --proof: #4d4210;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; max-width: 74rem; padding: 1rem clamp(.75rem, 3vw, 2rem) 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.1rem; font-weight: 600; color: var(--faint); }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
h4 { margin: .75rem 0 .25rem; font-size: .9rem; }
p { margin: .4rem 0; }
code, pre, tbody th, .scenario { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
code, .scenario, tbody th { font-size: .875em; overflow-wrap: anywhere; }
.command { font-size: 1.05rem; }
.result { font-size: 1.25rem; font-weight: 600; }
.faint, .legend { color: var(--faint); font-size: .875rem; }
strong.fail, .result.fail { color: var(--fail); }
strong.note { color: var(--note); }
strong.inconclusive { color: var(--inconclusive); }
strong.pass, .result.pass { color: var(--pass); }

#filtering { margin: 1rem 0 .5rem; }
#filtering summary { color: var(--faint); font-size: .9rem; cursor: pointer; padding: .4rem 0; }
#filters { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: end; margin: .25rem 0; }
fieldset { display: flex; flex-wrap: wrap; gap: .375rem; margin: 0; padding: 0; border: 0; }
legend, .search span { display: block; padding: 0 0 .2rem; color: var(--faint); font-size: .8rem; }
.choice {
  display: inline-flex; gap: .35rem; align-items: center; min-height: 2.25rem; padding: 0 .6rem;
  border: 1px solid var(--line); border-radius: .4rem; background: var(--raised); font-size: .9rem; cursor: pointer;
}
.choice:has(:checked) { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); font-weight: 600; }
.choice:has(:focus-visible) { outline: 3px solid var(--link); outline-offset: 1px; }
.choice input { position: absolute; opacity: 0; pointer-events: none; }
.choice small { color: var(--faint); }
input[type=search], button[type=reset] {
  min-height: 2.25rem; padding: 0 .6rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--raised); color: inherit; font: inherit; font-size: .9rem;
}
input[type=search] { width: 11rem; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }

.scroll { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 0; }
caption { padding: .25rem 0; text-align: start; }
th { text-align: start; font-weight: 600; }
thead th { padding: .25rem .5rem; font-size: .85rem; vertical-align: bottom; }
thead tr:last-child th { font-weight: 400; color: var(--faint); }
thead tr:first-child th[rowspan] { color: var(--faint); font-weight: 400; padding-left: 0; }
tbody th { padding: .2rem 1rem .2rem 0; font-weight: 400; position: sticky; left: 0; background: var(--paper); }
tbody th, tbody td { border-top: 1px solid var(--line); }
td { padding: .15rem; min-width: 6.5rem; text-align: start; }
td button {
  display: flex; gap: .4rem; align-items: center; width: 100%; min-height: 2.25rem; padding: 0 .5rem; border: 0;
  border-radius: .35rem; background: none; color: inherit; font: inherit; font-size: .875rem;
}
td button.fail { background: var(--fail-paper); color: var(--fail); }
td button.note { background: var(--note-paper); color: var(--note); }
td button.inconclusive { background: var(--inconclusive-paper); color: var(--inconclusive); }
td button.pass { color: var(--pass); }
td button.known { background: var(--raised); color: var(--faint); }
td button:hover { box-shadow: inset 0 0 0 2px currentColor; }
td.first, thead tr:last-child th.first { border-left: 1px solid var(--line); }
.none { color: var(--faint); padding-left: .75rem; }
.remark { font-size: .75rem; }
.mark { display: inline-block; width: 1.1em; font-weight: 700; text-align: center; }
.mark.fail { color: var(--fail); }
.mark.note { color: var(--note); }
.mark.inconclusive { color: var(--inconclusive); }
.mark.pass { color: var(--pass); }
.mark.known, strong.known { color: var(--faint); }

#findings { margin: 0; padding: 0; list-style: none; }
#findings li { border-top: 1px solid var(--line); }
#findings button {
  display: block; width: 100%; padding: .6rem .25rem; border: 0; background: none; color: inherit; font: inherit;
  text-align: start;
}
#findings button:hover { background: var(--raised); }
#findings .sentence { display: block; padding-left: 1.5em; }
.place { color: var(--faint); font-weight: 400; font-size: .9em; white-space: nowrap; }

.cell {
  width: min(100vw - 1rem, 52rem); max-width: none; max-height: calc(100dvh - 1rem); padding: 0 1rem 1.25rem;
  overflow: auto; overscroll-behavior: contain; border: 1px solid var(--line); border-radius: .6rem;
  background: var(--paper); color: var(--ink);
}
.cell::backdrop { background: rgb(0 0 0 / .5); }
.cell header {
  position: sticky; top: 0; display: flex; gap: .5rem; align-items: start; justify-content: space-between;
  padding: .75rem 0 .5rem; background: var(--paper); border-bottom: 1px solid var(--line);
}
.cell h2 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
.close {
  flex: none; width: 2.25rem; height: 2.25rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--raised); color: inherit; font: inherit;
}
dl { margin: .75rem 0; font-size: .9rem; }
dl div { display: grid; grid-template-columns: 10rem 1fr; gap: .5rem; padding: .15rem 0; }
dt { color: var(--faint); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
pre {
  margin: .4rem 0; padding: .6rem .75rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--raised); font-size: .8rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere;
}
.transcript .server { color: var(--faint); }
.transcript mark.server, .transcript mark.client { background: var(--proof); color: var(--ink); }
.transcript mark.client { font-weight: 600; }

@media (max-width: 40rem) {
  thead tr:last-child th { writing-mode: vertical-rl; rotate: 180deg; padding: .35rem .2rem; border: 0 !important; }
  thead th { padding-inline: .2rem; text-align: center; }
  thead th[rowspan] { text-align: start; }
  tbody th { padding-right: .4rem; }
  td { min-width: 2.4rem; padding: .1rem; text-align: center; }
  td button { justify-content: center; min-height: 2.5rem; padding: 0; font-size: 1rem; }
  td.first, thead tr:last-child th.first { border-left: 1px solid var(--line); }
.none { padding-left: 0; }
  .result { font-size: 1.1rem; }
  td .word, td .remark { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  dl div { grid-template-columns: 1fr; gap: 0; }
}
`
