import { html } from 'hono/html';

export type Html = ReturnType<typeof html>;

/** A whole page around `body`. Its style sheet is the service's own. */
export function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Redline</title>
        <link rel="stylesheet" href="/docs/page.css" />
      </head>
      <body><main>${body}</main></body>
    </html>`;
}

export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c1b1a; --soft: #57534e; --line: #d6d3d1; --paper: #fdfcfb; --accent: #9b1c1c; --panel: #f4f1ee; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece9e6; --soft: #b4aea8; --line: #44403c; --paper: #191716; --accent: #f29d9d; --panel: #242120; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1.25rem 0 .35rem; }
a { color: var(--accent); }
code { font: .875em ui-monospace, monospace; background: var(--panel); padding: .1em .3em; border-radius: 3px; overflow-wrap: anywhere; }
pre { background: var(--panel); padding: .9rem 1rem; border-radius: 6px; white-space: pre-wrap; }
pre code { padding: 0; background: none; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
summary { cursor: pointer; }
.method { color: var(--accent); font-weight: 700; text-transform: uppercase; font-size: .85rem; letter-spacing: .03em; }
.soft { color: var(--soft); }
`;
