import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { PROBLEMS, type ProblemCode, problemName, RequestError } from '../errors.ts';
import { negotiate } from '../negotiate.ts';
import { API_INFO, describeApi } from '../openapi.ts';
import { apiPage } from '../pages/api-page.ts';
import { PAGE_STYLE, page } from '../pages/page.ts';
import { JSON_TYPE } from '../responses.ts';
import type { HttpEnv } from '../services.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** What a person reads: the API's description and a page for every kind of problem. No page asks other hosts for anything. */
export function addPageRoutes(app: OpenAPIHono<HttpEnv>): void {
  app.get('/openapi.json', (c) => c.json(describeApi(app), 200, { 'Cache-Control': 'no-cache' }));
  app.get('/docs', (c) => c.html(apiPage(describeApi(app), new URL(c.req.url).origin)));
  app.get('/docs/page.css', (c) =>
    c.body(PAGE_STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }),
  );
  app.get('/problems', (c) => c.html(problemList()));
  app.get('/problems/:name', (c) => {
    const code = CODES.find((candidate) => problemName(candidate) === c.req.param('name'));
    if (code === undefined) throw new RequestError('request/not-found', 'There is no such problem.');
    const wanted = negotiate(c.req.header('accept'), ['text/html', JSON_TYPE]);
    return wanted === JSON_TYPE ? c.json({ code, ...PROBLEMS[code] }) : c.html(problemPage(code));
  });
}

function problemPage(code: ProblemCode) {
  const { status, title, advice } = PROBLEMS[code];
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${advice}</p>
      <dl>
        <dt>Code</dt><dd><code>${code}</code></dd>
        <dt>Status</dt><dd>${status}</dd>
      </dl>
      <p><a href="/problems">All problems</a> · <a href="/docs">${API_INFO.title}</a></p>`,
  );
}

function problemList() {
  const rows = CODES.map((code) => {
    const { status, title } = PROBLEMS[code];
    return html`<tr><td>${status}</td><td><code>${code}</code></td><td><a href="/problems/${problemName(code)}">${title}</a></td></tr>`;
  });
  return page(
    'Problems',
    html`<h1>Problems</h1>
      <p>Every answer that is not what was asked for is one of these, as <code>application/problem+json</code> (RFC 9457).</p>
      <table>
        <thead><tr><th>Status</th><th>Code</th><th>What it means</th></tr></thead>
        <tbody>${rows}</tbody>
      </table>`,
  );
}
