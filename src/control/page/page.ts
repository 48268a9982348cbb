import { createHash } from 'node:crypto'
import { script } from './script.ts'
import { style } from './style.ts'

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** It loads nothing but from here, runs nothing but its own script, and is in no other page. */
export const pageHeaders = (): Readonly<Record<string, string>> => ({
  'content-security-policy': [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
})

/** The live page. It has nothing to tell by itself: everything is asked for with the token. */
export const page = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mockmail</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>mockmail</h1>
<p id="state" role="status">connecting</p>
</header>
<main>
<h2>Endpoints</h2>
<div class="scroll"><table id="endpoints">
<thead><tr><th scope="col">scenario</th><th scope="col">where</th><th scope="col">port</th><th scope="col">came to</th><th scope="col">connections</th><th scope="col">switch to</th></tr></thead>
<tbody></tbody>
</table></div>
<datalist id="scenarios"></datalist>
<h2>Connections</h2>
<p class="faint" id="connections-none">None yet.</p>
<ol id="connections"></ol>
<h2>Messages</h2>
<p class="faint" id="messages-none">None yet.</p>
<ol id="messages"></ol>
</main>
<div class="cell" id="detail" popover role="dialog" aria-label="Details"></div>
<script>${script}</script>
</body>
</html>
`
